"""Gives the axis back by hand."""


def center(x):
    return x - x.mean(-1).unsqueeze(-1)
