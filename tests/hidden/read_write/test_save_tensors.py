"""Tensors come back from a file with every bit, and a view without the rest."""

from collections import OrderedDict
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_true, say
from read_write_helpers import DISTINCT, exactly, form, odd_tensors, read_plainly, saved

pytestmark = pytest.mark.exercise("read_write.save_tensors")


def save_and_read(ex: Any, obj: Any) -> dict[str, Any]:
    """Return what the file holds, and what became of the caller's object."""
    before = parts_of(obj)
    with TemporaryDirectory() as folder:
        path = f"{folder}/saved.pt"
        ex.save_tensors(obj, path)
        read = read_plainly(path)
    after = parts_of(obj)
    same = len(before) == len(after) and all(map(lambda a, b: a is b, before, after))
    return {"in the file": exactly(read), "kept": same, "after": exactly(obj)}


def parts_of(obj: Any) -> list[Tensor]:
    if isinstance(obj, Tensor):
        return [obj]
    return list(obj.values() if isinstance(obj, dict) else obj)


def save_views(ex: Any, big: Tensor, container: str) -> Any:
    views = {
        "row": big[1],
        "column": big[:, 1],
        "turned": big.T,
        "steps": big[::2, 1:],
        "spread": big[:1].expand(4, -1),
        "entry": big[0, 0],
        "parameter": nn.Parameter(big[1:]),
        "result": big.clone().requires_grad_() * 2,
        "row again": big[1],
    }
    if container == "one by one":
        return [save_and_read(ex, view) for view in views.values()]
    if container == "list":
        return save_and_read(ex, list(views.values()))
    return save_and_read(
        ex, (OrderedDict if container == "OrderedDict" else dict)(views)
    )


def load_twice(ex: Any, first: Any, second: Any) -> list[Any]:
    """Return what load_tensors gives, and gives once another file is at the path."""
    with TemporaryDirectory() as folder:
        return [exactly(ex.load_tensors(saved(folder, o))) for o in (first, second)]


def save_move_and_load(ex: Any, first: Any, second: Any) -> list[Any]:
    with TemporaryDirectory() as folder:
        one, two, moved = (Path(folder, name) for name in ("one", "two", "moved"))
        ex.save_tensors(first, one)
        ex.save_tensors(second, two)
        one.rename(moved)
        return [exactly(ex.load_tensors(moved)), exactly(ex.load_tensors(str(two)))]


def sizes_of_views(ex: Any, big: Tensor) -> dict[str, int]:
    sizes = {}
    for kind, view in {"row": big[1], "column": big[:, 1]}.items():
        for place, obj in {
            "": view,
            " in a list": [view],
            " in a dict": {"view": view},
            " beside an entry": [big[0, 0], view],
        }.items():
            with TemporaryDirectory() as folder:
                path = Path(folder, "view.pt")
                ex.save_tensors(obj, path)
                sizes[kind + place] = path.stat().st_size if path.is_file() else 0
    return sizes


def cases_of(rng) -> dict[str, tuple[Any, ...]]:
    """Return what may be saved: a dict, its list, each of its tensors, and nothing."""
    tensors = odd_tensors(rng)
    cases: dict[str, Any] = {
        "for a dict": tensors,
        "for a list": list(tensors.values()),
        "for an empty dict": {},
        "for an empty list": [],
        "for a list of one": [torch.randn(3)],
        "for names out of order": {
            "b": torch.ones(2),
            "": torch.ones(()),
            "a": -torch.ones(1),
        },
    }
    cases |= {f"for {form(t)}": t for t in tensors.values()}
    return {when: (obj,) for when, obj in cases.items()}


@pytest.mark.weight(2)
def test_save_tensors_writes_every_bit(sweep, rng):
    sweep.cases(
        save_and_read,
        cases_of(rng),
        call="save_tensors(obj, path); torch.load(path, weights_only=True)",
        fault="The file does not hold the dict that was saved.",
        slips={
            "torch.load(path, weights_only=True) does not read the saved file": (
                lambda got: "refuses" in got["in the file"][0]
            ),
            "make a new container for the copies": lambda got: not got["kept"],
            "the keys stay in their order": (
                lambda got: list(got["in the file"][0]) == sorted(got["after"][0])
            ),
        },
    )


def test_load_tensors_gives_every_bit(sweep, rng):
    sweep.symbol = "load_tensors"
    sweep.cases(
        load_twice,
        {when: (obj, [torch.randn(2)]) for when, (obj,) in cases_of(rng).items()},
        call="torch.save(obj, path); load_tensors(path); once more with another file",
        fault="load_tensors does not give the dict that is in the file.",
    )


@pytest.mark.weight(2)
def test_save_tensors_saves_a_view_without_the_rest(observe, rng):
    rows, columns = rng.randrange(200, 300), rng.randrange(300, 400)
    big = torch.randn(rows, columns)

    sizes = observe(
        sizes_of_views, big, call=say("save_tensors(a part of t{big}, path)", big=big)
    )

    for view, size in sizes.items():
        own = 4 * (columns if view.startswith("row") else rows)
        room = own + (2 * 4096 if "beside" in view else 4096)
        expect_true(
            own < size <= room,
            say("The file of a {view} holds more than the view.", view=view),
            expected=say("at most {room} bytes", room=room),
            got=say("{size} bytes", size=size),
            cause="torch.save writes the whole storage behind a view: clone() it first "
            "(contiguous() keeps the storage of a row)"
            if size >= big.nbytes
            else None,
        )


def test_save_tensors_saves_the_values_of_a_view(sweep, rng):
    big = torch.randn(*rng.sample(DISTINCT, 2))
    kinds = ("list", "dict", "OrderedDict", "one by one")

    sweep.cases(
        save_views,
        {f"for views, {kind}": (big, kind) for kind in kinds},
        call="save_tensors([t[1], t[:, 1], …], path)",
        fault="The file does not hold the entries of the views.",
    )


def test_tensors_come_back_from_a_file_that_was_moved(sweep, rng):
    one = odd_tensors(rng)

    sweep.cases(
        save_move_and_load,
        {"": (one, list(odd_tensors(rng).values()))},
        call="save_tensors to two files, rename the first, load_tensors from both",
        fault="The files do not give what was saved in them.",
    )
