"""read_tensor parses the header by itself and checks nothing of the other entries: "ValueError: as `read_header` does".

says: read_tensor raises another exception .* header length
"""

def _open_header(file: BinaryIO) -> tuple[dict[str, dict[str, Any]], int]:
    size = os.fstat(file.fileno()).st_size
    if size < 8:
        raise ValueError("shorter than a length")
    length = int.from_bytes(file.read(8), "little")
    if 8 + length > size:
        raise ValueError("shorter than its header")
    try:
        header = json.loads(file.read(length).decode("utf-8"))
    except RecursionError as error:
        raise ValueError("nested too deeply") from error
    if not isinstance(header, dict):
        raise ValueError("the header is no object")
    header.pop("__metadata__", None)
    spans = []
    for name, entry in header.items():
        if not isinstance(entry, dict) or not {"dtype", "shape", "data_offsets"} <= set(entry):
            raise ValueError(f"{name}: a field is missing")
        dtype, shape, offsets = entry["dtype"], entry["shape"], entry["data_offsets"]
        if not isinstance(dtype, str) or dtype not in DTYPES:
            raise ValueError(f"{name}: wrong dtype")
        for numbers in (shape, offsets):
            if not isinstance(numbers, list):
                raise ValueError(f"{name}: not a list")
            if any(type(n) is not int or n < 0 for n in numbers):
                raise ValueError(f"{name}: not a list of sizes")
        if len(offsets) != 2:
            raise ValueError(f"{name}: not two offsets")
        if offsets[1] - offsets[0] != math.prod(shape) * DTYPES[dtype].itemsize:
            raise ValueError(f"{name}: offsets and shape differ")
        spans.append(tuple(offsets))
    at = 0
    for begin, end in sorted(spans):
        if begin != at:
            raise ValueError("a gap or an overlap")
        at = end
    if 8 + length + at != size:
        raise ValueError("the data are too short or too long")
    return header, 8 + length


def read_header(path: FilePath) -> dict[str, dict[str, Any]]:
    with open(path, "rb") as file:
        return _open_header(file)[0]


def read_tensor(path: FilePath, name: str) -> Tensor:
    with open(path, "rb") as file:
        length = int.from_bytes(file.read(8), "little")
        header, start = json.loads(file.read(length)), 8 + length
        entry = header[name]
        begin, end = entry["data_offsets"]
        file.seek(start + begin)
        data = bytearray(file.read(end - begin))
    dtype = DTYPES[entry["dtype"]]
    if not data:
        return torch.empty(entry["shape"], dtype=dtype)
    return torch.frombuffer(data, dtype=dtype).reshape(entry["shape"])
