"""Takes the mean of each column.

says: the mean of each column is taken away
"""


def center(x):
    return x - x.mean(dim=0)
