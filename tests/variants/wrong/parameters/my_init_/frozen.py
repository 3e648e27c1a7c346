"""Switches gradients off for good.

says: keeps requires_grad
"""
def my_init_(t, generator=None):
    t.requires_grad_(False)
    t.uniform_(-10, 10, generator=generator)
    return t.masked_fill_(t.abs() < 5, 0)
