"""Cannot read a tensor without entries.

says: torch.frombuffer takes no empty buffer
"""
def read_tensor(path, name):
    with open(path, "rb") as file:
        entry = _read_entries(file)[name]
        begin, end = entry["data_offsets"]
        file.seek(begin, 1)
        data = bytearray(file.read(end - begin))
    return torch.frombuffer(data, dtype=DTYPES[entry["dtype"]]).reshape(entry["shape"])
