"""to_device moves every tensor of a nested batch and keeps all else as it is."""

from collections import namedtuple
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_equal, expect_true, say
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


class Thing:
    """Something that is no tensor and no container."""


def move(
    ex: Any, batch: Any, device: str
) -> tuple[str, list[str], list[Tensor], str, list[str]]:
    """Return what is like after a move: form, places, values; the same of the batch."""
    with metered(device):
        moved = ex.to_device(batch, torch.device(device))
    form, places = outline(moved), places_of(moved)
    return form, places, tensors_of(moved), outline(batch), places_of(batch)


def move_by_name(ex: Any, batch: Any, device: str) -> list[str]:
    with metered(device):
        return places_of(ex.to_device(batch, device))


def move_what_is_there(
    ex: Any, sizes: list[int], device: str
) -> tuple[bool, bool, bool, int, int]:
    """Return whether three objects came back themselves, and the moves and waits."""
    thing = Thing()
    with metered(device) as meter:
        here, there = torch.zeros(sizes), torch.zeros(sizes, device=device)
        kept = ex.to_device({"tensor": there, "things": [thing]}, device)
        stayed = ex.to_device(here, torch.device("cpu"))
        before = meter.arrivals
        ex.to_device([here, there, {"deep": (here.clone(), there)}], device)
        moves, waits = meter.arrivals - before, meter.waits
    same = kept["tensor"] is there, stayed is here, kept["things"][0] is thing
    return *same, moves, waits


def draw_tensor(rng) -> Tensor:
    t = torch.randn(rng.sample(DISTINCT, rng.choice([1, 2])))
    return rng.choice([t, t.double(), t.long(), t > 0])


KINDS: dict[str, Callable[..., Any]] = {
    "tensor": lambda a, _: a,
    "list": lambda a, b: [a, b],
    "tuple": lambda a, b: (a, b),
    "dict": lambda a, b: {"b": b, "a": a},
    "named_tuple": Pair,
    "dataclass": Sample,
    "nested": lambda a, b: {"x": [(a, {"deep": [b]})], "pair": Pair(a, [Sample(b, a)])},
    "empty": lambda a, _: [[], (), {}, a],
}


@pytest.mark.weight(2)
@on_device
@pytest.mark.parametrize("kind", KINDS)
def test_to_device_moves_every_tensor(observe, rng, kind, device):
    batch = KINDS[kind](draw_tensor(rng), draw_tensor(rng))
    tensors = tensors_of(batch)

    form, places, values, _, _ = observe(
        move,
        batch,
        device,
        call=say(
            "to_device({outline}, {device})",
            outline=outline(batch),
            device=repr(device),
        ),
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
        outline(batch),
        "to_device does not build the batch alike.",
        slips={
            "a named tuple is a class of its own, not a tuple": (
                lambda form: "Pair(" in outline(batch) and "Pair(" not in form
            ),
            "a dataclass stays an instance of its class": (
                lambda form: "Sample(" in outline(batch) and "Sample(" not in form
            ),
            "a tuple stays a tuple, a list a list": (
                lambda form: (
                    form.replace("tuple(", "list(")
                    == outline(batch).replace("tuple(", "list(")
                )
            ),
            "a tensor keeps its dtype": (
                lambda form: form.count("float32") > outline(batch).count("float32")
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


@on_device
def test_to_device_takes_a_devices_name(observe, rng, device):
    name = device.removesuffix(":0")

    places = observe(
        move_by_name,
        [draw_tensor(rng)],
        name,
        call=say("to_device([x], {name})", name=repr(name)),
    )

    expect_equal(places, [device], "to_device does not take a device's name.")


@on_sim
@pytest.mark.parametrize("kind", ["list", "dict", "nested", "dataclass"])
def test_to_device_leaves_the_callers_batch_alone(observe, rng, kind):
    batch = KINDS[kind](draw_tensor(rng), draw_tensor(rng))

    *_, form, places = observe(
        move,
        batch,
        "sim:0",
        call=say(
            "batch = {outline}; to_device(batch, 'sim:0'); batch",
            outline=outline(batch),
        ),
    )

    fault = "to_device changes the caller's batch."
    expect_equal(form, outline(batch), fault)
    expect_equal(
        places,
        places_of(batch),
        fault,
        slips={
            "moved tensors are written into the caller's containers: build new ones": (
                lambda places: "sim:0" in places
            )
        },
    )


@on_sim
@pytest.mark.parametrize(
    "other",
    [
        *(None, 7, 2.5, True, "some text"),
        *({"name": "a", "ids": [1, "b", None]}, ("a", []), Sample),
    ],
    ids=["none", "int", "float", "bool", "text", "dict", "tuple", "class"],
)
def test_to_device_keeps_what_is_no_tensor(observe, rng, other):
    batch = [draw_tensor(rng), other]

    form, places, *_ = observe(
        move,
        batch,
        "sim:0",
        call=say("to_device({outline}, 'sim:0')", outline=outline(batch)),
        causes={
            r"(AttributeError|TypeError): .*(Sample|image|type|class)": (
                "is_dataclass is true of the class itself, too: it holds no values"
            )
        }
        if other is Sample
        else {},
    )

    expect_equal(
        form,
        outline(batch),
        "to_device does not keep what is no tensor.",
        slips={
            "what is no tensor is dropped": lambda form: len(form) < len(outline(batch))
        },
    )
    expect_equal(places, ["sim:0"], "to_device leaves tensors where they were.")


@pytest.mark.weight(2)
@on_device
def test_to_device_copies_only_what_is_elsewhere(observe, rng, device):
    there, here, thing, moves, waits = observe(
        move_what_is_there,
        rng.sample(DISTINCT, 2),
        device,
        call="to_device of tensors that are on the device, and of other objects",
    )

    expect_true(
        there and here,
        "to_device copies a tensor that is on the device already.",
        expected="the tensor itself",
        got="another tensor",
        cause="clone, copy=True and torch.tensor always copy; t.to(device) does not",
    )
    expect_true(
        thing,
        "to_device copies what is no tensor.",
        expected="the object itself",
        got="another object",
    )
    expect_equal(moves, 2, "to_device does not move each tensor once.")
    expect_equal(waits, 0, "to_device brings values back to the host.")
