"""Rounds the data.

says: the result is detached
"""
def round_ste(x):
    return torch.round(x.detach())
