"""Sizes pile up in the middle: a mean of two draws.

says: not draw from its distribution
"""
def my_init_(t, generator=None):
    with torch.no_grad():
        k = torch.randint(4, t.shape, generator=generator)
        s = 5 + 2.5 * (torch.rand(t.shape, generator=generator) + torch.rand(t.shape, generator=generator))
        return t.copy_(s * torch.tensor([1, 0, 0, -1])[k])
