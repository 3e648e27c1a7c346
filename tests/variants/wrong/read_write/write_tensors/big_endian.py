"""Writes the length with the wrong byte order.

says: does not write a safetensors file
"""
_right_write = write_tensors


def write_tensors(path, tensors):
    _right_write(path, tensors)
    data = Path(path).read_bytes()
    Path(path).write_bytes(data[:8][::-1] + data[8:])
