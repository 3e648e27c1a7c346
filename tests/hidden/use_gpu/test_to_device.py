"""to_device moves every tensor of a nested batch and keeps all else as it is."""

from collections import namedtuple
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_equal, expect_true, expect_unchanged, say
from use_gpu_helpers import (
    DISTINCT,
    Drift,
    metered,
    on_device,
    outline,
    places_of,
    tensors_of,
)

pytestmark = pytest.mark.exercise("use_gpu.to_device")

CLASS = "is_dataclass is true of the class itself, too: it holds no values"

Pair = namedtuple("Pair", "inputs targets")


@dataclass(frozen=True)
class Sample:
    """A batch as a dataclass holds it."""

    image: Any
    label: Any


Told = tuple[list[Tensor], list[Tensor], list[Tensor]]


def build(ex: Any, batch: Any) -> list[Any]:
    """Return what a batch is like on the meta device: classes, dtypes and places."""
    moved = ex.to_device(batch, "meta")
    return [outline(moved), places_of(moved)]


def things() -> dict[str, Any]:
    """Return what is no tensor, and no container of those promised."""
    return {
        "None": None,
        "a number": 7,
        "a text": "some text",
        "an object": object(),
        "bytes": b"some bytes",
        "a range": range(3),
        "a set": {1, 2},
        "an iterator": iter([torch.ones(1)]),
        "the class of a dataclass": Sample,
        "a module": nn.Linear(2, 1),
    }


def keep(ex: Any, name: str, size: int) -> list[str]:
    """Return where a tensor went, and whether a thing beside it is as it was."""
    thing = things()[name]
    tensor, kept = ex.to_device((torch.ones(size), thing), "meta")
    alone = ex.to_device(thing, torch.device("meta"))
    came = "itself" if kept is thing and alone is thing else "another object"
    own = list(thing.parameters()) if isinstance(thing, nn.Module) else []
    return [outline(tensor), str(tensor.device), came, *places_of(own)]


def move(
    ex: Any, batch: Any, device: str, factor: float
) -> tuple[str, list[str], list[Tensor], str, list[str], list[bool], int, int, Told]:
    """Return what a batch is like after a move, and what it was before.

    At last come whether tensors that are on the device came back themselves, the
    numbers of moves to the device and of waits for it, and what values tell: those that
    a copy to the device changes, in the result and in the caller's batch, and those of
    tensors that are changed when they have come back.
    """
    with metered(device) as meter:
        there = torch.zeros(3, device=device), torch.zeros(2, 0, device=device)
        before = meter.arrivals
        moved, same = ex.to_device((batch, {"deep": [there]}), device)
        waits, moves = meter.waits, meter.arrivals - before
        kept = ex.to_device(there[0], torch.device(device))
        came = [*same["deep"][0], kept, ex.to_device(there[0], device[:-2])]
    here = tensors_of(batch)[0]
    same = [a is b for a, b in zip(came, [*there, there[0], there[0]], strict=True)]
    same.append(ex.to_device(here, "cpu") is here)
    of_moved = outline(moved), places_of(moved), tensors_of(moved)
    with metered(device) as meter, Drift(factor, meter):
        told = tensors_of(ex.to_device(batch, device))
    for tensor in there:
        tensor.add_(factor)
    told = told, tensors_of(batch), came
    return *of_moved, outline(batch), places_of(batch), same, moves, waits, told


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
            r"FrozenInstanceError": (
                "a frozen dataclass cannot be assigned to: make a new one"
            ),
            r"TypeError: .*Pair\b.* argument": (
                "a named tuple takes its parts one by one: type(batch)(*parts)"
            ),
        },
        because={
            "for a tuple": "a tuple stays a tuple, a list a list",
            "for a named tuple": "a named tuple is a class of its own, not a tuple",
            "for a dataclass": "tensors in a dataclass move, and it stays an instance "
            "of its class",
            "for containers in containers": (
                "what is in a container inside another moves, too"
            ),
            "for a dataclass in a dataclass": (
                "dataclasses.asdict makes dicts of the dataclasses inside, too"
            ),
        },
    )


def test_to_device_keeps_what_is_no_tensor(sweep, rng):
    size = rng.randrange(2, 1000)
    sweep.cases(
        keep,
        {f"for {name}": (name, size) for name in things()},
        call="to_device((x, thing), 'meta'), to_device(thing, 'meta')",
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

    factor = rng.choice([2.0, 4.0]) * rng.randrange(3, 100)
    form, places, values, own_form, own_places, same, moves, waits, told = observe(
        move,
        batch,
        device,
        factor,
        call=say("to_device({outline}, {device})", outline=like, device=repr(device)),
    )

    expect_equal(form, like, "to_device does not build the batch alike.")
    there = [device] * len(tensors)
    expect_equal(places, there, "to_device leaves tensors where they were.")
    expect_equal(values, tensors, "Values change on their way to the device.")
    expect_unchanged(
        (own_form, own_places),
        (like, ["cpu"] * len(tensors)),
        "to_device changes the caller's batch.",
        cause="moved tensors are written into the caller's containers: build new ones",
    )
    expect_true(
        all(same),
        "to_device copies a tensor that is on the device already.",
        expected="the tensor itself",
        got="another tensor",
        cause="clone, copy=True and torch.tensor always copy; t.to(device) does not",
    )
    expect_equal(moves, len(tensors), "to_device does not move each tensor once.")
    expect_equal(waits, 0, "to_device brings values back to the host.")
    moved = [t * factor if t.is_floating_point() else t for t in tensors]
    shifted = torch.full((3,), factor)
    expect_equal(
        told,
        (moved, tensors, [shifted, torch.zeros(2, 0), shifted, shifted]),
        "to_device does not move each tensor once, or copies what is there.",
    )
