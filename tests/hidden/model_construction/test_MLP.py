"""MLP computes out(relu(hidden(x))) with layers that are made once and learn."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import (
    MODULES,
    TENSORS,
    Module,
    expect_close,
    expect_equal,
    expect_true,
    say,
)
from model_construction_helpers import DISTINCT, forms, layer_of

pytestmark = pytest.mark.exercise("model_construction.MLP")


def apply_mlp(
    ex: Any, sizes: list[int], x: Tensor
) -> tuple[Tensor, list[Tensor], Tensor]:
    """Return the result, the parameters, and the result of a second call."""
    net = ex.MLP(*sizes)
    return net(x), list(net.parameters()), net(x)


def train_mlp(
    ex: Any, sizes: list[int], x: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    """Return the parameters before and after a step of SGD."""
    net = ex.MLP(*sizes)
    before = [p.detach().clone() for p in net.parameters()]
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net(x).square().mean().backward()
    optimizer.step()
    return before, list(net.parameters())


@pytest.mark.weight(2)
def test_mlp_maps_the_last_axis(observe, rng):
    sizes = inner, hidden, out = rng.sample(DISTINCT, 3)
    x = torch.randn(*rng.sample(DISTINCT, 2), inner)

    y, parameters, again = observe(
        apply_mlp, sizes, x, call=say("MLP{sizes}(x), x {x}", sizes=tuple(sizes), x=x)
    )

    layers = [nn.Linear(inner, hidden), nn.Linear(hidden, out)]
    expected = sorted(forms([p for layer in layers for p in layer.parameters()]))
    expect_equal(
        sorted(forms(parameters)),
        expected,
        "MLP does not hold the parameters of two Linear layers.",
        slips={
            "layers made in forward are new at every call: make them in __init__": (
                lambda got: not torch.equal(y, again)
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


def test_mlp_learns(observe, rng):
    sizes = rng.sample(DISTINCT, 3)

    before, after = observe(
        train_mlp,
        sizes,
        3 * torch.randn(64, sizes[0]),
        call="one step of SGD on MLP's parameters",
    )

    pairs = zip(before, after, strict=True)
    changed = [not torch.equal(old, new) for old, new in pairs]
    expect_true(
        changed == [True] * 4,
        "A step of SGD leaves parameters of MLP as they were.",
        expected="all four parameters change",
        got=say("{n} change", n=sum(changed)),
        cause="the output does not depend on every parameter, or is detached",
    )


@pytest.mark.weight(2)
def test_mlp_keeps_its_promise_in_every_state(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)

    sweep(
        Module("MLP"),
        *sizes,
        inputs=lambda *lead: (torch.randn(*lead, sizes[0]),),
        columns=(*TENSORS, *MODULES),
        call=say("MLP{sizes}(x)", sizes=tuple(sizes)),
    )
