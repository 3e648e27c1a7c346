"""Tensors come back from a file with every bit, and a view without the rest."""

from collections import OrderedDict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.sandbox.states import tensors_in
from read_write_helpers import exactly, form, odd_tensors, read_plainly, saved

pytestmark = pytest.mark.exercise("read_write.save_tensors")


def parts_of(obj: Any) -> list[Tensor]:
    if isinstance(obj, Tensor):
        return [obj]
    return list(obj.values() if isinstance(obj, dict) else obj)


def save_and_read(ex: Any, obj: Any) -> dict[str, Any]:
    """Return what the file holds, its bytes, and what became of the caller's object."""
    before = parts_of(obj)
    with TemporaryDirectory() as folder:
        path = Path(folder, "saved.pt")
        ex.save_tensors(obj, str(path))
        read = read_plainly(path)
        data = path.read_bytes() if path.is_file() else b""
    after = parts_of(obj)
    same = len(before) == len(after) and all(map(lambda a, b: a is b, before, after))
    return {
        "in the file": exactly(read),
        "size": data,
        "kept": same,
        "after": exactly(obj),
    }


def with_size(found: dict[str, Any]) -> dict[str, Any]:
    """Return the same with the size of the file in place of its bytes."""
    held, size = list(tensors_in(found["in the file"][1])), len(found["size"])
    room = sum(t.nbytes for t in held) + 4096 * max(len(held), 1)
    return {
        **found,
        "size": "small" if size <= room else f"{size} bytes, over {room}",
    }


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


def save_views(ex: Any, big: Tensor, how: str) -> list[Any]:
    return [save_and_read(ex, obj) for obj in views_of(big)[how]]


def load_twice(ex: Any, obj: Any, kind: str = "") -> list[Any]:
    """Return what load_tensors gives, and gives once another file is at the path."""
    with TemporaryDirectory() as folder:
        path = saved(folder, obj)
        if kind == "old":
            torch.save(obj, path, _use_new_zipfile_serialization=False)
        first = exactly(ex.load_tensors(path))
        return [first, exactly(ex.load_tensors(saved(folder, [torch.ones(2)])))]


def cases_of(rng) -> dict[str, tuple[Any, ...]]:
    """Return what may be saved: a dict, its list, each of its tensors, and nothing."""
    tensors = odd_tensors(rng)
    names = {"b": torch.ones(2), "": torch.ones(()), "a": -torch.ones(1)}
    cases: dict[str, Any] = {
        "for a dict": tensors,
        "for a list": list(tensors.values()),
        "for an empty dict": {},
        "for an empty list": [],
        "for a list of one": [torch.randn(3)],
        "for names out of order": names,
    }
    cases |= {f"for {form(t)}": t for t in tensors.values()}
    return {when: (obj,) for when, obj in cases.items()}


@pytest.mark.weight(2)
def test_save_tensors_writes_every_bit(sweep, rng):
    sweep.cases(
        save_and_read,
        cases_of(rng),
        reads=with_size,
        call="save_tensors(obj, path); torch.load(path, weights_only=True)",
        fault="The file does not hold the dict that was saved.",
        causes={"BFloat16": "numpy has no bfloat16: clone() the tensor"},
        slips={
            "torch.load(path, weights_only=True) does not read the saved file": (
                lambda got: "refuses" in got["in the file"][0]
            ),
            "make a new container for the copies": lambda got: not got["kept"],
            "the keys stay in their order": (
                lambda got: list(got["in the file"][0]) == sorted(got["after"][0])
            ),
        },
        because={"for a list": "a list is to stay a list, and to keep its tensors"},
    )


def test_load_tensors_gives_every_bit(sweep, rng):
    cases, old = cases_of(rng), "for the older format of torch.save"
    sweep.symbol = "load_tensors"

    sweep.cases(
        load_twice,
        {**cases, old: (*cases["for a dict"], "old")},
        call="torch.save(obj, path); load_tensors(path); once more with another file",
        fault="load_tensors does not give the dict that is in the file.",
        because={old: "torch.load takes both formats, zip and older"},
    )


@pytest.mark.weight(2)
def test_save_tensors_saves_a_view_without_the_rest(sweep, rng):
    big = torch.randn(rng.randrange(200, 300), rng.randrange(300, 400))

    slips = {
        "torch.save writes the whole storage behind a view: clone() it first, for "
        "contiguous() and deepcopy keep it": (
            lambda got: any("over" in found["size"] for found in got)
        )
    }
    sweep.cases(
        save_views,
        {when: (big, when) for when in views_of(big)},
        reads=lambda found: list(map(with_size, found)),
        call="save_tensors([t[1], t[:, 1], …], path)",
        because=dict.fromkeys(views_of(big), slips),
    )
