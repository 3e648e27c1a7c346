"""os.pread on descriptors, and os.preadv into the tensor's own memory."""

import contextlib
import struct
from collections.abc import Iterator


@contextlib.contextmanager
def _descriptor(path: FilePath) -> Iterator[int]:
    number = os.open(path, os.O_RDONLY)
    try:
        yield number
    finally:
        os.close(number)


def _need(condition: bool, complaint: str) -> None:
    if not condition:
        raise ValueError(complaint)


def _span(name: str, entry: object) -> tuple[int, int]:
    match entry:
        case {
            "dtype": str(code),
            "shape": [*shape],
            "data_offsets": [begin, end],
        } if code in DTYPES and all(
            type(n) is int and n >= 0 for n in (*shape, begin, end)
        ):
            bits = math.prod(shape) * DTYPES[code].itemsize
            _need(begin + bits == end, f"{name!r}: wrong number of bytes")
            return begin, end
    raise ValueError(f"{name!r}: bad entry")


def _survey(descriptor: int) -> tuple[int, dict[str, dict[str, Any]]]:
    total = os.stat(descriptor).st_size
    _need(total >= 8, "too short")
    (length,) = struct.unpack("<Q", os.pread(descriptor, 8, 0))
    _need(length <= total - 8, "shorter than its header")
    try:
        header = json.loads(str(os.pread(descriptor, length, 8), "utf-8"))
    except RecursionError:
        header = None
    _need(isinstance(header, dict), "no JSON object")
    entries = {k: v for k, v in header.items() if k != "__metadata__"}
    spans = sorted(_span(name, entry) for name, entry in entries.items())
    borders = [0, *chain.from_iterable(spans), total - 8 - length]
    _need(borders[::2] == borders[1::2], "gap or overlap")
    return 8 + length, entries


def read_header(path: FilePath) -> dict[str, dict[str, Any]]:
    with _descriptor(path) as descriptor:
        return _survey(descriptor)[1]


def read_tensor(path: FilePath, name: str) -> Tensor:
    with _descriptor(path) as descriptor:
        start, entries = _survey(descriptor)
        entry = entries[name]
        begin, end = entry["data_offsets"]
        tensor = torch.empty(entry["shape"], dtype=DTYPES[entry["dtype"]])
        if begin < end:
            memory = memoryview(tensor.view(-1).view(torch.uint8).numpy())
            done = 0
            while done < end - begin:
                count = os.preadv(descriptor, [memory[done:]], start + begin + done)
                _need(count > 0, "the file was cut off meanwhile")
                done += count
    return tensor
