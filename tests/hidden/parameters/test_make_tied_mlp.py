"""make_tied_mlp uses one layer again and again, and its gradient sums over the uses."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_true, say

pytestmark = pytest.mark.exercise("parameters.make_tied_mlp")


def run_tied(
    ex: Any, width: int, depth: int, x: Tensor
) -> tuple[Tensor, list[Tensor], list[Tensor | None]]:
    net = ex.make_tied_mlp(width, depth)
    y = net(x)
    parameters = list(net.parameters())
    if parameters:
        y.square().sum().backward()
    return y, parameters, [p.grad for p in parameters]


def train_tied(
    ex: Any, width: int, depth: int, x: Tensor, how: str
) -> tuple[Tensor, list[Tensor]]:
    net = ex.make_tied_mlp(width, depth)
    net = copy.deepcopy(net) if how == "deepcopy" else net.double()
    optimizer = torch.optim.SGD(net.parameters(), lr=0.01)
    net(x).square().sum().backward()
    optimizer.step()
    return net(x), list(net.parameters())


def expect_one_layer(parameters: list[Tensor], width: int, dtype: torch.dtype) -> None:
    weights = [p for p in parameters if p.dim() == 2]
    biases = [p for p in parameters if p.dim() == 1]
    cause = "every use has a layer of its own: make one and use it again"
    if not parameters:
        cause = "modules kept in a plain list are invisible to nn.Module"
    elif len(weights) == 1:
        cause = "the bias belongs to the layer: use the same module again"
    elif all(torch.equal(weights[0], w) for w in weights[1:]):
        cause = (
            "`.data` and deepcopy make equal values, not one parameter: each has a "
            "gradient of its own"
        )
    expect_true(
        sorted(tuple(p.shape) for p in parameters) == [(width,), (width, width)],
        "The network does not have the parameters of one Linear layer.",
        expected="one weight and one bias",
        got=say("{n} weights, {n_2} biases", n=len(weights), n_2=len(biases)),
        cause=cause,
    )
    expect_equal(
        [str(p.dtype) for p in parameters],
        [str(dtype)] * 2,
        "The parameters do not have the dtype of the network.",
    )


def run_layer(
    parameters: list[Tensor],
    x: Tensor,
    depth: int,
    between: Callable[[Tensor], Tensor] = torch.relu,
) -> Tensor:
    """Apply the one weight and bias `depth` times."""
    bias, weight = sorted(parameters, key=Tensor.dim)
    for use in range(depth):
        x = nn.functional.linear(between(x) if use else x, weight, bias)
    return x


def expect_tied_value(y: Tensor, parameters: list[Tensor], x: Tensor, depth: int):
    def value(x: Tensor, depth: int, **options: Any) -> Tensor:
        return run_layer(parameters, x, depth, **options)

    expect_close(
        y,
        value(x, depth),
        "make_tied_mlp does not run its layer `depth` times with a ReLU between.",
        slips={
            "the ReLU between two uses is missing": value(
                x, depth, between=lambda x: x
            ),
            "there is no ReLU after the last use": value(x, depth).relu(),
            "there is no ReLU before the first use": value(x.relu(), depth),
            "the layer runs once less": value(x, depth - 1),
            "the layer runs once more": value(x, depth + 1),
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("depth", [1, 2, 5])
def test_tied_mlp_uses_one_layer_again_and_again(observe, rng, depth):
    width = rng.choice(range(4, 10))
    x = torch.randn(16, 2, width)

    y, parameters, _ = observe(
        run_tied,
        width,
        depth,
        x,
        call=say(
            "make_tied_mlp({width}, {depth})(x) with x {shape}",
            width=width,
            depth=depth,
            shape=tuple(x.shape),
        ),
    )

    expect_one_layer(parameters, width, x.dtype)
    expect_tied_value(y, parameters, x, depth)


def test_tied_mlp_sums_the_gradient_over_the_uses(observe, rng):
    width, depth = rng.choice(range(4, 10)), rng.choice(range(2, 5))
    x = torch.randn(32, width)

    _, parameters, gradients = observe(
        run_tied,
        width,
        depth,
        x,
        call=say(
            "net = make_tied_mlp({width}, {depth}); net(x).square().sum().backward()",
            width=width,
            depth=depth,
        ),
    )

    expect_one_layer(parameters, width, x.dtype)
    leaves = [p.requires_grad_() for p in parameters]
    expected, last_only = (
        torch.autograd.grad(run_layer(leaves, x, depth, between).square().sum(), leaves)
        for between in (torch.relu, lambda x: x.relu().detach())
    )
    for grad, whole, last in zip(gradients, expected, last_only, strict=True):
        expect_close(
            grad,
            whole,
            "The gradient is not the sum over all uses of the layer.",
            slips={"detach() cuts off the uses before the last": last},
            rtol=1e-4,
            atol=1e-4,
        )


@pytest.mark.parametrize("how", ["double", "deepcopy"])
def test_tied_mlp_stays_tied(observe, rng, how):
    width, depth = rng.choice(range(4, 10)), rng.choice(range(2, 5))
    x = torch.randn(8, width, dtype=torch.float64 if how == "double" else None)

    y, parameters = observe(
        train_tied,
        width,
        depth,
        x,
        how,
        call=say("one step of SGD after net.{how}(), then net(x)", how=how)
        if how == "double"
        else "one step of SGD on copy.deepcopy(net), then net(x)",
    )

    expect_one_layer(parameters, width, x.dtype)
    expect_tied_value(y, parameters, x, depth)
