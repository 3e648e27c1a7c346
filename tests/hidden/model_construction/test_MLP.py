"""MLP computes out(relu(hidden(x))) with layers that are made once and learn."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import Module, expect_close, expect_equal, say
from model_construction_helpers import DISTINCT, STATES, forms, layer_of

pytestmark = pytest.mark.exercise("model_construction.MLP")


def apply_mlp(
    ex: Any, sizes: list[int], x: Tensor
) -> tuple[list[Tensor], Tensor, Tensor, int]:
    """Return the parameters, the result twice, and how many parameters there are."""
    net = ex.MLP(*sizes)
    return list(net.parameters()), net(x), net(x), len(list(net.parameters()))


@pytest.mark.weight(2)
def test_mlp_maps_the_last_axis(observe, rng):
    sizes = inner, hidden, out = rng.sample(DISTINCT, 3)
    x = torch.randn(*rng.sample(DISTINCT, 2), inner)

    parameters, y, again, number = observe(
        apply_mlp, sizes, x, call=say("MLP{sizes}(x), x {x}", sizes=tuple(sizes), x=x)
    )

    layers = [nn.Linear(inner, hidden), nn.Linear(hidden, out)]
    expected = forms([p for layer in layers for p in layer.parameters()])
    expect_equal(
        forms(parameters),
        expected,
        "MLP does not hold the parameters of two Linear layers.",
        slips={
            "layers made in forward are new at every call: make them in __init__": (
                lambda got: not torch.equal(y, again)
            ),
            "layers made by the first call are too late for an optimizer": (
                lambda got: len(got) < number
            ),
            "layers kept in a plain list are not registered": (
                lambda got: len(got) < len(expected) and set(got) <= set(expected)
            ),
            "the layers have no bias": [
                f for f in expected if ", " in f and f[-2] != ","
            ],
        },
    )
    between = layer_of(parameters, x, hidden)
    without_relu = layer_of(parameters, between, out)
    result = layer_of(parameters, between.relu(), out)
    expect_close(
        y,
        result,
        "MLP does not compute out(relu(hidden(x))).",
        slips={
            "the ReLU between the layers is missing": without_relu,
            "a ReLU after the last layer cuts off negative outputs": result.relu(),
            "the ReLU stands after the last layer, not between": without_relu.relu(),
        },
    )


@pytest.mark.weight(2)
def test_mlp_keeps_its_promise_in_every_state(sweep, rng):
    few = "plain", "vector", "single"
    for sizes, columns in (
        (rng.sample(DISTINCT, 3), (*STATES, "huge")),
        ([*rng.sample(DISTINCT, 2), 1], few),
        ([1, 1, 2], few),
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
