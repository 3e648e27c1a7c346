"""write_tensors writes what the safetensors format says, or refuses and writes none."""

import contextlib
import json
import os
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_equal, expect_true, say
from read_write_helpers import DISTINCT, NAME_OF, bits, every_dtype

pytestmark = pytest.mark.exercise("read_write.write_tensors")


def write_and_get_bytes(ex: Any, tensors: dict[str, Tensor]) -> bytes | None:
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.safetensors")
        ex.write_tensors(path, tensors)
        return path.read_bytes() if path.is_file() else None


def write_views(ex: Any, big: Tensor, cube: Tensor) -> bytes | None:
    return write_and_get_bytes(ex, views_of(big, cube))


def views_of(big: Tensor, cube: Tensor) -> dict[str, Tensor]:
    column = torch.arange(3.0).reshape(3, 1)
    return {
        "turned": big.clone().T,
        "steps": big.clone()[::2, 1:],
        "row": big[1],
        "spread": column.expand(3, 4),
        "cube": cube.permute(2, 0, 1),
        "entry": big.clone()[1, 0],
        "parameter": nn.Parameter(big.clone()),
    }


def make_tensors(how: str) -> dict[str, Tensor]:
    t = torch.randn(4, 3)
    net = nn.Linear(3, 3)
    return {
        "two tensors": {"a": t, "b": t.clone()},
        "one tensor twice": {"a": t, "b": torch.ones(2), "c": t},
        "a tensor and its transpose": {"a": t, "b": t.T},
        "a tensor and a part of it": {"a": t, "b": t[1:]},
        "two parts of a tensor": {"a": t[:1], "b": t[2:]},
        "a tensor and its bits": {"a": t, "b": t.view(torch.int32)},
        "a parameter and its data": {"a": net.weight, "b": net.weight.detach()},
        "a complex tensor": {"a": t, "b": torch.zeros(2, dtype=torch.complex64)},
        "an empty complex tensor": {"a": t, "b": torch.zeros(0, dtype=torch.complex64)},
        "a complex tensor at the start": {"a": t + 0j, "b": torch.ones(2)},
    }[how]


def writes(ex: Any, how: str) -> bool:
    return bool(write_and_get_bytes(ex, make_tensors(how)))


def files_after(ex: Any, how: str) -> list[str]:
    """Return the files, and what an old one holds, after a call that may raise."""
    with TemporaryDirectory() as folder:
        path = Path(folder, "file.safetensors")
        for old in (None, b"old"):
            if old:
                path.write_bytes(old)
            with contextlib.suppress(Exception):
                ex.write_tensors(path, make_tensors(how))
        old_is_there = path.is_file() and path.read_bytes() == b"old"
        return [*os.listdir(folder), "kept" if old_is_there else "overwritten"]


def parse(data: bytes) -> tuple[dict[str, Any], int] | str:
    """Return a file's entries and where its data start, or what is wrong with it."""
    length = int.from_bytes(data[:8], "little")
    if len(data) < 8 or length > len(data) - 8:
        return f"a length of {length} in a file of {len(data)} bytes"
    try:
        entries = json.loads(data[8 : 8 + length])
    except (ValueError, RecursionError):
        return "a header that is no JSON"
    if not isinstance(entries, dict):
        return "a header that is no JSON object"
    for name, entry in entries.items():
        match entry:
            case {
                "dtype": str(),
                "shape": [*shape],
                "data_offsets": [int(), int()],
            } if len(entry) == 3 and all(type(n) is int for n in shape):
                pass
            case _:
                return f"for {name} the entry {entry}"
    return entries, 8 + length


def expect_file(data: bytes | None, tensors: dict[str, Tensor]) -> dict[str, int]:
    """Expect a right file of these tensors; return where in it each tensor starts."""
    parsed = "no file at path" if data is None else parse(data)
    expect_true(
        not isinstance(parsed, str),
        "write_tensors does not write a safetensors file.",
        expected="8 bytes of length, a JSON object, the data",
        got=str(parsed),
    )
    entries, start = parsed
    body = data[start:]
    expect_equal(
        sorted(entries),
        sorted(tensors),
        "The header does not name the tensors, and nothing else.",
    )
    for name, tensor in tensors.items():
        described = [entries[name]["dtype"], entries[name]["shape"]]
        expect_equal(
            described,
            [NAME_OF[tensor.dtype], list(tensor.shape)],
            say("The header does not describe {name}.", name=name),
        )
        begin, end = entries[name]["data_offsets"]
        expect_equal(
            end - begin,
            tensor.nbytes,
            say("The offsets do not span the bytes of {name}.", name=name),
        )
        column_major = bits(tensor.T) if tensor.dim() == 2 else None
        expect_true(
            begin >= 0 and body[begin:end] == bits(tensor),
            say(
                "The bytes at the offsets of {name} are not its entries, row by row.",
                name=name,
            ),
            expected="row-major order",
            got="other bytes",
            cause="the memory of a transposed tensor is in another order: "
            "contiguous() first"
            if body[begin:end] == column_major
            else None,
        )
    spans = sorted(entry["data_offsets"] for entry in entries.values())
    ends = [0, *(end for _, end in spans)]
    expect_true(
        [begin for begin, _ in spans] == ends[:-1] and ends[-1] == len(body),
        "The tensors do not lie one behind the other, without gap or overlap.",
        expected=say(
            "{sum} bytes, each a tensor's", sum=sum(t.nbytes for t in tensors.values())
        ),
        got=say("{n} bytes of data, offsets {spans}", n=len(body), spans=spans),
    )
    return {name: start + entry["data_offsets"][0] for name, entry in entries.items()}


