"""Sorts the entries by their begin alone, so that a good file fails whose header names an empty tensor after the tensor that
begins at the same offset ("the entries do not cover the data ... without gap or overlap": these do)."""


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def read_header(path: FilePath) -> dict[str, dict[str, Any]]:
    size = os.path.getsize(path)
    with open(path, "rb") as file:
        start = file.read(8)
        length = int.from_bytes(start, "little")
        if len(start) < 8 or 8 + length > size:
            raise ValueError("the file is cut off")
        raw = file.read(length)
    try:
        header = json.loads(raw.decode("utf-8"))
    except (ValueError, RecursionError) as error:
        raise ValueError("the header is no JSON") from error
    if not isinstance(header, dict):
        raise ValueError("the header is no JSON object")
    header.pop("__metadata__", None)
    for name, entry in header.items():
        if not isinstance(entry, dict):
            raise ValueError(f"{name}: no object")
        dtype, shape = entry.get("dtype"), entry.get("shape")
        offsets = entry.get("data_offsets")
        if not isinstance(dtype, str) or dtype not in DTYPES:
            raise ValueError(f"{name}: wrong dtype")
        if not isinstance(shape, list) or not all(map(_is_count, shape)):
            raise ValueError(f"{name}: wrong shape")
        if (
            not isinstance(offsets, list)
            or len(offsets) != 2
            or not all(map(_is_count, offsets))
        ):
            raise ValueError(f"{name}: wrong offsets")
        if offsets[1] - offsets[0] != math.prod(shape) * DTYPES[dtype].itemsize:
            raise ValueError(f"{name}: offsets do not span the tensor")
    end = 0
    for entry in sorted(header.values(), key=lambda e: e["data_offsets"][0]):
        if entry["data_offsets"][0] != end:
            raise ValueError("gap or overlap")
        end = entry["data_offsets"][1]
    if 8 + length + end != size:
        raise ValueError("the entries do not end with the file")
    return header
