"""Makes a tensor without entries in the default dtype.

says: read_tensor gives a wrong result for empty tensors
"""
_read_full = read_tensor


def read_tensor(path, name):
    entry = read_header(path)[name]
    begin, end = entry["data_offsets"]
    return _read_full(path, name) if end > begin else torch.empty(entry["shape"])
