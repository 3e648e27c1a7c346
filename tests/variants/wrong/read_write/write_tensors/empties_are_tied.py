"""Takes empty tensors for shared, since all start at 0.

says: all empty tensors have the address 0
"""
_right_write = write_tensors


def write_tensors(path, tensors):
    starts = [t.untyped_storage().data_ptr() for t in tensors.values()]
    if len(set(starts)) < len(starts):
        raise ValueError
    _right_write(path, tensors)
