"""Counts the offsets from the start of the file.

says: read_tensor gives a wrong result
"""
def read_tensor(path, name):
    with open(path, "rb") as file:
        entry = _read_entries(file)[name]
        begin, end = entry["data_offsets"]
        file.seek(begin)
        data = bytearray(file.read(end - begin))
    dtype = DTYPES[entry["dtype"]]
    flat = torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)
    return flat.reshape(entry["shape"])
