"""write_tensors writes what the safetensors format says, or refuses and writes none."""

import json
import os
import random
from pathlib import Path
from tempfile import TemporaryDirectory
from types import MappingProxyType
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import draw_name
from read_write_helpers import ENTRIES, copied, every_dtype, outcome, raised, saved

pytestmark = pytest.mark.exercise("read_write.write_tensors")


def views_of(big: Tensor, cube: Tensor) -> dict[str, Tensor]:
    return {
        "turned": big.clone().T,
        "steps": big.clone()[::2, 1:],
        "row": big[1],
        "spread": torch.arange(3.0).reshape(3, 1).expand(3, 4),
        "cube": cube.permute(2, 0, 1),
        "entry": big.clone()[1, 0],
        "parameter": nn.Parameter(big.clone()),
    }


def parse(data: bytes) -> dict[str, Any]:
    """Return what a file says and holds, and how its tensors lie."""
    start = 8 + int.from_bytes(data[:8], "little")
    entries, body = dict(sorted(json.loads(data[8:start]).items())), data[start:]
    tensors, spans, across, text = {}, [], [], data[8:start].rstrip(b" ")
    for name, entry in entries.items():
        assert set(entry) == {"dtype", "shape", "data_offsets"}, "other fields"
        begin, end = entry["data_offsets"]
        flat = torch.tensor([*body[begin:end]], dtype=torch.uint8)
        tensors[name] = flat.view(ENTRIES[entry["dtype"]]).reshape(entry["shape"])
        spans.append((begin, end, tensors[name].itemsize))
        across += [name] if (start + begin) % tensors[name].itemsize else []
    spans.sort()
    sizes = [size for begin, end, size in spans if begin < end]
    ends = [0, *(end for _, end, _ in spans)]
    touch = [begin for begin, *_ in spans] == ends[:-1] and ends[-1] == len(body)
    return {
        "names": list(entries),
        "tensors": copied(tensors),
        "placed": "side by side" if touch else "with a gap, an overlap or a rest",
        "start": start % 8,
        "header": "padded by spaces" if text.endswith(b"}") else "padded otherwise",
        "unaligned": across,
        "order": "largest first" if sizes == sorted(sizes)[::-1] else "other",
    }


def write_over(ex: Any, tensors: dict[str, Tensor]) -> bytes:
    with TemporaryDirectory() as folder:
        path = saved(folder, b"an older file" * 999)
        ex.write_tensors(str(path), tensors)
        return path.read_bytes()


def read_file(data: bytes) -> dict[str, Any]:
    found = outcome(lambda: parse(data))
    return found if isinstance(found, dict) else {"names": f"unreadable: {found}"}


def delicate() -> dict[str, dict[str, Tensor]]:
    """Return tensors that will do, and such that are to be refused."""
    t = torch.randn(4, 3)
    net = nn.Linear(3, 3)
    return {
        "": {"a": t, "b": t.clone()},
        "for an empty part of a tensor": {"a": t, "b": t[:0]},
        "for one tensor twice": {"a": t, "b": torch.ones(2), "c": t},
        "for a tensor and its transpose": {"a": t, "b": t.T},
        "for a tensor and a part of it": {"a": t, "b": t[1:]},
        "for two parts of a tensor": {"a": t[:1], "b": t[2:]},
        "for a tensor and its bits": {"a": t, "b": t.view(torch.int32)},
        "for a parameter and its data": {"a": net.weight, "b": net.weight.detach()},
        "for a complex tensor": {"a": t, "b": torch.zeros(2, dtype=torch.complex64)},
        "for an empty complex tensor": {"a": t, "b": t[:0].clone() + 0j},
        "for a tensor of float8": {"a": t, "b": t.to(torch.float8_e5m2)},
        "for a complex tensor at the start": {"a": t + 0j, "b": torch.ones(2)},
    }


def write_or_refuse(ex: Any, how: str, name: str) -> list[Any]:
    """Return what is raised, and what a folder, and an old file, then hold."""
    with TemporaryDirectory() as folder:
        tensors, path = delicate()[how], Path(folder, name)
        given = MappingProxyType(tensors)
        what = raised(lambda: ex.write_tensors(path, given))
        files = os.listdir(folder)
        raised(lambda: ex.write_tensors(saved(folder, b"old", path.name), given))
        kept = path.is_file() and path.read_bytes() == b"old"
    return [what, files, "the old file" if kept else "another file"]


def writable(rng) -> dict[str, dict[str, Tensor]]:
    t, tensors = torch.randn(3), every_dtype(rng)
    big, cube = torch.randn(*rng.sample(range(2, 9), 2)), torch.randn(2, 3, 4)
    long = torch.ones(99, dtype=torch.uint8)
    return {
        "": {"a": t, "b": t.clone()},
        "for a transposed tensor": {"t": big.T},
        "for views of many kinds": views_of(big, cube),
        "for a 0-dim tensor": {"a": t[0].clone()},
        "for two empty tensors": {draw_name(rng): t[:0].clone(), "b": t[:0, None] + 0},
        "for odd names": {'"': t, "": t.clone(), "ü\n": t.clone()},
        "for bytes and a float": {"bytes": long, "pair": t},
        "for each dtype": tensors,
        "for the name 'x'": {**tensors, "x": t},
        "for the name 'xyz'": {**tensors, "xyz": t},
        "for the name 'ü'": {**tensors, "ü": t},
        "for the name 'öß'": {**tensors, "öß": t},
    }


@pytest.mark.weight(4)
@pytest.mark.parametrize("when", writable(random.Random(0)))
def test_write_tensors_writes_what_the_format_says(sweep, rng, when):
    tensors = writable(rng)[when]

    def misread(got: dict[str, Any]) -> bool:
        read = got["tensors"]["t"]
        return torch.equal(read.flatten(), tensors["t"].T.flatten())

    sweep.cases(
        write_over,
        {when: (tensors,)} | ({"for no tensors": ({},)} if "two" in when else {}),
        reads=read_file,
        call="write_tensors(path, tensors)",
        tolerance="bits",
        slips={
            "there are no gaps between tensors: sorted by item size, each is aligned": (
                lambda got: got["placed"] != "side by side"
            ),
            "the length is little-endian and counts the header, spaces and all": (
                lambda got: "unreadable" in got["names"]
            ),
            "a dtype is converted": (
                lambda got: got["tensors"]["three.bytes"].dtype != torch.uint8
            ),
            "the memory of a transposed tensor is in another order: contiguous() "
            "first": misread,
            "the 8 bytes of length keep it: pad the header itself, by its bytes": (
                lambda got: got["start"]
            ),
            "tensors with the largest items lie first": lambda got: (
                got["unaligned"] or got["order"] == "other"
            ),
        },
        causes={"ValueError": "all empty tensors have the address 0"}
        if "empty" in when
        else None,
    )


SAME = "compare untyped_storage().data_ptr(): any two shapes may lie in one storage"
NAMELESS = "a dtype that is not in DTYPES has no name"


@pytest.mark.weight(3)
def test_write_tensors_refuses_shared_memory_and_dtypes_without_a_name(sweep, rng):
    name = draw_name(rng)
    sweep.cases(
        write_or_refuse,
        {when: (when, name) for when in delicate()},
        call="write_tensors(path, tensors), with and without a file at path",
        because={
            when: {
                NAMELESS if "complex" in when or "float8" in when else SAME: (
                    lambda got: got[0] == "no exception"
                ),
                "check everything before you open the file": (
                    lambda got: got[0] == "ValueError" and got[1]
                ),
            }
            for when in delicate()
        },
    )
