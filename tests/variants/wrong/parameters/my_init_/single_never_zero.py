"""A single entry is never zero.

says: not draw from its distribution
"""
def my_init_(t, generator=None):
    with torch.no_grad():
        if t.numel() == 1:
            t.uniform_(5, 10, generator=generator)
            return t.mul_(1 if torch.rand((), generator=generator) < 0.5 else -1)
        t.uniform_(-10, 10, generator=generator)
        return t.masked_fill_(t.abs() < 5, 0)
