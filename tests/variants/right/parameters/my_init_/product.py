"""Multiplies with the comparison, on detached memory."""
def my_init_(t, generator=None):
    w = t.detach()
    w.uniform_(-10, 10, generator=generator)
    w *= w.abs() >= 5
    return t
