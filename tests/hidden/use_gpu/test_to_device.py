"""to_device moves every tensor of a nested batch and keeps all else as it is."""

from collections import OrderedDict, defaultdict, namedtuple
from dataclasses import dataclass, make_dataclass
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_equal, expect_unchanged, say
from grader.sim import Drift, metered
from use_gpu_helpers import DISTINCT, on_device, outline, places_of, tensors_of

pytestmark = pytest.mark.exercise("use_gpu.to_device")

OWN = "a subclass stays one: type(batch)(parts)"
CLASS = "is_dataclass is true of the class itself, too: it holds no values"

Pair = namedtuple("Pair", "inputs targets")


@dataclass(frozen=True)
class Sample:
    """A batch as a dataclass holds it."""

    image: Any
    label: Any


def slotted(*parts: Any, more: Any) -> Any:
    """Return a dataclass that inherits, has a part given by name, and lies in slots."""
    bare = {"bases": (Sample,), "frozen": True, "kw_only": True}
    return make_dataclass("Slotted", ["more"], slots=True, **bare)(*parts, more=more)


class Rows(list):
    """A list of one's own class."""


class Steps(tuple):
    """A tuple of one's own class."""


def build(ex: Any, batch: Any) -> list[Any]:
    """Return what a batch is like on the meta device: classes, dtypes and places.

    A class with slots would lose them on its way: it is made here.
    """
    moved = ex.to_device(batch() if callable(batch) else batch, "meta")
    return [outline(moved), places_of(moved)]


def things() -> dict[str, Any]:
    """Return what is no tensor, and no container of those promised."""
    return {
        "for None": None,
        "for a number": 7,
        "for a text": "some text",
        "for zero": 0,
        "for an empty text": "",
        "for an object": object(),
        "for bytes": b"some bytes",
        "for a range": range(3),
        "for a set": {1, 2},
        "for an iterator": iter([torch.ones(1)]),
        "for the class of a dataclass": Sample,
        "for a module": nn.Linear(2, 1),
    }


def keep(ex: Any, name: str, place: int, count: int) -> list[Any]:
    """Return in which places a batch of a thing and tensors is as it was."""
    thing = things()[name]
    batch = [torch.ones(2) for _ in range(count)]
    batch[place] = thing
    moved = ex.to_device(batch, "meta")
    alone = ex.to_device(thing, torch.device("meta"))
    same = [i for i, (a, b) in enumerate(zip(moved, batch, strict=True)) if a is b]
    own = list(thing.parameters()) if isinstance(thing, nn.Module) else []
    return [same if alone is thing else [], places_of(moved), *places_of(own)]


def move(
    ex: Any, batch: Any, device: str, x: Tensor, factor: float
) -> tuple[str, list[str], list[Tensor], str, list[Tensor], list[Tensor], int, int]:
    """Return what a batch is like after a move, and what it is when that is zeroed.

    What moves is multiplied by a factor. At last come tensors that stay where they are,
    when the caller's are doubled, and the numbers of moves and waits.
    """
    with metered(device) as meter:
        there = x.to(device), torch.zeros(2, 0, device=device)
        before = meter.arrivals
        with Drift(factor, meter):
            moved, same = ex.to_device((batch, {"deep": [there]}), device)
        waits, moves = meter.waits, meter.arrivals - before
        kept = ex.to_device(there[0], torch.device(device))
        came = [same["deep"][0][0], kept, ex.to_device(there[0], device[:-2])]
    came.append(ex.to_device(x, "cpu"))
    values = [t.clone() for t in tensors_of(moved)]
    for t in tensors_of(moved):
        t.zero_()
    for t in (x, there[0]):
        t.mul_(2)
    of_batch = outline(batch), tensors_of(batch)
    return outline(moved), places_of(moved), values, *of_batch, came, moves, waits


def draw_tensor(rng) -> Tensor:
    t = torch.randn(rng.sample(DISTINCT, rng.choice([1, 2])))
    return rng.choice([t, t.double(), t.long(), t > 0, t.sum()])


