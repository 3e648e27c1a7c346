"""Writes the length with the wrong byte order.

says: the length is little-endian
"""
_right_write = write_tensors


def write_tensors(path, tensors):
    _right_write(path, tensors)
    data = Path(path).read_bytes()
    Path(path).write_bytes(data[:8][::-1] + data[8:])
