"""read_tensor makes the tensor first and lets readinto fill its memory; the header is checked by small functions.
"""

def _demand(condition: object, message: str) -> None:
    if not condition:
        raise ValueError(message)


def _sizes(value: object) -> bool:
    return type(value) is list and all(type(n) is int and n >= 0 for n in value)


def _entry_ok(entry: object) -> None:
    _demand(isinstance(entry, dict), "an entry is no object")
    for field in ("dtype", "shape", "data_offsets"):
        _demand(field in entry, f"an entry lacks {field}")
    _demand(isinstance(entry["dtype"], str), "the dtype is no string")
    _demand(entry["dtype"] in DTYPES, "the dtype is unknown")
    _demand(_sizes(entry["shape"]), "the shape is wrong")
    _demand(_sizes(entry["data_offsets"]), "the offsets are wrong")
    _demand(len(entry["data_offsets"]) == 2, "there are not two offsets")
    begin, end = entry["data_offsets"]
    need = math.prod(entry["shape"]) * DTYPES[entry["dtype"]].itemsize
    _demand(begin + need == end, "the offsets do not span the shape")


def read_header(path: FilePath) -> dict[str, dict[str, Any]]:
    left = os.path.getsize(path)
    with open(path, "rb") as file:
        first = file.read(8)
        _demand(len(first) == 8, "no length")
        length = int.from_bytes(first, byteorder="little", signed=False)
        left -= 8 + length
        _demand(left >= 0, "the header is cut off")
        text = file.read(length)
    try:
        header = json.loads(text.decode())
    except RecursionError as error:
        raise ValueError("not the header of a file of tensors") from error
    _demand(isinstance(header, dict), "the header is no object")
    header = {name: e for name, e in header.items() if name != "__metadata__"}
    for entry in header.values():
        _entry_ok(entry)
    reached = 0
    for begin, end in sorted(entry["data_offsets"] for entry in header.values()):
        _demand(begin == reached, "a gap or an overlap")
        reached = end
    _demand(reached == left, "the data end elsewhere")
    return header


def read_tensor(path: FilePath, name: str) -> Tensor:
    entry = read_header(path)[name]
    begin, _ = entry["data_offsets"]
    result = torch.empty(entry["shape"], dtype=DTYPES[entry["dtype"]])
    with open(path, "rb", buffering=0) as file:
        start = 8 + int.from_bytes(file.read(8), "little")
        file.seek(start + begin)
        rest = memoryview(result.view(-1).view(torch.uint8).numpy())
        while rest:
            rest = rest[file.readinto(rest) :]
    return result