@pytest.mark.weight(2)
def test_to_device_builds_the_batch_alike(sweep, rng):
    a, b = draw_tensor(rng).double(), draw_tensor(rng)

    sweep.cases(
        build,
        {
            "for a list": ([a, b],),
            "for a tuple": ((a, b),),
            "for a dict": ({"b": b, 3: a, None: a, "a": b},),
            "for a named tuple": (Pair(a, b),),
            "for a dataclass": (Sample(a, b),),
            "for containers in containers": ([{"x": [(a, {"y": [b]})]}, Pair([a], b)],),
            "for a dataclass in a dataclass": (Sample(Sample(b, a), [Sample(a, a)]),),
            "for a tensor": (a,),
            "for empty containers and tensors": ([[], (), {}, a.new_zeros(2, 0)],),
            "for a dataclass that inherits": (partial(slotted, a, b, more=a),),
            "for a list of a class of one's own": (Rows([a, Rows([b])]),),
            "for a tuple of a class of one's own": (Steps([a, b]),),
            "for other dicts": ([OrderedDict(b=b, a=a), defaultdict(list, x=b)],),
            "for a parameter": ([nn.Parameter(a)],),
        },
        call="to_device([a, b], 'meta'), and other batches",
        fault="to_device does not move a list of tensors.",
        slips={
            "t.to(device) returns the moved tensor; t itself does not move": (
                lambda got: got[1] == ["cpu", "cpu"]
            ),
            "a tensor keeps its dtype": lambda got: "float64" not in got[0],
        },
        causes={
            r"FrozenInstanceError": "a frozen dataclass cannot be assigned to: make "
            "a new one",
            r"TypeError: .*Pair\b.* argument": "a named tuple takes its parts one by "
            "one: type(batch)(*parts)",
        },
        because={
            "for a tuple": "a tuple stays a tuple, a list a list",
            "for a named tuple": "a named tuple is a class of its own, not a tuple",
            "for a dataclass": "tensors in a dataclass move, and it stays an instance "
            "of its class",
            "for a dataclass that inherits": "a dataclass need not have vars, nor take "
            "fields by position: fields(batch) names them",
            "for a list of a class of one's own": OWN,
            "for a tuple of a class of one's own": OWN,
            "for other dicts": "a subclass of dict is a dict as well",
            "for a parameter": "a parameter is a tensor, too: isinstance(t, Tensor)",
            "for containers in containers": "what is inside another one moves, too",
            "for a dataclass in a dataclass": "dataclasses.asdict makes dicts of the "
            "dataclasses inside, too",
        },
    )


def test_to_device_keeps_what_is_no_tensor(sweep, rng):
    sweep.cases(
        keep,
        {name: (name, rng.randrange(9), 9) for name in things()},
        call="to_device([x, …, thing, …, x], 'meta'), to_device(thing, 'meta')",
        causes={r"(AttributeError|TypeError): .*(Sample|image|type object)": CLASS},
        because={
            "for bytes": "not every Sequence is a list or tuple",
            "for a range": "not every Sequence is a list or tuple",
            "for the class of a dataclass": CLASS,
            "for a module": "a module has a method to as well: isinstance(t, Tensor)",
        },
    )


@pytest.mark.weight(2)
@on_device
def test_to_device_moves_only_what_is_elsewhere(observe, rng, device):
    a, b = draw_tensor(rng), draw_tensor(rng)
    batch = {"x": [(a, {"y": [b]})], "pair": Pair([a.half()], Sample(b + 1, [b + 2]))}
    like, tensors = outline(batch), tensors_of(batch)

    call = say("to_device({outline}, {device})", outline=like, device=repr(device))

    x, factor = torch.rand(3), rng.randrange(2, 99)
    form, places, values, own_form, own, came, moves, waits = observe(
        move, batch, device, x, factor, call=call
    )

    there = [device] * len(tensors)
    expect_equal(form, like, "to_device does not build the batch alike.")
    expect_equal(places, there, "to_device leaves tensors where they were.")
    moved = [t * factor if t.is_floating_point() else t for t in tensors]
    expect_unchanged(
        (own_form, own),
        (like, tensors),
        "to_device changes the caller's batch.",
        cause="moved tensors are written into the caller's containers: build new ones",
    )
    copied = "clone, copy=True and torch.tensor always copy; t.to(device) does not"
    fault = "to_device copies a tensor that is on the device already."
    expect_equal(came, [2 * x] * 4, fault, cause=copied)
    expect_equal(values, moved, "Values change on their way to the device.")
    expect_equal(moves, len(tensors), "to_device does not move each tensor once.")
    expect_equal(waits, 0, "to_device brings values back to the host.")
