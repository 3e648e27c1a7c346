"""Reads from the tensor's first byte to the end of the file: "this tensor's bytes are read, no others".

says: read_tensor reads more than one tensor
"""
def read_tensor(path: FilePath, name: str) -> Tensor:
    with open(path, "rb") as file:
        entry = _read_entries(file)[name]
        begin, end = entry["data_offsets"]
        file.seek(begin, os.SEEK_CUR)
        data = bytearray(file.read()[: end - begin])
    dtype = DTYPES[entry["dtype"]]
    flat = torch.frombuffer(data, dtype=dtype) if data else torch.empty(0, dtype=dtype)
    return flat.reshape(entry["shape"])
