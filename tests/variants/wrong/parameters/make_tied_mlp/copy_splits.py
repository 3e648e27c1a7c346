"""A deep copy has layers of its own.

says: for a deep copy
"""
from copy import deepcopy
class _Tied(nn.Sequential):
    def __deepcopy__(self, memo):
        return _Tied(*(deepcopy(m) for m in self))
def make_tied_mlp(width, depth):
    shared = nn.Linear(width, width)
    return _Tied(shared, *[nn.ReLU(), shared] * (depth - 1))
