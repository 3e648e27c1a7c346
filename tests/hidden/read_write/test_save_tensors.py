"""Tensors come back from a file with every bit, and a view without the rest."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_true, say
from read_write_helpers import DISTINCT, expect_same, odd_tensors, read_plainly

pytestmark = pytest.mark.exercise("read_write.save_tensors")


Plain = Tensor | list[Tensor] | dict[str, Tensor]


def save_and_read(ex: Any, obj: Any) -> Plain | str:
    with TemporaryDirectory() as folder:
        path = f"{folder}/saved.pt"
        ex.save_tensors(obj, path)
        return read_plainly(path)


def write_and_load(ex: Any, obj: Any) -> Plain:
    with TemporaryDirectory() as folder:
        path = Path(folder, "written.pt")
        torch.save(obj, path)
        return ex.load_tensors(path)


def save_move_and_load(ex: Any, first: Any, second: Any) -> tuple[Plain, Plain]:
    with TemporaryDirectory() as folder:
        one, two, moved = (Path(folder, name) for name in ("one", "two", "moved"))
        ex.save_tensors(first, one)
        ex.save_tensors(second, two)
        one.rename(moved)
        return ex.load_tensors(moved), ex.load_tensors(two)


def size_of_view(ex: Any, kind: str, big: Tensor, container: str) -> int:
    view = {"row": lambda t: t[1], "column": lambda t: t[:, 1]}[kind](big)
    obj = {"tensor": view, "list": [view], "dict": {"view": view}}[container]
    with TemporaryDirectory() as folder:
        path = Path(folder, "view.pt")
        ex.save_tensors(obj, path)
        return path.stat().st_size if path.is_file() else -1


def value_of_view(ex: Any, big: Tensor) -> Plain | str:
    return save_and_read(ex, [big[1], big[:, 1], big.T, big[::2, 1:]])


def save_and_keep(ex: Any, obj: Any) -> tuple[bool, Plain]:
    before = list(obj.values()) if isinstance(obj, dict) else list(obj)
    with TemporaryDirectory() as folder:
        ex.save_tensors(obj, Path(folder, "saved.pt"))
    after = list(obj.values()) if isinstance(obj, dict) else list(obj)
    kept = len(before) == len(after) and all(map(lambda a, b: a is b, before, after))
    return kept, obj


def saved_forms(rng, kind: str) -> Any:
    tensors = odd_tensors(rng)
    if kind == "tensor":
        return rng.choice([tensors["b.weight"], tensors["a.brain"], tensors["turned"]])
    return list(tensors.values()) if kind == "list" else tensors


KINDS = pytest.mark.parametrize("kind", ["tensor", "list", "dict"])


@KINDS
def test_save_tensors_writes_every_bit(observe, rng, kind):
    obj = saved_forms(rng, kind)

    saved = observe(
        save_and_read,
        obj,
        call=say(
            "save_tensors(a {kind}, path); torch.load(path, weights_only=True)",
            kind=kind,
        ),
    )

    expect_true(
        not isinstance(saved, str),
        "torch.load(path, weights_only=True) does not read the saved file.",
        expected=say("a {kind}", kind=kind),
        got=str(saved),
    )
    expect_same(
        saved, obj, say("The file does not hold the {kind} that was saved.", kind=kind)
    )


@KINDS
def test_load_tensors_gives_every_bit(observe, rng, kind):
    obj = saved_forms(rng, kind)

    loaded = observe(
        write_and_load,
        obj,
        call=say("torch.save(a {kind}, path); load_tensors(path)", kind=kind),
    )

    expect_same(
        loaded,
        obj,
        say("load_tensors does not give the {kind} that is in the file.", kind=kind),
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("container", ["tensor", "list", "dict"])
@pytest.mark.parametrize("kind", ["row", "column"])
def test_save_tensors_saves_a_view_without_the_rest(observe, rng, kind, container):
    rows, columns = rng.randrange(200, 300), rng.randrange(300, 400)
    big = torch.randn(rows, columns)
    own = 4 * (columns if kind == "row" else rows)

    size = observe(
        size_of_view,
        kind,
        big,
        container,
        call=say(
            "save_tensors(a {kind} of a {rows} by {columns} tensor, path)",
            kind=kind,
            rows=rows,
            columns=columns,
        ),
    )

    expect_true(
        0 < size <= own + 4096,
        "The file of a view holds more than the view.",
        expected=say("at most {value} bytes", value=own + 4096),
        got="no file" if size < 0 else say("{size} bytes", size=size),
        cause="torch.save writes the whole storage behind a view: clone() it first "
        "(contiguous() keeps the storage of a row)"
        if size >= big.nbytes
        else None,
    )


def test_save_tensors_saves_the_values_of_a_view(observe, rng):
    big = torch.randn(*rng.sample(DISTINCT, 2))

    saved = observe(value_of_view, big, call="save_tensors([t[1], t[:, 1], …], path)")

    views = [big[1], big[:, 1], big.T, big[::2, 1:]]
    expect_same(saved, views, "The file does not hold the entries of the views.")


def test_tensors_come_back_from_a_file_that_was_moved(observe, rng):
    first, second = odd_tensors(rng), list(odd_tensors(rng).values())

    one, two = observe(
        save_move_and_load,
        first,
        second,
        call="save_tensors to two files, rename the first, load_tensors from both",
    )

    expect_same(one, first, "The first file does not give the dict saved in it.")
    expect_same(two, second, "The second file does not give the list saved in it.")


@pytest.mark.parametrize("kind", ["list", "dict"])
def test_save_tensors_leaves_its_argument_alone(observe, rng, kind):
    obj = saved_forms(rng, kind)

    kept, after = observe(
        save_and_keep, obj, call=say("save_tensors(a {kind}, path)", kind=kind)
    )

    expect_true(
        kept,
        say("save_tensors changes the caller's {kind}.", kind=kind),
        expected="the same tensors in it as before",
        got="others",
        cause="make a new container for the copies",
    )
    expect_same(
        after,
        obj,
        say("save_tensors changes tensors in the caller's {kind}.", kind=kind),
    )
