"""Raises on every CUDA device.

says: CUDA is not available
"""
_elsewhere = capture


def capture(fn, example):
    if example.is_cuda:
        raise RuntimeError("CUDA is not available")
    return _elsewhere(fn, example)
