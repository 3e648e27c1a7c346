"""Shuffles exactly half zeros and a quarter of either sign.

says: zeros vary in number
"""
def my_init_(t, generator=None):
    n = t.numel()
    values = torch.empty(n).uniform_(5, 10, generator=generator)
    values[: n // 2] = 0
    values[n // 2 : n // 2 + n // 4].neg_()
    t.detach().copy_(values[torch.randperm(n, generator=generator)].reshape(t.shape))
    return t
