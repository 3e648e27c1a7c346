"""Checks the first begin, the last end and the sum of the spans, so a gap as long as an overlap goes through: breaks "cover the data from its start to the end of the file, without gap or overlap"."""


def _is_count(value: object) -> bool:
    return type(value) is int and value >= 0


def _parse(file: BinaryIO) -> tuple[dict[str, dict[str, Any]], int]:
    """Return the checked header and the position where the data start."""
    size = os.fstat(file.fileno()).st_size
    prefix = file.read(8)
    if len(prefix) < 8:
        raise ValueError("the file is too short for the header's length")
    length = int.from_bytes(prefix, "little")
    start = 8 + length
    if start > size:
        raise ValueError("the file is shorter than its header's length says")
    try:
        header = json.loads(file.read(length).decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError("the header is no JSON") from error
    if not isinstance(header, dict):
        raise ValueError("the header is no JSON object")
    header.pop("__metadata__", None)
    for name, entry in header.items():
        if not isinstance(entry, dict):
            raise ValueError(f"the entry of {name!r} is no object")
        missing = {"dtype", "shape", "data_offsets"} - entry.keys()
        if missing:
            raise ValueError(f"{name!r} lacks {sorted(missing)}")
        dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not isinstance(dtype, str) or dtype not in DTYPES:
            raise ValueError(f"{name!r} has an unknown dtype")
        if not isinstance(shape, list) or not all(map(_is_count, shape)):
            raise ValueError(f"{name!r} has a wrong shape")
        if (
            not isinstance(offsets, list)
            or len(offsets) != 2
            or not all(map(_is_count, offsets))
        ):
            raise ValueError(f"{name!r} has wrong offsets")
        if offsets[1] - offsets[0] != math.prod(shape) * DTYPES[dtype].itemsize:
            raise ValueError(f"{name!r}: offsets do not span what its shape needs")
    spans = [entry["data_offsets"] for entry in header.values()]
    if min((begin for begin, _ in spans), default=0) != 0:
        raise ValueError("the entries do not start where the data start")
    if max((end for _, end in spans), default=0) != size - start:
        raise ValueError("the entries do not end where the file ends")
    if sum(end - begin for begin, end in spans) != size - start:
        raise ValueError("the entries leave a gap or overlap")
    return header, start


def read_header(path: FilePath) -> dict[str, dict[str, Any]]:
    with open(path, "rb") as file:
        return _parse(file)[0]


def read_tensor(path: FilePath, name: str) -> Tensor:
    with open(path, "rb") as file:
        header, start = _parse(file)
        entry = header[name]
        begin, end = entry["data_offsets"]
        file.seek(start + begin)
        data = bytearray(file.read(end - begin))
    dtype = DTYPES[entry["dtype"]]
    if not data:
        return torch.empty(entry["shape"], dtype=dtype)
    return torch.frombuffer(data, dtype=dtype).reshape(entry["shape"])
