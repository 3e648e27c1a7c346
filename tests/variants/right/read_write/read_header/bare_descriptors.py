"""The file is read with os.pread and struct, without any file object.
"""

import struct
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _descriptor(path: FilePath) -> Iterator[int]:
    fd = os.open(path, os.O_RDONLY)
    try:
        yield fd
    finally:
        os.close(fd)


def _pread(fd: int, count: int, at: int) -> bytearray:
    data = bytearray()
    while len(data) < count:
        piece = os.pread(fd, count - len(data), at + len(data))
        if not piece:
            raise ValueError("the file is too short")
        data += piece
    return data


def _is_size(n: object) -> bool:
    return isinstance(n, int) and not isinstance(n, bool) and n >= 0


def _checked(fd: int) -> tuple[int, dict[str, dict[str, Any]]]:
    total = os.fstat(fd).st_size
    (length,) = struct.unpack("<Q", _pread(fd, 8, 0))
    room = total - 8 - length
    if room < 0:
        raise ValueError("the header is longer than the file")
    try:
        header = json.loads(str(_pread(fd, length, 8), "utf-8"))
    except RecursionError:
        raise ValueError("the header is nested too deeply") from None
    if type(header) is not dict:
        raise ValueError("the header is no JSON object")
    entries = {k: v for k, v in header.items() if k != "__metadata__"}
    for name, entry in entries.items():
        match entry:
            case {"dtype": str(code), "shape": [*shape], "data_offsets": [begin, end]}:
                sizes = all(map(_is_size, [*shape, begin, end]))
                if not sizes or code not in DTYPES:
                    raise ValueError(f"{name}: a wrong value")
                if end - begin != math.prod(shape) * DTYPES[code].itemsize:
                    raise ValueError(f"{name}: wrong offsets")
            case _:
                raise ValueError(f"{name}: a wrong entry")
    spans = sorted(tuple(entry["data_offsets"]) for entry in entries.values())
    begins = [begin for begin, _ in spans] + [room]
    ends = [0] + [end for _, end in spans]
    if begins != ends:
        raise ValueError("the entries do not cover the data")
    return 8 + length, entries


def read_header(path: FilePath) -> dict[str, dict[str, Any]]:
    with _descriptor(path) as fd:
        return _checked(fd)[1]


def read_tensor(path: FilePath, name: str) -> Tensor:
    with _descriptor(path) as fd:
        start, entries = _checked(fd)
        entry = entries[name]
        begin, end = entry["data_offsets"]
        data = _pread(fd, end - begin, start + begin)
    result = torch.empty(entry["shape"], dtype=DTYPES[entry["dtype"]])
    if data:
        result.view(-1).view(torch.uint8).copy_(torch.frombuffer(data, dtype=torch.uint8))
    return result
