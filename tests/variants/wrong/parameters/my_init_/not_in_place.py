"""Makes a new tensor.

says: gives a name to a new one
"""
def my_init_(t, generator=None):
    t = torch.empty(t.shape, dtype=t.dtype).uniform_(-10, 10, generator=generator)
    t = t * (t.abs() >= 5)
    return t
