"""MySequential runs, registers and names its modules as nn.Sequential does."""

from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import Module
from model_construction_helpers import DISTINCT, ON_A_PAIR, STATES, Hooked, expect_used

pytestmark = pytest.mark.exercise("model_construction.MySequential")


def names_in_state(ex: Any, layers: list[nn.Module], levels: int) -> list[str]:
    """Return the names in the state dict, if modules() is not hidden."""
    net = ex.MySequential(*layers)
    for _ in range(levels):
        net = ex.MySequential(net, nn.BatchNorm1d(2))
    return list(net.state_dict()) if callable(net.modules) else ["modules"]


@pytest.mark.weight(2)
def test_sequential_registers_and_names_its_modules(sweep, rng):
    inner, hidden, out = rng.sample(DISTINCT, 3)
    layers = [nn.Linear(inner, hidden), nn.Tanh(), nn.Linear(hidden, out)]
    sweep.cases(
        names_in_state,
        {
            "for Linear, Tanh, Linear": (layers, 0),
            "for modules that are listed twice": (layers * 2, 0),
            "for an nn.Sequential": ([nn.Sequential(*layers), *layers], 0),
            "for a chain in a chain": (layers, 2),
            "for more than ten modules": (layers * 4, 0),
            "for modules of length 0": ([nn.Sequential(), layers[0]], 0),
        },
        call="list(MySequential(*modules).state_dict())",
        slips={
            "self.modules = … hides nn.Module.modules(); a list registers nothing": (
                ["modules"]
            ),
            "modules kept in a plain list are invisible to nn.Module": [],
            "a container of its own adds its name in front": (
                lambda names: all(name.count(".") > 1 for name in names)
            ),
            "modules that share one name replace each other: name them str(i)": (
                lambda names: len({name.partition(".")[0] for name in names}) == 1
            ),
            "the names count from 0": lambda names: names[0].startswith("1."),
        },
        because={
            "for modules that are listed twice": "a module that is listed again has a "
            "second name",
            "for modules of length 0": "an empty container counts as false, and is a "
            "module as well",
        },
    )


@pytest.mark.weight(2)
def test_sequential_keeps_its_promise_in_every_state(sweep, rng):
    inner, hidden, out = rng.sample(DISTINCT, 3)

    sweep(
        Module("MySequential", filled=False),
        *[nn.Linear(inner, hidden), nn.Tanh(), nn.Linear(hidden, out)],
        inputs=lambda *lead: (torch.randn(*lead, inner),),
        columns=STATES,
        call="MySequential(Linear, Tanh, Linear)(x)",
    )


@pytest.mark.weight(2)
def test_sequential_runs_its_modules_in_order_as_they_are(sweep, rng):
    d = rng.choice(DISTINCT)
    layer, other = Hooked(d, d), nn.Tanh()
    expect_used(
        sweep,
        "MySequential",
        d,
        lambda net, _: [Hooked(d, d), net],
        {
            "for one module": [layer],
            "without modules": [],
            "for a module that is listed three times": [layer, other, layer, layer],
            "for more than ten modules": 12 * [layer, other],
            "for modules that hand on a pair": ON_A_PAIR,
        },
        slips={
            "return after the loop over the modules, not in it": (
                lambda seen: seen["times that each runs"] == [1, 0]
            ),
        },
        because={
            "without modules": "without modules the loop does not run: what it hands "
            "on begins as x, and is returned",
            "for a module that is listed three times": "children() leaves out repeated "
            "modules, a copy is another one: the same module runs n times",
            "for more than ten modules": 'as texts, "10" comes before "2": keep the '
            "order given",
        },
    )
