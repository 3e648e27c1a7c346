"""Positive entries lie in (5, 7.5), negative ones in (-10, -7.5).

says: not draw from its distribution
"""
def my_init_(t, generator=None):
    with torch.no_grad():
        t.uniform_(-10, 10, generator=generator)
        t.masked_fill_(t.abs() < 5, 0)
        t.copy_(torch.where(t > 0, 2.5 + t / 2, torch.where(t < 0, t / 2 - 5, t)))
        return t
