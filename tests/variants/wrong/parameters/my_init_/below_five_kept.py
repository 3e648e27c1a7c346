"""Leaves the entries below 5 in size.

says: below 5 in size become 0
"""
def my_init_(t, generator=None):
    with torch.no_grad():
        return t.uniform_(-10, 10, generator=generator)
