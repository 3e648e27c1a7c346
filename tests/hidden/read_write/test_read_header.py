"""A safetensors file is read by hand, no byte too many; corrupt files are refused."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_close, expect_equal, expect_error, expect_true, say
from read_write_helpers import DISTINCT, NAME_OF, bits, every_dtype, expect_same

pytestmark = pytest.mark.exercise("read_write.read_header")


def entries_of(tensors: dict[str, Tensor]) -> dict[str, dict[str, Any]]:
    """Return the header's entries for tensors that lie in this order."""
    entries, end = {}, 0
    for name, tensor in tensors.items():
        begin, end = end, end + tensor.nbytes
        entries[name] = {
            "dtype": NAME_OF[tensor.dtype],
            "shape": list(tensor.shape),
            "data_offsets": [begin, end],
        }
    return entries


def container(header: Any, body: bytes, spaces: int = 0) -> bytes:
    """Return a file with any header, right or wrong."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * spaces
    return len(text).to_bytes(8, "little") + text + body


def header_in(ex: Any, data: bytes) -> dict[str, dict[str, str | list[int]]]:
    with TemporaryDirectory() as folder:
        path = f"{folder}/file.safetensors"
        Path(path).write_bytes(data)
        return ex.read_header(path)


def tensors_in(ex: Any, data: bytes, names: list[str]) -> dict[str, Tensor]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.safetensors")
        path.write_bytes(data)
        return {name: ex.read_tensor(path, name) for name in names}


def change_and_read_again(ex: Any, data: bytes, name: str) -> tuple[Tensor, Tensor]:
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.safetensors")
        path.write_bytes(data)
        tensor = ex.read_tensor(path, name)
        tensor.add_(1)
        return tensor, ex.read_tensor(path, name)


def count_bytes_read(
    ex: Any, small: bytes, large: bytes, size: int, name: str
) -> tuple[int, int]:
    """Return how many bytes each function reads, 0 where the system does not count."""
    with TemporaryDirectory() as folder:
        warm, path = Path(folder, "small"), Path(folder, "large")
        warm.write_bytes(small)
        path.write_bytes(large)
        os.truncate(path, size)
        ex.read_header(warm), ex.read_tensor(warm, name)
        start = bytes_read()
        ex.read_header(path)
        middle = bytes_read()
        ex.read_tensor(path, name)
        return middle - start, bytes_read() - middle


def bytes_read() -> int:
    counters = Path("/proc/self/io")
    return int(counters.read_text().split()[1]) if counters.exists() else 0


def test_header_tells_of_each_tensor(observe, rng):
    tensors = every_dtype(rng)
    entries, body = entries_of(tensors), b"".join(map(bits, tensors.values()))
    shuffled = dict(rng.sample(list(entries.items()), len(entries)))
    data = container({"__metadata__": {"format": "pt"}, **shuffled}, body, spaces=5)

    header = observe(header_in, data, call="read_header(path)")

    expect_equal(
        sorted(header),
        sorted(entries),
        "read_header does not name the tensors of the file.",
        slips={
            "__metadata__ is no tensor: leave it out": (
                lambda names: "__metadata__" in names
            )
        },
    )
    for name, entry in entries.items():
        expect_equal(
            dict(sorted(header[name].items())),
            dict(sorted(entry.items())),
            say(
                "read_header does not give the entry of {name} as it is in the file.",
                name=name,
            ),
        )


def test_header_of_no_tensors_is_empty(observe):
    header = observe(header_in, container({}, b""), call="read_header of no tensors")

    expect_equal(header, {}, "read_header of a file without tensors is not empty.")


@pytest.mark.weight(2)
def test_read_tensor_gives_the_bits_of_the_file(observe, rng):
    tensors = every_dtype(rng)
    entries, body = entries_of(tensors), b"".join(map(bits, tensors.values()))
    shuffled = dict(rng.sample(list(entries.items()), len(entries)))
    data = container({"__metadata__": {"format": "pt"}, **shuffled}, body, spaces=3)

    read = observe(tensors_in, data, list(tensors), call="read_tensor(path, name)")

    expect_same(
        read, tensors, "read_tensor does not give the tensors that are in the file."
    )


def test_read_tensor_gives_memory_of_its_own(observe, rng):
    tensors = {"a": torch.randn(rng.choice(DISTINCT)), "b": torch.randn(4)}
    entries, body = entries_of(tensors), b"".join(map(bits, tensors.values()))
    data = container(entries, body, spaces=-len(json.dumps(entries)) % 8)

    changed, again = observe(
        change_and_read_again,
        data,
        "a",
        call='t = read_tensor(path, "a"); t.add_(1); read_tensor(path, "a")',
    )

    expect_close(
        changed, tensors["a"] + 1, "The tensor that is read cannot be changed."
    )
    expect_same(again, tensors["a"], "A change of the tensor changes the file.")


def test_read_tensor_of_an_unknown_name_raises_key_error(observe, rng):
    tensors = {"a": torch.randn(3)}
    data = container(entries_of(tensors), bits(tensors["a"]))

    raised = observe.error(tensors_in, data, ["b"], call='read_tensor(path, "b")')

    expect_error(raised, KeyError, "read_tensor of an unknown name is no KeyError.")


@pytest.mark.weight(2)
def test_only_the_bytes_needed_are_read(observe, rng):
    side, layers = 512, 6
    each = side * side * 4
    entries = {
        f"layer.{i}": {
            "dtype": "F32",
            "shape": [side, side],
            "data_offsets": [i * each, (i + 1) * each],
        }
        for i in range(layers)
    }
    name = f"layer.{rng.randrange(layers)}"
    start = container(entries, b"")
    small = {name: torch.randn(2)}

    for_header, for_tensor = observe(
        count_bytes_read,
        container(entries_of(small), bits(small[name])),
        start,
        len(start) + layers * each,
        name,
        call=say(
            "read_header and read_tensor of a file of {layers} tensors, 1 MiB each",
            layers=layers,
        ),
    )

    slack = 1 << 19  # buffers of a file object
    expect_true(
        for_header <= len(start) + slack,
        "read_header reads more than the header.",
        expected=say("{n} bytes and a buffer", n=len(start)),
        got=say("{for_header} bytes", for_header=for_header),
        cause="file.read() without a number reads all there is",
    )
    expect_true(
        for_tensor <= len(start) + each + slack,
        "read_tensor reads more than the header and one tensor.",
        expected=say("{value} bytes and a buffer", value=len(start) + each),
        got=say("{for_tensor} bytes", for_tensor=for_tensor),
        cause="file.seek goes to the tensor's bytes without reading the others",
    )


def corrupt(how: str) -> bytes:
    """Return a file that is wrong in one way, of 24 bytes of data."""
    tensors = {"a": torch.randn(2, 2), "b": torch.randn(2)}
    entries, body = entries_of(tensors), b"".join(map(bits, tensors.values()))
    a, b = entries["a"], entries["b"]
    right = container(entries, body)
    length = int.from_bytes(right[:8], "little")
    return {
        "empty": b"",
        "seven bytes long": right[:7],
        "cut off in the header": right[: 8 + length // 2],
        "cut off in the data": right[:-1],
        "too long": right + b"\0\0\0\0",
        "a header length of 2 ** 62": (1 << 62).to_bytes(8, "little") + right[8:],
        "no JSON": container(b"{dtype: F32}", body),
        "no UTF-8": container(b'{"\xff": 1}', body),
        "a JSON list": container([1, 2], body),
        "an entry that is a number": container({**entries, "c": 7}, body),
        "an unknown dtype": container({"a": {**a, "dtype": "F33"}, "b": b}, body),
        "an entry without shape": container(
            {"a": {k: v for k, v in a.items() if k != "shape"}, "b": b}, body
        ),
        "a shape of text": container({"a": {**a, "shape": "22"}, "b": b}, body),
        "negative sizes": container({"a": {**a, "shape": [-2, -2]}, "b": b}, body),
        "another shape than offsets": container(
            {"a": {**a, "shape": [2, 1]}, "b": b}, body
        ),
        "offsets beyond the end": container(
            {"a": a, "b": {**b, "data_offsets": [1 << 40, (1 << 40) + 8]}}, body
        ),
        "negative offsets": container(
            {"a": a, "b": {**b, "data_offsets": [-8, 0]}}, body
        ),
        "one offset": container({"a": a, "b": {**b, "data_offsets": [16]}}, body),
        "an overlap": container(
            {"a": a, "b": {**b, "data_offsets": [12, 20]}}, body[:20]
        ),
        "a gap": container(
            {"a": a, "b": {**b, "data_offsets": [20, 28]}}, body + b"\0\0\0\0"
        ),
    }[how]


CORRUPT = {
    "empty": "8 bytes of length come first",
    "seven bytes long": "8 bytes of length come first",
    "cut off in the header": "file.read may give fewer bytes than it is asked for",
    "cut off in the data": "the last tensor ends where the file ends",
    "too long": "the last tensor ends where the file ends",
    "a header length of 2 ** 62": "compare the length with the size of the file",
    "no JSON": None,
    "no UTF-8": None,
    "a JSON list": "json.loads lets any JSON pass: look at what came",
    "an entry that is a number": "json.loads lets any JSON pass: look at what came",
    "an unknown dtype": "a dtype that is not in DTYPES is wrong",
    "an entry without shape": "each entry has dtype, shape and data_offsets",
    "a shape of text": "a shape is a list of ints",
    "negative sizes": "(-2) * (-2) is 4 as well: look at each size",
    "another shape than offsets": "end - begin is what shape and dtype need",
    "offsets beyond the end": "offsets lie within the data",
    "negative offsets": "offsets lie within the data",
    "one offset": "offsets come in pairs",
    "an overlap": "each tensor begins where the one before it ends",
    "a gap": "each tensor begins where the one before it ends",
}

# What comes of believing a corrupt header.
STUMBLES = (
    r"^(Type|Key|Index|Memory|Overflow|Runtime)?[Ee]rror:|^AttributeError: '\w+' object"
)


@pytest.mark.weight(3)
@pytest.mark.parametrize("how", CORRUPT)
def test_corrupt_files_are_refused(observe, how):
    data = corrupt(how)

    cause = CORRUPT[how]
    causes = {STUMBLES: cause} if cause else None
    by_header = observe.error(
        header_in,
        data,
        call=say("read_header(path) of a file with or of: {how}", how=how),
    )
    expect_error(
        by_header,
        ValueError,
        "read_header does not refuse a corrupt file with ValueError.",
        cause=cause,
        causes=causes,
    )
    by_tensor = observe.error(
        tensors_in,
        data,
        ["b"],
        call=say('read_tensor(path, "b") with or of: {how}', how=how),
    )
    expect_error(
        by_tensor,
        ValueError,
        "read_tensor does not refuse a corrupt file with ValueError.",
        cause=cause,
        causes=causes,
    )
