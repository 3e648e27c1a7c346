"""Sorts by the begin alone, so a valid file is refused when an empty tensor is listed after the one that begins at the same place (ValueError only if the entries leave a "gap or overlap").

says: begins where the next one does
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
    with open(path, "rb") as file:
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
    spans = [entry["data_offsets"] for entry in header.values()]
    for begin, end in sorted(spans, key=lambda span: span[0]):
        if begin != position:
            raise ValueError("there is a gap or an overlap in the data")
        position = end
    if position != size - 8 - length:
        raise ValueError("the entries do not cover the data")
    return header, 8 + length


def read_header(path: FilePath) -> dict[str, dict[str, Any]]:
    return _parse(path)[0]
