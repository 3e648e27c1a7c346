"""MLP computes out(relu(hidden(x))) with layers that are made once and learn."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import Module, fill, say
from model_construction_helpers import DISTINCT, STATES, forms, gives

pytestmark = pytest.mark.exercise("model_construction.MLP")


def run_mlp(ex: Any, sizes: list[int], x: Tensor) -> dict[str, Any]:
    """Return the parameters before and after two calls, and the results."""
    net = fill(ex.MLP(*sizes))
    before = forms(net.parameters())
    return {
        "parameters": before,
        "result": net(x),
        "result again": net(x),
        "parameters later": forms(net.parameters()),
    }


@pytest.mark.weight(2)
def test_mlp_maps_the_last_axis(sweep, rng):
    sizes = inner, width, out = rng.sample(range(2, 7), 3)  # some outputs are negative
    x = 5 * torch.randn(*rng.sample(range(4, 12), 2), inner)
    hidden, last = fill(nn.Linear(inner, width)), fill(nn.Linear(width, out))
    linear = last(hidden(x))

    sweep.cases(
        run_mlp,
        {"": (sizes, x)},
        call=say("MLP{sizes}(x), twice, with x {x}", sizes=tuple(sizes), x=x),
        fault="MLP does not compute out(relu(hidden(x))) with two Linear layers.",
        slips={
            "a forward without return gives None": lambda seen: seen["result"] is None,
            "layers made by the first call are too late for an optimizer": (
                lambda seen: seen["parameters"] != seen["parameters later"]
            ),
            "layers made in forward are new at every call: make them in __init__": (
                lambda seen: not torch.equal(seen["result"], seen["result again"])
            ),
            "layers kept in a plain list are not registered": (
                lambda seen: len(seen["parameters"]) < 2
            ),
            "the layers have no bias": lambda seen: len(seen["parameters"]) == 2,
            "the ReLU between the layers is missing": gives(linear),
            "a ReLU after the last layer cuts off negative outputs": (
                gives(last(hidden(x).relu()).relu())
            ),
            "the ReLU stands after the last layer, not between": gives(linear.relu()),
        },
    )


@pytest.mark.weight(2)
def test_mlp_keeps_its_promise_in_every_state(sweep, rng):
    few = "plain", "vector", "single"
    for sizes, columns in (
        (rng.sample(DISTINCT, 3), (*STATES, "huge")),
        ([1, 1, 1], few),
        (3 * [rng.choice(DISTINCT)], few),
    ):
        sweep(
            Module("MLP"),
            *sizes,
            inputs=lambda *lead, d=sizes[0]: (torch.randn(*lead, d),),
            columns=columns,
            call=say("MLP{sizes}(x)", sizes=tuple(sizes)),
            causes={"same dtype": "a cast such as x.float() fixes the dtype"},
        )
