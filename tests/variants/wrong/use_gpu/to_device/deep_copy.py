"""A deep copy first, then moved in place.

says: copies (a tensor that is on the device already|what is no tensor)
"""
import copy

_right = to_device


def to_device(batch, device):
    return _right(copy.deepcopy(batch), device)
