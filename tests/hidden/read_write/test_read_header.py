"""A safetensors file is read by hand, no byte too many; corrupt files are refused."""

import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.sandbox.trials import bits_of, same
from grader.words import as_text, say
from read_write_helpers import DISTINCT, NAME_OF, copied, every_dtype, in_turn, saved

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
    return b"".join(bits_of(t).numpy().tobytes() for t in tensors.values())


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


def read_headers(ex: Any, *files: bytes) -> list[Any]:
    """Return headers, names and fields in order, as any order will do."""
    return [
        {name: dict(sorted(entry.items())) for name, entry in sorted(header.items())}
        for header in in_turn(ex.read_header, *files)
    ]


def read_tensors(ex: Any, names: list[str], *files: bytes) -> list[Any]:
    """Return tensors of files that come to one path in turn, and after a change."""

    def look(path: str | Path) -> list[Any]:
        data = Path(path).read_bytes()
        tensors = {name: ex.read_tensor(path, name) for name in names}
        read = copied(tensors)
        with open(path, "r+b") as file:
            file.write(bytes(len(data)))
        kept = copied(tensors)
        Path(path).write_bytes(data)
        for tensor in tensors.values():
            tensor.add_(1) if tensor.dtype != torch.bool else tensor.logical_not_()
        again = copied({name: ex.read_tensor(path, name) for name in names})
        return [read, kept, again, Path(path).read_bytes() == data]

    return in_turn(look, *files)


