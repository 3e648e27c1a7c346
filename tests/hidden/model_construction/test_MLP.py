"""MLP computes out(relu(hidden(x))) with layers that are made once and learn."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_true, say
from model_construction_helpers import DISTINCT, forms, layer_of

pytestmark = pytest.mark.exercise("model_construction.MLP")


def apply_mlp(ex: Any, sizes: list[int], x: Tensor) -> tuple[Tensor, list[Tensor]]:
    net = ex.MLP(*sizes)
    return net(x), list(net.parameters())


def apply_mlp_twice(ex: Any, sizes: list[int], x: Tensor) -> tuple[Tensor, Tensor, int]:
    net = ex.MLP(*sizes)
    return net(x), net(x), len(list(net.parameters()))


def train_mlp(
    ex: Any, sizes: list[int], x: Tensor
) -> tuple[Tensor, list[Tensor], list[Tensor]]:
    net = ex.MLP(*sizes)
    before = [p.detach().clone() for p in net.parameters()]
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net(x).square().mean().backward()
    optimizer.step()
    return net(x), before, list(net.parameters())


def expect_two_layers(parameters: list[Tensor], sizes: list[int]) -> None:
    inner, hidden, out = sizes
    layers = [nn.Linear(inner, hidden), nn.Linear(hidden, out)]
    expected = sorted(forms([p for layer in layers for p in layer.parameters()]))
    expect_equal(
        sorted(forms(parameters)),
        expected,
        "MLP does not hold the parameters of two Linear layers.",
        slips={
            "layers made in forward, or kept in a plain list, are not registered": (
                lambda got: len(got) < len(expected) and set(got) <= set(expected)
            ),
            "the layers have no bias": [
                f for f in expected if ", " in f and f[-2] != ","
            ],
        },
    )


def expect_mlp_value(y: Tensor, parameters: list[Tensor], x: Tensor, sizes: list[int]):
    hidden = layer_of(parameters, x, sizes[1])
    without_relu = layer_of(parameters, hidden, sizes[2])
    expected = layer_of(parameters, hidden.relu(), sizes[2])
    expect_close(
        y,
        expected,
        "MLP does not compute out(relu(hidden(x))).",
        slips={
            "the ReLU between the layers is missing": without_relu,
            "a ReLU after the last layer cuts off negative outputs": expected.relu(),
            "the ReLU stands after the last layer, not between": without_relu.relu(),
        },
    )


@pytest.mark.parametrize("leading", [0, 1, 3], ids=["vector", "batch", "three_dims"])
def test_mlp_maps_the_last_axis(observe, rng, leading):
    sizes = rng.sample(DISTINCT, 3)
    x = torch.randn(*rng.sample(DISTINCT, leading), sizes[0])

    y, parameters = observe(
        apply_mlp,
        sizes,
        x,
        call=say(
            "MLP{sizes}(x) with x {shape}", sizes=tuple(sizes), shape=tuple(x.shape)
        ),
    )

    expect_two_layers(parameters, sizes)
    expect_mlp_value(y, parameters, x, sizes)


def test_mlp_gives_the_same_result_at_every_call(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    x = torch.randn(4, sizes[0])

    first, second, count = observe(
        apply_mlp_twice,
        sizes,
        x,
        call=say("net = MLP{sizes}; net(x); net(x)", sizes=tuple(sizes)),
    )

    expect_close(
        second,
        first,
        "MLP gives another result when it is called again.",
        slips={"layers made in forward are new at every call": lambda _: count < 4},
    )


def test_mlp_learns(observe, rng):
    sizes = rng.sample(DISTINCT, 3)
    x = 3 * torch.randn(64, sizes[0])

    y, before, after = observe(
        train_mlp, sizes, x, call="one step of SGD on MLP's parameters, then MLP(x)"
    )

    expect_two_layers(after, sizes)
    expect_two_layers(before, sizes)
    expect_true(
        all(not torch.equal(old, new) for old, new in zip(before, after, strict=True)),
        "A step of SGD leaves parameters of MLP as they were.",
        expected="all four parameters change",
        got="some do not",
        cause="the output does not depend on every parameter, or is detached",
    )
    expect_mlp_value(y, after, x, sizes)
