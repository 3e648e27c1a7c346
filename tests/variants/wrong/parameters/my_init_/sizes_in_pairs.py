"""Sizes of the second half along the last axis mirror the first's.

says: not draw from its distribution
"""
def my_init_(t, generator=None):
    with torch.no_grad():
        t.uniform_(-10, 10, generator=generator)
        t.masked_fill_(t.abs() < 5, 0)
        if t.dim() == 3:
            n = t.shape[-1] // 2
            a, b = t[..., :n], t[..., n:2*n]
            both = (a != 0) & (b != 0)
            b[both] = b[both].sign() * (15 - a[both].abs() + 1e-3)
            b[b.abs() < 5] = 5.01
            b[b.abs() > 10] = 9.99
        return t
