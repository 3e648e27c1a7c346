"""Opens the file before it checks.

says: check everything before you open the file
"""
_right_write = write_tensors


def write_tensors(path, tensors):
    with open(path, "wb"):
        _right_write(path, tensors)
