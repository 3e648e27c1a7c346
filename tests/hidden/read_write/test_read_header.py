"""A safetensors file is read by hand, no byte too many; corrupt files are refused."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.sandbox.states import tensors_in
from read_write_helpers import DISTINCT, NAME_OF, bits, every_dtype, exactly, saved

pytestmark = pytest.mark.exercise("read_write.read_header")

SLACK = 1 << 19  # buffers of a file object


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


def body_of(tensors: dict[str, Tensor]) -> bytes:
    return b"".join(map(bits, tensors.values()))


def container(header: Any, body: bytes, spaces: int = 0) -> bytes:
    """Return a file with any header, right or wrong."""
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    text += b" " * spaces
    return len(text).to_bytes(8, "little") + text + body


def file_of(
    tensors: dict[str, Tensor], more: Any = None, order: Any = None, spaces: int = 0
) -> bytes:
    """Return a right file, with remarks in its header or names in another order."""
    entries = entries_of(tensors)
    header = {**(more or {}), **{name: entries[name] for name in order or entries}}
    return container(header, body_of(tensors), spaces)


def read_headers(ex: Any, data: bytes) -> dict[str, Any]:
    """Return the header, names and fields in order, as any order will do."""
    with TemporaryDirectory() as folder:
        header = ex.read_header(str(saved(folder, data)))
    return {name: dict(sorted(e.items())) for name, e in sorted(header.items())}


def read_tensors(ex: Any, data: bytes, names: list[str]) -> list[Any]:
    """Return the tensors, and the file once they are changed."""
    with TemporaryDirectory() as folder:
        path = saved(folder, data)
        tensors = {name: ex.read_tensor(path, name) for name in names}
        read = exactly(tensors)
        for tensor in tensors.values():
            tensor.add_(1) if tensor.dtype != torch.bool else tensor.logical_not_()
        again = exactly({name: ex.read_tensor(path, name) for name in names})
        return [read, again, path.read_bytes() == data]


def read_sparingly(ex: Any, data: bytes, size: int, name: str) -> list[Any]:
    """Return what is read of a file that zeros fill up, and how many bytes that takes.

    And how many are needed.
    """
    with TemporaryDirectory() as folder:
        path = saved(folder, data)
        os.truncate(path, size)
        header, tensor = ex.read_header(path), ex.read_tensor(path, name)
        start = bytes_read()
        ex.read_header(path)
        middle = bytes_read()
        ex.read_tensor(path, name)
        for_header, for_tensor = middle - start, bytes_read() - middle
    needed = len(data) + SLACK
    return [sorted(header), exactly(tensor), for_header, for_tensor, needed]


def judge_bytes(found: list[Any]) -> list[Any]:
    """Return the same with words for the numbers."""
    header, tensor, for_header, for_tensor, needed = found
    nbytes = sum(t.nbytes for t in tensors_in(tensor))
    return [
        header,
        tensor,
        "the header" if for_header <= needed else "more than the header",
        "one tensor" if for_tensor <= needed + nbytes else "more than one tensor",
    ]


def bytes_read() -> int:
    """Return how many bytes the process has read, 0 where the system does not count."""
    counters = Path("/proc/self/io")
    return int(counters.read_text().split()[1]) if counters.exists() else 0


def files_of(rng) -> dict[str, tuple[bytes, list[str]]]:
    """Return right files and the names in them."""
    tensors = every_dtype(rng)
    empty = {"a": torch.empty(0), "b": torch.ones(2), "c": torch.empty(2, 0).half()}
    bare = json.dumps(entries_of(tensors), ensure_ascii=False).encode()
    names, meta = [*tensors], {"__metadata__": {"format": "pt"}}
    likely = {"__metadata": torch.ones(2), "": torch.ones(1)}
    return {
        "": (file_of({"a": torch.randn(rng.choice(DISTINCT))}), ["a"]),
        "for no tensors": (file_of({}), []),
        "for a 0-dim tensor": (file_of({"a": torch.randn(())}), ["a"]),
        "for empty tensors": (file_of(empty), [*empty]),
        "for a name like __metadata": (file_of(likely), [*likely]),
        "for each dtype": (file_of(tensors), names),
        "with spaces at the header's end": (file_of(tensors, spaces=5), names),
        "for names in UTF-8": (container(bare, body_of(tensors)), names),
        "with remarks": (file_of(tensors, meta), names),
        "for remarks alone": (file_of({}, meta), []),
        SHUFFLED: (file_of(tensors, order=rng.sample(names, len(names))), names),
        "for an empty tensor behind the next": (file_of(empty, order="cba"), [*empty]),
    }


SHUFFLED = "for entries in another order than the data"
UNSORTED = {SHUFFLED: "sort the offsets before you compare them"}


def test_header_tells_of_each_tensor(sweep, rng):
    remarks = "__metadata__ is no tensor: leave it out"

    sweep.cases(
        read_headers,
        {when: (data,) for when, (data, _) in files_of(rng).items()},
        call="read_header(path)",
        because={
            "for a 0-dim tensor": "an empty shape is a shape",
            "with remarks": remarks,
            "for remarks alone": remarks,
            **UNSORTED,
            "for an empty tensor behind the next": "sort (begin, end): an empty tensor "
            "begins where the next one does",
        },
    )


@pytest.mark.weight(2)
def test_read_tensor_gives_the_bits_of_the_file(sweep, rng):
    files = files_of(rng)
    data, _ = files["with remarks"]
    names = ("b", "LAYER.F32", "layer", "__metadata__", "größe ")
    sweep.symbol = "read_tensor"

    sweep.cases(
        read_tensors,
        {
            **files,
            **{f"for the unknown name {n!r}": (data, [n]) for n in names},
        },
        call="t = read_tensor(path, name); t.add_(1); read_tensor(path, name)",
        raises=(KeyError,),
        slips={
            "a change of the tensor changes the file: copy the bytes": (
                lambda got: not got[2]
            )
        },
        because=UNSORTED,
        causes={"buffer length": "torch.frombuffer takes no empty buffer"},
    )


@pytest.mark.weight(2)
def test_only_the_bytes_needed_are_read(sweep, rng):
    names = [f"layer.{i}" for i in range(rng.randrange(6, 9))]
    layers = dict.fromkeys(names, torch.zeros(1).expand(512, 512))
    data = container(entries_of(layers), b"")
    size = len(data) + sum(t.nbytes for t in layers.values())

    sweep.cases(
        read_sparingly,
        {"": (data, size, rng.choice(names))},
        reads=judge_bytes,
        call="read_header and read_tensor of a file of tensors of 1 MiB each",
        fault="What is read is not what is asked for, or more than that.",
        slips={
            "read_header reads more than the header: file.read() without a number "
            "reads all there is": lambda got: got[2].startswith("more"),
            "read_tensor reads more than one tensor: file.seek goes to its bytes "
            "without reading the others": lambda got: got[3].startswith("more"),
        },
    )


def corrupt() -> dict[str, dict[str, bytes]]:
    """Return files that are wrong in one way each, by what to look at."""
    tensors = {"a": torch.randn(2, 2), "b": torch.randn(2)}
    entries, body = entries_of(tensors), body_of(tensors)
    right, a = container(entries, body), entries["a"]

    def of(**fields: Any) -> bytes:
        """Return a file whose first entry has other fields, or lacks some."""
        changed = {k: v for k, v in {**a, **fields}.items() if v is not ...}
        return container({**entries, "a": changed}, body)

    def at(*spans: list[int], size: int = 24) -> bytes:
        """Return a file of one row where each span lies."""
        row = {"dtype": "F32", "shape": [2]}
        rows = {f"{i}": {**row, "data_offsets": span} for i, span in enumerate(spans)}
        return container(rows, bytes(size))

    return {
        "8 bytes of length come first": {"an empty file": b"", "7 bytes": right[:7]},
        "compare the length with the size of the file": {
            "a file that is cut off in the header": right[:40],
            "a header length of 2 ** 62": (1 << 62).to_bytes(8, "little") + right[8:],
        },
        "the last tensor ends where the file ends": {
            "a file that is cut off in the data": right[:-1],
            "a file that is too long": right + b"\0\0\0\0",
            "data without entries": container({}, body),
            "offsets beyond the end": at([0, 8], [8, 16], [16, 24], [24, 32]),
        },
        "json.loads raises ValueError where it is no JSON": {
            "a header that is no JSON": container(b"{dtype: F32}", body),
            "a header that is no UTF-8": container(b'{"\xff": 1}', body),
            "an empty header": container(b"", b""),
        },
        "json.loads lets any JSON pass: look at what came": {
            **{
                f"the header {header!r}": container(header, b"")
                for header in ([], [1, 2], "text", None, 7)
            },
            "an entry that is a number": container({**entries, "c": 7}, body),
            "an entry that is a list": container({**entries, "c": [8, 8]}, body),
        },
        "each entry has dtype, shape and data_offsets": {
            f"an entry without {field}": of(**{field: ...}) for field in a
        },
        "a dtype is a text of DTYPES": {
            f"the dtype {dtype!r}": of(dtype=dtype) for dtype in ("F33", ["F32"], None)
        },
        "(-2) * (-2) is 4 as well: look at each size": {
            "negative sizes": of(shape=[-2, -2])
        },
        "a shape is a list of ints": {
            f"the shape {shape!r}": of(shape=shape)
            for shape in ("22", [2.0, 2], ["2", 2], 4, None)
        },
        "offsets are a pair of ints": {
            f"the offsets {offsets!r}": of(data_offsets=offsets)
            for offsets in ([16], [0, 16, 16], "ab", ["0", "16"], None, 16)
        },
        "end - begin is what shape and dtype need": {
            "a smaller shape than offsets": of(shape=[2, 1]),
            "a larger shape than offsets": of(shape=[2, 3]),
            "a wider dtype than offsets": of(dtype="F64"),
            "offsets turned round": at([8, 0], [8, 16], [16, 24]),
        },
        "each tensor begins where the one before it ends": {
            "an overlap": at([0, 8], [4, 12], size=12),
            "a gap": at([0, 8], [12, 20], size=20),
            "an overlap and a gap alike": at([0, 8], [4, 12], [16, 24]),
            "one span for two": at([0, 8], [0, 8], size=8),
        },
        "the first tensor begins at 0": {
            "a gap at the start": at([8, 16], [16, 24]),
            "negative offsets": at([-8, 0], [0, 8], [8, 16], [16, 24]),
        },
    }


@pytest.mark.weight(3)
def test_corrupt_files_are_refused(sweep):
    files = corrupt()
    because = {f"for {how}": why for why, several in files.items() for how in several}
    bad = {f"for {how}": d for several in files.values() for how, d in several.items()}
    tensors = {"b": torch.randn(2), "0": torch.randn(3)}

    for symbol, scenario, more in (
        ("read_header", read_headers, ()),
        ("read_tensor", read_tensors, (["0"],)),
        ("read_tensor", read_tensors, (["b"],)),
    ):
        sweep.symbol = symbol
        sweep.cases(
            scenario,
            {
                when: (data, *more)
                for when, data in {"": file_of(tensors), **bad}.items()
            },
            call=symbol + "(path of a corrupt file)",
            raises=(ValueError,),
            because=because,
        )
