"""Milliseconds.

says: milliseconds, not seconds
"""
_right = time_op


def time_op(fn, device, warmup=3, repeat=10):
    return _right(fn, device, warmup, repeat) * 1000
