"""Tensors come back from a file with every bit, and a view without the rest."""

from collections import OrderedDict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe.describe import to_code
from grader.words import say
from read_write_helpers import KEPT, copied, in_turn, oddities, packed, unpack

pytestmark = pytest.mark.exercise("read_write.save_tensors")


def parts_of(obj: Any) -> list[Tensor]:
    if isinstance(obj, Tensor):
        return [obj]
    return list(obj.values() if isinstance(obj, dict) else obj)


def memory_of(obj: Any) -> list[tuple[Any, ...]]:
    return [(id(t), t.data_ptr(), t.stride(), t.requires_grad) for t in parts_of(obj)]


def save_and_read(ex: Any, obj: Any) -> dict[str, Any]:
    """Return what the file holds, its bytes, and what became of the caller's object."""
    before = memory_of(obj)
    with TemporaryDirectory() as folder:
        path = Path(folder, "saved.v2")
        ex.save_tensors(obj, path if isinstance(obj, Tensor) else str(path))
        read = unpack(path)
        data = path.read_bytes() if path.is_file() else b""
    return {
        "in the file": copied(read),
        "size": data,
        "kept": before == memory_of(obj),
        "after": copied(obj),
        "memory": [t.untyped_storage().nbytes() for t in parts_of(obj)],
    }


def with_size(found: dict[str, Any]) -> dict[str, Any]:
    """Return the same with the size of the file in place of its bytes."""
    held, size = parts_of(found["after"]), len(found["size"])
    room = sum(t.nbytes for t in held) + 4096 * max(len(held), 1)
    return {**found, "size": "small" if size <= room else f"{size} bytes, over {room}"}


def views_of(big: Tensor) -> dict[str, list[Any]]:
    """Return what to save one after the other."""
    views = {
        "row": big[1],
        "column": big[:, 1],
        "turned": big[:20].T,
        "steps": big[:20:2, 1:],
        "spread": big[:1].expand(4, -1),
        "entry": big[0, 0],
        "parameter": nn.Parameter(big[1:20]),
        "row again": big[1],
        "no rows": big[:0],
    }
    return {
        "for views": [*views.values()],
        "for the larger part of a tensor": [big[: 2 * len(big) // 3]],
        "for an entry of a smaller tensor": [big.flatten()[:1024].clone()[0]],
        "for views in a list": [[*views.values()]],
        "for views in a dict": [views],
        "for an OrderedDict": [OrderedDict(views)],
        "for a tensor with a graph": [big[:9].clone().requires_grad_() * 2],
    }


OWN = "make a new container for the copies, and leave each tensor's memory to it"


def save_views(ex: Any, big: Tensor, how: str) -> list[Any]:
    return [save_and_read(ex, obj) for obj in views_of(big)[how]]


def load_each(ex: Any, *files: bytes) -> list[Any]:
    return [copied(tensors) for tensors in in_turn(ex.load_tensors, *files)]


def cases_of(rng) -> dict[str, Any]:
    """Return what may be saved: a dict, its list, each of its tensors, and nothing."""
    tensors = oddities(rng)
    names = {"b": torch.ones(2), "": torch.ones(()), "a": -torch.ones(1)}
    return {
        "for a dict": tensors,
        "for a list": list(tensors.values()),
        "for an empty dict": {},
        "for an empty list": [],
        "for a list of one": [torch.randn(3)],
        "for names out of order": names,
        **{say("for {t}", t=to_code(t)): t for t in tensors.values()},
    }


@pytest.mark.weight(2)
def test_save_tensors_writes_every_bit(sweep, rng):
    sweep.cases(
        save_and_read,
        {when: (obj,) for when, obj in cases_of(rng).items()},
        reads=with_size,
        call="save_tensors(obj, path); torch.load(path, weights_only=True)",
        tolerance="bits",
        fault="The file does not hold the dict that was saved.",
        causes={"BFloat16": "numpy has no bfloat16: clone() the tensor"},
        slips={
            "torch.load(path, weights_only=True) does not read the saved file": (
                lambda got: "refuses" in got["in the file"]
            ),
            OWN: lambda got: not got["kept"],
            "the keys stay in their order": (
                lambda got: list(got["in the file"]) == sorted(got["after"])
            ),
        },
        because={"for a list": "a list is to stay a list, and to keep its tensors"},
    )


def test_load_tensors_gives_every_bit(sweep, rng):
    files = {when: packed(obj) for when, obj in cases_of(rng).items()}
    old, again = "for the older format of torch.save", "for another file at the path"
    files[old] = packed(oddities(rng), old=True)
    sweep.symbol = "load_tensors"

    sweep.cases(
        load_each,
        {
            **{when: (data,) for when, data in files.items()},
            again: (files["for a dict"], files["for a list"]),
        },
        call="torch.save(obj, path); load_tensors(path); once more with another file",
        fault="load_tensors does not give the dict that is in the file.",
        tolerance="bits",
        slips=KEPT,
        because={again: "the file is read anew", old: "torch.load takes both formats"},
    )


@pytest.mark.weight(2)
def test_save_tensors_saves_a_view_without_the_rest(sweep, rng):
    big = torch.randn(rng.randrange(150, 200), rng.randrange(200, 240))

    for when in views_of(big):
        sweep.cases(
            save_views,
            {when: (big, when)},
            reads=lambda found: [*map(with_size, found)],
            call="save_tensors([t[1], t[:, 1], …], path)",
            tolerance="bits",
            slips={
                OWN: lambda got: not all(found["kept"] for found in got),
                "torch.save writes the whole storage behind a view: clone() it first, "
                "for contiguous() and deepcopy keep it": (
                    lambda got: any("over" in found["size"] for found in got)
                ),
            },
        )
