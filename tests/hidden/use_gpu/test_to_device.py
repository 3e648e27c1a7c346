"""to_device moves every tensor of a nested batch and keeps all else as it is."""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_equal, expect_true, expect_unchanged, say
from use_gpu_helpers import (
    DISTINCT,
    metered,
    on_device,
    on_sim,
    outline,
    places_of,
    tensors_of,
)

pytestmark = pytest.mark.exercise("use_gpu.to_device")

Pair = namedtuple("Pair", "inputs targets")


@dataclass(frozen=True)
class Sample:
    """A batch as a dataclass holds it."""

    image: Tensor
    label: Any


class Movable:
    """Something that is no tensor, though it has a method `to`."""

    def to(self, *_: Any, **__: Any) -> "Movable":
        return Movable()


def move(
    ex: Any, batch: Any, device: str
) -> tuple[str, list[str], list[Tensor], str, list[str]]:
    """Return what is like after a move: form, places, values; the same of the batch."""
    with metered(device):
        moved = ex.to_device(batch, device)
    form, places = outline(moved), places_of(moved)
    return form, places, tensors_of(moved), outline(batch), places_of(batch)


def move_named(ex: Any, batch: Any, name: str, as_device: bool) -> list[str]:
    with metered(name):
        device = torch.device(name) if as_device else name
        return places_of(ex.to_device(batch, device))


def others(lone: Tensor) -> dict[str, Any]:
    """Return things that are no tensor and no container of those promised."""
    return {
        "None": None,
        "a number": 7,
        "text": "some text",
        "bytes": b"some bytes",
        "a set": {1, 2},
        "an iterator": iter([lone]),
        "a class with fields": Sample,
        "a function": print,
        "an object with a method to": Movable(),
        "a module": nn.Linear(2, 1),
        "a device": torch.device("cpu"),
        "an array": memoryview(b"12"),
    }


def move_others(ex: Any, device: str) -> tuple[str, list[str], list[str]]:
    """Return where the tensor beside others went, what was replaced, what is moved."""
    lone = torch.ones(2)
    given = others(lone)
    with metered(device):
        place, moved = ex.to_device((lone, given), device)
        alone = {name: ex.to_device(thing, device) for name, thing in given.items()}
    lost = [
        name
        for name, thing in given.items()
        if moved.get(name, moved) is not thing or alone[name] is not thing
    ]
    if next(given["an iterator"], None) is not lone:
        lost.append("what an iterator gives")
    at = [p.device.type for p in given["a module"].parameters()]
    return place.device.type, lost, at


def move_what_is_there(
    ex: Any, sizes: list[int], device: str
) -> tuple[list[bool], int, int]:
    """Return whether three tensors came back themselves, and the moves and waits."""
    with metered(device) as meter:
        here, there = torch.zeros(sizes), torch.zeros(sizes, device=device)
        own = nn.Parameter(torch.zeros(sizes, device=device))
        kept = ex.to_device({"tensor": there, "deep": [(own,)]}, device)
        stayed = ex.to_device(here, torch.device("cpu"))
        before = meter.arrivals
        ex.to_device([here, there, {"deep": (here.clone(), there)}], device)
        moves, waits = meter.arrivals - before, meter.waits
    same = [kept["tensor"] is there, stayed is here, kept["deep"][0][0] is own]
    return same, moves, waits


def draw_tensor(rng) -> Tensor:
    t = torch.randn(rng.sample(DISTINCT, rng.choice([1, 2])))
    return rng.choice([t, t.double(), t.long(), t > 0, t.sum()])


KINDS: dict[str, Callable[..., Any]] = {
    "tensor": lambda a, _: a,
    "list": lambda a, b: [a, b],
    "tuple": lambda a, b: (a, b),
    "dict": lambda a, b: {"b": b, "a": a, 3: [a], None: (b,)},
    "named_tuple": Pair,
    "dataclass": Sample,
    "nested": lambda a, b: {
        "x": [(a, {"deep": [b]})],
        "pair": Pair([a], [Sample(b, {"y": Pair(a, b)})]),
        "sample": Sample(a, (b, [Sample(a, a)])),
    },
    "half": lambda a, b: [a.half(), {"same": b, "again": b}],
    "empty": lambda a, _: [[], (), {}, a, a[..., :0] if a.dim() else a],
}


