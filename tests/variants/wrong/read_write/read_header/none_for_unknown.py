"""Gives an empty tensor for a name that is not there.

says: unknown name
"""
_right_read = read_tensor


def read_tensor(path, name):
    if name not in read_header(path):
        return torch.empty(0)
    return _right_read(path, name)
