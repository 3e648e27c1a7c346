"""Widens BF16 to float32 and rounds back, which changes the bits of NaNs with other payloads ("It has the dtype, the shape and the bits of the file").

says: read_tensor gives a wrong result for each dtype
"""


def _natural(values: object) -> bool:
    return isinstance(values, list) and all(
        type(value) is int and value >= 0 for value in values
    )


def _check(name: str, entry: object) -> None:
    if not isinstance(entry, dict):
        raise ValueError(f"the entry of {name!r} is no object")
    try:
        dtype, shape = entry["dtype"], entry["shape"]
        offsets = entry["data_offsets"]
    except KeyError as error:
        raise ValueError(f"the entry of {name!r} lacks {error}") from error
    if not isinstance(dtype, str) or dtype not in DTYPES:
        raise ValueError(f"{name!r} has the unknown dtype {dtype!r}")
    if not _natural(shape) or not _natural(offsets) or len(offsets) != 2:
        raise ValueError(f"{name!r} has a wrong shape or wrong offsets")
    if offsets[1] - offsets[0] != math.prod(shape) * DTYPES[dtype].itemsize:
        raise ValueError(f"the offsets of {name!r} do not fit its shape")


def _parse(path: FilePath) -> tuple[dict[str, dict[str, Any]], int]:
    with open(path, "rb", buffering=0) as file:
        size = os.fstat(file.fileno()).st_size
        if size < 8:
            raise ValueError("the file is too short")
        length = int.from_bytes(file.read(8), "little")
        if length > size - 8:
            raise ValueError("the file is shorter than its header")
        raw = file.read(length)
    try:
        header = json.loads(raw.decode("utf-8"))
    except RecursionError as error:
        raise ValueError("the header is nested too deeply") from error
    if not isinstance(header, dict):
        raise ValueError("the header is no object")
    header.pop("__metadata__", None)
    for name, entry in header.items():
        _check(name, entry)
    position = 0
    for begin, end in sorted(entry["data_offsets"] for entry in header.values()):
        if begin != position:
            raise ValueError("there is a gap or an overlap in the data")
        position = end
    if position != size - 8 - length:
        raise ValueError("the entries do not cover the data")
    return header, 8 + length


def read_tensor(path: FilePath, name: str) -> Tensor:
    header, start = _parse(path)
    entry = header[name]
    begin, end = entry["data_offsets"]
    dtype = DTYPES[entry["dtype"]]
    if begin == end:
        return torch.empty(entry["shape"], dtype=dtype)
    with open(path, "rb", buffering=0) as file:
        file.seek(start + begin)
        data = bytearray(end - begin)
        view, done = memoryview(data), 0
        while done < len(data):
            count = file.readinto(view[done:])
            if not count:
                raise ValueError("the file ends too early")
            done += count
    if dtype is torch.bfloat16:
        upper = torch.frombuffer(data, dtype=torch.int16).int()
        values = (upper << 16).view(torch.float32).to(torch.bfloat16)
    else:
        values = torch.frombuffer(data, dtype=dtype)
    return values.reshape(entry["shape"])
