"""Gives t other memory, so that views of it and its owner keep the old values.

says: gives a name to a new one
"""
def my_init_(t, generator=None):
    new = torch.empty(t.shape, dtype=t.dtype).uniform_(-10, 10, generator=generator)
    t.data = new.masked_fill_(new.abs() < 5, 0)
    return t