@pytest.mark.weight(2)
@on_device
@pytest.mark.parametrize("kind", KINDS)
def test_to_device_moves_every_tensor(observe, rng, kind, device):
    batch = KINDS[kind](draw_tensor(rng), draw_tensor(rng))
    tensors, like = tensors_of(batch), outline(batch)

    form, places, values, own_form, own_places = observe(
        move,
        batch,
        device,
        call=say("to_device({outline}, {device})", outline=like, device=repr(device)),
        causes={
            r"FrozenInstanceError": (
                "a frozen dataclass cannot be assigned to: make a new one"
            ),
            r"TypeError: .*Pair\b.* argument": (
                "a named tuple takes its parts one by one: type(batch)(*parts)"
            ),
        },
    )

    expect_equal(
        form,
        like,
        "to_device does not build the batch alike.",
        slips={
            "a named tuple is a class of its own, not a tuple": (
                lambda form: "Pair(" in like and "Pair(" not in form
            ),
            "a dataclass stays an instance of its class": (
                lambda form: "Sample(" in like and "Sample(" not in form
            ),
            "a tuple stays a tuple, a list a list": (
                lambda form: (
                    form.replace("tuple(", "list(") == like.replace("tuple(", "list(")
                )
            ),
            "a tensor keeps its dtype": (
                lambda form: form.count("float32") > like.count("float32")
            ),
        },
    )
    expect_equal(
        places,
        [device] * len(tensors),
        "to_device leaves tensors where they were.",
        slips={
            "t.to(device) returns the moved tensor; t itself does not move": (
                lambda places: set(places) == {"cpu"} and kind in ("tensor", "list")
            ),
            "tensors in a dataclass, or in a container inside another, stay behind": (
                lambda places: "cpu" in places
            ),
        },
    )
    expect_equal(values, tensors, "Values change on their way to the device.")
    expect_unchanged(
        (own_form, own_places),
        (like, ["cpu"] * len(tensors)),
        "to_device changes the caller's batch.",
        cause="moved tensors are written into the caller's containers: build new ones",
    )


@on_device
@pytest.mark.parametrize("as_device", [False, True], ids=["name", "device"])
def test_to_device_takes_a_device_and_its_name(observe, rng, device, as_device):
    name = device.removesuffix(":0")

    places = observe(
        move_named,
        [draw_tensor(rng)],
        name,
        as_device,
        call=say("to_device([x], {name})", name=repr(name)),
    )

    expect_equal(places, [device], "to_device does not take a device or its name.")


@on_sim
def test_to_device_keeps_what_is_no_tensor(observe):
    place, lost, at = observe(
        move_others,
        "sim:0",
        call="to_device((x, {'a': None, 'b': 'text', …}), 'sim:0')",
        causes={
            r"(AttributeError|TypeError): .*(Sample|image|type object|class)": (
                "is_dataclass is true of the class itself, too: it holds no values"
            )
        },
    )

    fault = "to_device does not keep what is no tensor."
    expect_equal(
        at,
        ["cpu", "cpu"],
        fault,
        cause="a module has a method to, as well: isinstance(batch, Tensor)",
    )
    expect_equal(
        lost,
        [],
        fault,
        slips={
            "what is no tensor is dropped": lambda lost: (
                "None" not in lost[:1] and len(lost) > 9
            ),
            "a deep copy makes another object of each": (
                lambda lost: (
                    "an object with a method to" in lost
                    and "text" not in lost
                    and "a set" in lost
                )
            ),
        },
    )
    expect_equal(place, "sim", "to_device leaves tensors where they were.")


@pytest.mark.weight(2)
@on_device
def test_to_device_copies_only_what_is_elsewhere(observe, rng, device):
    same, moves, waits = observe(
        move_what_is_there,
        rng.sample(DISTINCT, 2),
        device,
        call="to_device of tensors that are on the device",
    )

    expect_true(
        all(same),
        "to_device copies a tensor that is on the device already.",
        expected="the tensor itself",
        got="another tensor",
        cause="clone, copy=True and torch.tensor always copy; t.to(device) does not",
    )
    expect_equal(moves, 2, "to_device does not move each tensor once.")
    expect_equal(waits, 0, "to_device brings values back to the host.")
