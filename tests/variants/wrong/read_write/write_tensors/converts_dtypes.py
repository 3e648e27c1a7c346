"""Writes everything as float32.

says: a dtype is converted
"""
_right_write = write_tensors


def write_tensors(path, tensors):
    shared = [t.untyped_storage().data_ptr() for t in tensors.values() if t.numel()]
    if len(set(shared)) < len(shared) or any(t.is_complex() for t in tensors.values()):
        raise ValueError
    _right_write(path, {k: t.float().clone() for k, t in tensors.items()})
