"""Forgets the absolute value.

says: one sign is missing
"""
def my_init_(t, generator=None):
    with torch.no_grad():
        t.uniform_(-10, 10, generator=generator)
        return t.mul_(t >= 5)
