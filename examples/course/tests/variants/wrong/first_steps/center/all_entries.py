"""Takes the mean of all entries.

says: the mean of all entries is taken away
"""


def center(x):
    return x - x.mean()
