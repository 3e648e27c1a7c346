"""A safetensors file is read by hand, no byte too many; corrupt files are refused."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_true, say
from read_write_helpers import DISTINCT, NAME_OF, bits, every_dtype, exactly, saved

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


def header_in(ex: Any, data: bytes) -> dict[str, Any]:
    """Return the header, names and fields in order, as any order will do."""
    with TemporaryDirectory() as folder:
        header = ex.read_header(str(saved(folder, data)))
    return {name: dict(sorted(e.items())) for name, e in sorted(header.items())}


def tensors_in(ex: Any, data: bytes, names: list[str]) -> Any:
    with TemporaryDirectory() as folder:
        path = saved(folder, data)
        return exactly({name: ex.read_tensor(path, name) for name in names})


def change_and_read_again(ex: Any, data: bytes, name: str) -> list[Any]:
    with TemporaryDirectory() as folder:
        path = saved(folder, data)
        tensor = ex.read_tensor(path, name)
        tensor.add_(1)
        return [tensor, exactly(ex.read_tensor(path, name)), path.read_bytes() == data]


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


def files_of(rng) -> dict[str, tuple[bytes, dict[str, Tensor]]]:
    """Return right files and what is in them."""
    tensors = every_dtype(rng)
    entries, body = entries_of(tensors), b"".join(map(bits, tensors.values()))
    shuffled = dict(rng.sample(list(entries.items()), len(entries)))
    one = {"a": torch.randn(rng.choice(DISTINCT))}
    empty = {"a": torch.empty(0), "b": torch.ones(2), "c": torch.empty(2, 0)}
    meta = {"__metadata__": {"format": "pt"}}
    several = {
        "for no tensors": {},
        "for one tensor": one,
        "for a 0-dim tensor": {"a": torch.randn(())},
        "for empty tensors": empty,
        "for a name like __metadata": {"__metadata": torch.ones(2), "": torch.ones(1)},
    }
    return {
        "": (container({**meta, **shuffled}, body, spaces=5), tensors),
        "without spaces": (container(shuffled, body), tensors),
        "for remarks alone": (container(meta, b""), {}),
        "for names in UTF-8": (
            container(json.dumps(entries, ensure_ascii=False).encode(), body),
            tensors,
        ),
        **{
            when: (container(entries_of(t), b"".join(map(bits, t.values()))), t)
            for when, t in several.items()
        },
    }


def test_header_tells_of_each_tensor(sweep, rng):
    sweep.cases(
        header_in,
        {when: (data,) for when, (data, _) in files_of(rng).items()},
        call="read_header(path)",
        fault="read_header does not give the entries of the file.",
        slips={
            "__metadata__ is no tensor: leave it out": (
                lambda got: "__metadata__" in got
            )
        },
    )


@pytest.mark.weight(2)
def test_read_tensor_gives_the_bits_of_the_file(sweep, rng):
    sweep.symbol = "read_tensor"
    sweep.cases(
        tensors_in,
        {when: (data, list(t)) for when, (data, t) in files_of(rng).items()},
        call="read_tensor(path, name)",
        fault="read_tensor does not give the tensors that are in the file.",
    )


def test_read_tensor_gives_memory_of_its_own(sweep, rng):
    tensors = {"a": torch.randn(rng.choice(DISTINCT)), "b": torch.randn(4)}
    entries, body = entries_of(tensors), b"".join(map(bits, tensors.values()))
    data = container(entries, body, spaces=-len(json.dumps(entries)) % 8)

    sweep.cases(
        change_and_read_again,
        {"": (data, "a"), "for the last tensor": (data, "b")},
        call='t = read_tensor(path, "a"); t.add_(1); read_tensor(path, "a")',
        fault="A change of the tensor changes the file.",
    )


def test_read_tensor_of_an_unknown_name_raises_key_error(sweep):
    tensors = {"a": torch.randn(3)}
    data = container(
        {"__metadata__": {"b": "c"}, **entries_of(tensors)}, bits(tensors["a"])
    )
    names = ("b", "A", "", "__metadata__")
    sweep.symbol = "read_tensor"

    sweep.cases(
        tensors_in,
        {
            "": (data, ["a"]),
            **{f"for the unknown name {n!r}": (data, [n]) for n in names},
        },
        call="read_tensor(path, name)",
        raises=(KeyError,),
    )


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
        "nothing": right,
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
        "a dtype that is no text": container(
            {"a": {**a, "dtype": ["F32"]}, "b": b}, body
        ),
        "a size that is no int": container(
            {"a": {**a, "shape": [2.0, 2]}, "b": b}, body
        ),
        "offsets of text": container({"a": {**a, "data_offsets": "ab"}, "b": b}, body),
        "three offsets": container(
            {"a": {**a, "data_offsets": [0, 16, 16]}, "b": b}, body
        ),
        "offsets turned round": container(
            {"a": a, "b": {**b, "data_offsets": [24, 16]}}, body
        ),
        "an entry without dtype": container(
            {"a": {k: v for k, v in a.items() if k != "dtype"}, "b": b}, body
        ),
        "an entry without data_offsets": container(
            {"a": {k: v for k, v in a.items() if k != "data_offsets"}, "b": b}, body
        ),
        "an overlap and a gap alike": container(
            {
                "a": a,
                "b": {**b, "data_offsets": [12, 20]},
                "c": {**b, "data_offsets": [24, 32]},
            },
            body + b"\0" * 8,
        ),
        "one span for two": container({"a": a, "b": b, "c": b}, body),
        "a gap at the start": container({"a": {**a, "data_offsets": [8, 24]}}, body),
        "no entries for its data": container({}, body),
        "a JSON text": container("text", b""),
        "a JSON null": container(None, b""),
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
    "a dtype that is no text": "a dtype is a text of DTYPES",
    "a size that is no int": "a shape is a list of ints",
    "offsets of text": "offsets come in pairs",
    "three offsets": "offsets come in pairs",
    "offsets turned round": "end - begin is what shape and dtype need",
    "an entry without dtype": "each entry has dtype, shape and data_offsets",
    "an entry without data_offsets": "each entry has dtype, shape and data_offsets",
    "an overlap and a gap alike": "each tensor begins where the one before it ends",
    "one span for two": "each tensor begins where the one before it ends",
    "a gap at the start": "the first tensor begins at 0",
    "no entries for its data": "the last tensor ends where the file ends",
    "a JSON text": "json.loads lets any JSON pass: look at what came",
    "a JSON null": "json.loads lets any JSON pass: look at what came",
}


@pytest.mark.weight(3)
def test_corrupt_files_are_refused(sweep):
    for symbol, scenario, more in (
        ("read_header", header_in, ()),
        ("read_tensor", tensors_in, (["b"],)),
    ):
        sweep.symbol = symbol
        sweep.cases(
            scenario,
            {
                "": (corrupt("nothing"), *more),
                **{
                    f"for a file with or of: {how}": (corrupt(how), *more)
                    for how in CORRUPT
                },
            },
            call=say("{symbol} of a file", symbol=symbol),
            raises=(ValueError,),
            because={
                f"for a file with or of: {how}": cause
                for how, cause in CORRUPT.items()
                if cause
            },
        )
