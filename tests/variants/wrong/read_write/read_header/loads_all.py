"""Reads the whole file to return one tensor.

says: read_tensor reads more than one tensor
"""
def read_tensor(path, name):
    data = Path(path).read_bytes()
    with open(path, "rb") as file:
        entry = _read_entries(file)[name]
        start = file.tell()
    begin, end = entry["data_offsets"]
    piece = bytearray(data[start + begin : start + end])
    dtype = DTYPES[entry["dtype"]]
    flat = torch.frombuffer(piece, dtype=dtype) if piece else torch.empty(0, dtype=dtype)
    return flat.reshape(entry["shape"])
