"""Compares where the tensors start, so a part of a tensor is not seen.

says: may lie in one storage
"""
_right_write = write_tensors


def write_tensors(path, tensors):
    starts = [t.data_ptr() for t in tensors.values() if t.numel()]
    if len(set(starts)) < len(starts):
        raise ValueError
    _right_write(path, {k: t.detach().clone() for k, t in tensors.items()})
