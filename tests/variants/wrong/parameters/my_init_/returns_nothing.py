"""Fills in place, but returns a copy.

says: end with `return t`
"""
def my_init_(t, generator=None):
    with torch.no_grad():
        t.uniform_(-10, 10, generator=generator)
        t.masked_fill_(t.abs() < 5, 0)
    return t.clone()
