"""Takes it that the data start at a multiple of 8 bytes, which only write_tensors
promises; the format has the data right behind the header ("the bits of the file",
"one behind the other: the header's length ...; the header ...; the data").

says: read_tensor raises an exception
"""

def read_tensor(path: FilePath, name: str) -> Tensor:
    entry = read_header(path)[name]
    begin, end = entry["data_offsets"]
    dtype, shape = DTYPES[entry["dtype"]], entry["shape"]
    if begin == end:
        return torch.empty(shape, dtype=dtype)
    with open(path, "rb", buffering=0) as file:
        length = int.from_bytes(file.read(8), "little")
        data = (8 + length + 7) // 8 * 8
        file.seek(data + begin)
        raw = bytearray(file.read(end - begin))
    return torch.frombuffer(raw, dtype=dtype).reshape(shape)