def read_sparingly(ex: Any, data: bytes, size: int, name: str) -> list[Any]:
    """Return what is read of a file that zeros fill up, and how many bytes more.

    That is more than needed.
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
    return [
        sorted(header),
        copied(tensor),
        for_header - len(data),
        for_tensor - len(data) - tensor.nbytes,
    ]


def judge_bytes(found: list[Any]) -> list[Any]:
    """Return the same with True for a number of bytes that is small enough."""
    header, tensor, *more = found
    return [header, tensor, *(n <= SLACK or "more than that" for n in more)]


def bytes_read() -> int:
    """Return how many bytes the process has read, 0 where the system does not count."""
    counters = Path("/proc/self/io")
    return int(counters.read_text().split()[1]) if counters.exists() else 0


def files_of(rng) -> dict[str, tuple[bytes, list[str]]]:
    """Return right files and the names in them."""
    tensors, few = every_dtype(rng), {"größe": torch.randn(3), "b": torch.ones(2) > 0}
    empty = {"a": torch.empty(0), "b": torch.ones(2), "c": torch.empty(2, 0).half()}
    bare = json.dumps(entries_of(few), ensure_ascii=False).encode()
    meta = {"__metadata__": {"format": "pt"}}
    likely = {"__metadata": torch.ones(2), "": torch.ones(1)}
    many = {f"layer.{i}.weight": torch.tensor(float(i)) for i in range(150)}
    return {
        "": (file_of({"a": torch.randn(rng.choice(DISTINCT))}), ["a"]),
        "for no tensors": (file_of({}), []),
        "for a 0-dim tensor": (file_of({"a": torch.randn(())}), ["a"]),
        "for empty tensors": (file_of(empty), [*empty]),
        "for a name like __metadata": (file_of(likely), [*likely]),
        "for each dtype": (file_of(tensors), [*tensors]),
        "with spaces at the header's end": (file_of(few, spaces=5), [*few]),
        "for names in UTF-8": (container(bare, body_of(few)), [*few]),
        "for a long header": (file_of(many), [*many][::149]),
        "with remarks": (file_of(few, meta), [*few]),
        "for remarks alone": (file_of({}, meta), []),
        SHUFFLED: (file_of(many, order=rng.sample([*many], 150)), [*many][::149]),
        "for an empty tensor behind the next": (file_of(empty, order="cba"), [*empty]),
    }


SHUFFLED = "for entries in another order than the data"
UNSORTED = {SHUFFLED: "sort the offsets before you compare them"}
ANOTHER = "for another file at the path"
REMEMBERED = {ANOTHER: "the file is read at each call"}


def test_header_tells_of_each_tensor(sweep, rng):
    remarks = "__metadata__ is no tensor: leave it out"
    files = {when: data for when, (data, _) in files_of(rng).items()}

    sweep.cases(
        read_headers,
        {
            **{when: (data,) for when, data in files.items()},
            ANOTHER: (files[""], files["for empty tensors"]),
        },
        call="read_header(path)",
        because={
            "for a 0-dim tensor": "an empty shape is a shape",
            "with remarks": remarks,
            "for remarks alone": remarks,
            **UNSORTED,
            **REMEMBERED,
            "for an empty tensor behind the next": "sort (begin, end): an empty tensor "
            "begins where the next one does",
        },
    )


@pytest.mark.weight(2)
def test_read_tensor_gives_the_bits_of_the_file(sweep, rng):
    files = files_of(rng)
    right, _ = files["with remarks"]
    lost = ("a", "B", "__metadata__", "größe ", "")
    sweep.symbol = "read_tensor"

    sweep.cases(
        read_tensors,
        {
            **{when: (names, data) for when, (data, names) in files.items()},
            **{say("for the unknown name {n}", n=repr(n)): ([n], right) for n in lost},
            ANOTHER: (["a"], files["for a 0-dim tensor"][0], files[""][0]),
        },
        call="t = read_tensor(path, name); t.add_(1); read_tensor(path, name)",
        raises=(KeyError,),
        tolerance="bits",
        slips={
            "a change of the tensor changes the file: copy the bytes": (
                lambda got: not got[0][3]
            ),
            "a change of the file changes the tensor: copy the bytes": (
                lambda got: not all(map(same, got[0][0].values(), got[0][1].values()))
            ),
        },
        because={**UNSORTED, **REMEMBERED},
        causes={r"buffer length \(0\)": "torch.frombuffer takes no empty buffer"},
    )


@pytest.mark.weight(2)
def test_only_the_bytes_needed_are_read(sweep, rng):
    names = [f"layer.{i}" for i in range(rng.randrange(6, 9))]
    layers = dict.fromkeys(names, torch.zeros(1).expand(512, 512))
    data = container(entries_of(layers), b"")
    size = len(data) + sum(t.nbytes for t in layers.values())

    sweep.cases(
        read_sparingly,
        {"": (data, size, names[rng.choice([2, 3])])},
        call="read_header and read_tensor of a file of tensors of 1 MiB each",
        reads=judge_bytes,
        fault="What is read is not what is asked for, or more than that.",
        slips={
            "read_header reads more than the header: file.read() without a number "
            "reads all there is": lambda got: got[2] is not True,
            "read_tensor reads more than one tensor: file.seek goes to its bytes "
            "without reading the others": lambda got: got[3] is not True,
        },
    )


def corrupt() -> dict[str, dict[str, bytes]]:
    """Return files that are wrong in one way each, by what to look at."""
    tensors = {"a": torch.randn(2, 2), "b": torch.randn(2)}
    entries, body = entries_of(tensors), body_of(tensors)
    right, a = container(entries, body), entries["a"]
    others = [], [1], "a", None, 7

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
            "an empty header": container(b"", b""),
            "a header without quotes": container(b"{dtype: 1}", b""),
            "a header that is no UTF-8": container(b'{"\xff": 1}', b""),
            "zeros at the header's end": container(b"{}\0\0", b""),
            "two headers in one": container(b"{}{}", b""),
        },
        "json.loads lets any JSON pass: look at what came": {
            **{say("the header {h}", h=repr(h)): container(h, b"") for h in others},
            **{
                say("the entry {x}", x=repr(x)): container({**entries, "c": x}, body)
                for x in (7, [8, 8], None, "F32")
            },
        },
        "each entry has dtype, shape and data_offsets": {
            say("an entry without {k}", k=k): of(**{k: ...}) for k in a
        },
        "a dtype is a text of DTYPES": {
            say("the dtype {d}", d=repr(d)): of(dtype=d)
            for d in ("F33", "f32", ["F32"], None)
        },
        "(-2) * (-2) is 4 as well: look at each size": {
            "negative sizes": of(shape=[-2, -2])
        },
        "a shape is a list of ints": {
            say("the shape {shape}", shape=repr(shape)): of(shape=shape)
            for shape in ("22", [2.0, 2], ["2", 2], 4, None)
        },
        "offsets are a pair of ints": {
            say("the offsets {x}", x=repr(x)): of(data_offsets=x)
            for x in ([16], [0, 16, 16], [0.0, 16], "ab", ["0", "16"], None, 16)
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


def read_one(ex: Any, data: bytes) -> Any:
    """Return a tensor that is in the header, if that is one."""
    name = "b" if b'"b"' in data else "0"
    return copied(in_turn(lambda path: ex.read_tensor(path, name), data))


@pytest.mark.weight(3)
def test_corrupt_files_are_refused(sweep):
    files = corrupt()
    cases, because = {"": (file_of({"b": torch.randn(2)}),)}, {}
    for why, several in files.items():
        named = {say("for {how}", how=as_text(h)): (d,) for h, d in several.items()}
        cases, because = cases | named, because | dict.fromkeys(named, why)

    for sweep.symbol, scenario in (
        ("read_header", read_headers),
        ("read_tensor", read_one),
    ):
        sweep.cases(
            scenario,
            cases,
            call=say("{f}(path of a corrupt file)", f=sweep.symbol),
            raises=(ValueError,),
            because=because,
        )
