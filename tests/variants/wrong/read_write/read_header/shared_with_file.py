"""Maps the tensor's memory to the file.

says: change of the tensor changes the file
"""
import numpy as np


def read_tensor(path, name):
    with open(path, "rb") as file:
        entry = _read_entries(file)[name]
        start = file.tell()
    begin, end = entry["data_offsets"]
    dtype = DTYPES[entry["dtype"]]
    if begin == end:
        return torch.empty(entry["shape"], dtype=dtype)
    raw = np.memmap(path, np.uint8, "r+", start + begin, (end - begin,))
    return torch.from_numpy(raw).view(dtype).reshape(entry["shape"])