@pytest.mark.weight(2)
def test_write_tensors_writes_what_the_format_says(observe, rng):
    for what, tensors in {
        "of each dtype": every_dtype(rng),
        "": {},
        "of one 0-dim tensor": {"a": torch.randn(())},
        "of two empty tensors": {
            "a": torch.empty(0),
            "b": torch.empty(0, 3),
            "c": torch.randn(2),
        },
        "of odd names": {'"': torch.ones(2), "": torch.ones(1), "äöü\n": torch.ones(3)},
    }.items():
        data = observe(
            write_and_get_bytes,
            tensors,
            call=say("write_tensors(path, tensors {what})", what=what),
        )

        expect_file(data, tensors)


@pytest.mark.weight(2)
@pytest.mark.parametrize("extra", ["x", "xyz", "ü", "größeren"])
def test_written_tensors_are_aligned(observe, rng, extra):
    tensors = {**every_dtype(rng), extra: torch.randn(3)}

    data = observe(
        write_and_get_bytes, tensors, call="write_tensors(path, tensors of each dtype)"
    )

    starts = expect_file(data, tensors)
    first = min(starts.values())
    expect_true(
        first % 8 == 0,
        "The data do not start at a multiple of 8 bytes.",
        expected="spaces at the header's end, up to a multiple of 8",
        got=say("the data start at byte {first}", first=first),
        cause="the 8 bytes of length keep it: pad the header itself, by its bytes",
    )
    for name, tensor in tensors.items():
        expect_true(
            starts[name] % tensor.itemsize == 0,
            "A tensor does not start at a multiple of its item size.",
            expected=say(
                "{name} at a multiple of {size}", name=name, size=tensor.itemsize
            ),
            got=say("byte {start}", start=starts[name]),
            cause="tensors with the largest items lie first",
        )


@pytest.mark.weight(2)
def test_write_tensors_writes_views_row_by_row(observe, rng):
    big, cube = torch.randn(*rng.sample(DISTINCT, 2)), torch.randn(2, 3, 4)

    data = observe(
        write_views, big, cube, call="write_tensors(path, {views: t.T, t[::2, 1:], …})"
    )

    expect_file(data, views_of(big, cube))


SHARING = [
    *("one tensor twice", "a tensor and its transpose", "a tensor and a part of it"),
    *("two parts of a tensor", "a tensor and its bits", "a parameter and its data"),
]
NAMELESS = [
    *("a complex tensor", "an empty complex tensor", "a complex tensor at the start"),
]


@pytest.mark.weight(3)
def test_write_tensors_refuses_shared_memory_and_dtypes_without_a_name(sweep):
    same = dict.fromkeys(
        SHARING,
        "compare untyped_storage().data_ptr(): other objects, shapes or offsets may "
        "lie in one storage",
    )
    nameless = dict.fromkeys(NAMELESS, "a dtype that is not in DTYPES has no name")
    causes = {f"for {how}": cause for how, cause in {**same, **nameless}.items()}

    sweep.cases(
        writes,
        {
            "": ("two tensors",),
            **{f"for {how}": (how,) for how in (*SHARING, *NAMELESS)},
        },
        call="write_tensors(path, tensors)",
        raises=(ValueError,),
        because=causes,
    )
    sweep.cases(
        files_after,
        {f"for {how}": (how,) for how in (*SHARING, *NAMELESS)},
        call="write_tensors(path, tensors that it refuses)",
        fault="write_tensors refuses the tensors but leaves a file.",
        slips={"check everything before you open the file": lambda _: True},
        because=dict.fromkeys(causes, "check everything before you open the file"),
    )
