"""Works with `.data` of leaves only.

says: for some rows of a parameter
"""
def my_init_(t, generator=None):
    d = t.data if t.is_leaf else t
    d.uniform_(-10, 10, generator=generator)
    d.masked_fill_(d.abs() < 5, 0)
    return t
