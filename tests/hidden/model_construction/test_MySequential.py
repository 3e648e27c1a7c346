"""MySequential runs, registers and names its modules as nn.Sequential does."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import Module, say
from model_construction_helpers import (
    DISTINCT,
    STATES,
    Failing,
    Hooked,
    expect_used,
    frozen,
    in_eval,
)

pytestmark = pytest.mark.exercise("model_construction.MySequential")


def run_in_order(ex: Any, layers: list[nn.Module], x: Tensor) -> Tensor:
    return ex.MySequential(*layers)(x).clone()


def names_in_state(ex: Any, layers: list[nn.Module]) -> list[str]:
    """Return the names in the state dict, if modules() is not hidden."""
    net = ex.MySequential(*layers)
    return list(net.state_dict()) if callable(net.modules) else ["modules"]


def test_sequential_runs_its_modules_in_the_order_given(sweep, rng):
    d = rng.choice(DISTINCT)
    layer, other, x = nn.Linear(d, d), nn.Tanh(), torch.randn(5, d)
    modules = {
        "for two modules": [layer, other],
        "for one module": [layer],
        "without modules": [],
        "for a module that is listed twice": [layer, other, layer],
        "for more than ten modules": [
            part for _ in range(12) for part in (layer, other)
        ],
    }
    sweep.cases(
        run_in_order,
        {when: (given, x) for when, given in modules.items()},
        call=say("MySequential(*modules)(x) with x {x}", x=x),
        slips={"return after the loop over the modules, not in it": layer(x)},
        because={
            "without modules": "without modules the loop does not run: what it hands "
            "on begins as x, and is returned",
            "for a module that is listed twice": "children() leaves out repeated "
            "modules; one that is listed n times runs n times",
            "for more than ten modules": 'as texts, "10" comes before "2": keep the '
            "order given",
        },
    )


@pytest.mark.weight(2)
def test_sequential_registers_and_names_its_modules(sweep, rng):
    inner, hidden, out = rng.sample(DISTINCT, 3)
    layers = [nn.Linear(inner, hidden), nn.Tanh(), nn.Linear(hidden, out)]
    sweep.cases(
        names_in_state,
        {
            "for Linear, Tanh, Linear": (layers,),
            "for modules that are listed twice": (layers * 2,),
            "for a chain in a chain": ([nn.Sequential(*layers), nn.BatchNorm1d(out)],),
            "for many modules": ([nn.ReLU()] * rng.randrange(9, 100) + layers,),
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
            "second name"
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
def test_sequential_uses_its_modules_as_they_are(sweep, rng):
    d, out = rng.sample(DISTINCT, 2)
    shared = Hooked(d, d)
    cases = {
        "for modules with hooks": [Hooked(d, d), Hooked(d, out)],
        "for modules without parameters": [Hooked(d, d), nn.Tanh(), nn.Dropout(0.0)],
        "for modules in eval mode": [Hooked(d, d), in_eval(Hooked(d, out))],
        "for frozen modules": [frozen(Hooked(d, d)), Hooked(d, out)],
        "for a single module": [Hooked(d, out)],
        "for a module that is listed three times": [shared, nn.Tanh(), shared, shared],
        "for chains in a chain": [nn.Sequential(Hooked(d, d), nn.Sequential())],
        "for modules that change the shape": [nn.Flatten(0), nn.Unflatten(0, (-1, d))],
        "when a module raises an exception": [Hooked(d, d), Failing()],
    }
    expect_used(
        sweep,
        "MySequential",
        cases,
        torch.randn(4, d),
        because={
            "for modules without parameters": "every module is registered, whatever "
            "it holds",
            "for a module that is listed three times": "a module that is listed again "
            "is the same module, no copy",
        },
    )
