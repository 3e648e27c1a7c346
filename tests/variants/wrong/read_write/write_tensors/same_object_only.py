"""Compares the objects, not their memory.

says: may lie in one storage
"""
_right_write = write_tensors


def write_tensors(path, tensors):
    if len({id(t) for t in tensors.values()}) < len(tensors):
        raise ValueError
    _right_write(path, {k: t.detach().clone() for k, t in tensors.items()})
