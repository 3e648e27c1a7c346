"""make_tied_mlp uses one layer again and again, and its gradient sums over the uses."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import DTYPES, MODULES, SHAPES, TENSORS, Module, expect_true, say
from grader.sandbox.trials import fill

pytestmark = pytest.mark.exercise("parameters.make_tied_mlp")

COLUMNS = {(4, 3): (*TENSORS, *MODULES), (6, 2): (*DTYPES, "huge", "double", "half")}
"""What is looked at for a width and depth; for others shapes alone."""


def parameters_of_two(
    ex: Any, width: int, depth: int
) -> tuple[list[Tensor], list[Tensor], int]:
    """Return the parameters of two networks, and of how many numbers they are."""
    one, two = ([*ex.make_tied_mlp(width, depth).parameters()] for _ in range(2))
    return one, two, sum(p.numel() for p in one + two)


def run_layer(
    layer: nn.Linear,
    x: Tensor,
    depth: int,
    between: Callable[[Tensor], Tensor] = torch.relu,
) -> Tensor:
    """Apply one layer `depth` times."""
    for use in range(depth):
        x = layer(between(x) if use else x)
    return x.detach()


def test_tied_mlp_has_the_parameters_of_one_layer(observe, rng):
    width, depth = rng.choice(range(4, 10)), rng.choice(range(2, 6))
    call = say("make_tied_mlp{sizes}.parameters()", sizes=(width, depth))

    parameters, others, numbers = observe(parameters_of_two, width, depth, call=call)

    weights = [p for p in parameters if p.dim() == 2]
    biases = [p for p in parameters if p.dim() == 1]
    cause = "every use has a layer of its own: make one and use it again"
    if not parameters:
        cause = "modules kept in a plain list are invisible to nn.Module"
    elif not biases:
        cause = "the layer has no bias"
    elif len(weights) == 1:
        cause = "the bias belongs to the layer: use the same module again"
    elif all(torch.equal(weights[0], w) for w in weights[1:]):
        cause = (
            "`.data` and deepcopy make equal values, not one parameter: each has a "
            "gradient of its own"
        )
    expect_true(
        sorted(tuple(p.shape) for p in parameters) == [(width,), (width, width)]
        and numbers == 2 * width * (width + 1),
        "The network does not have the parameters of one Linear layer.",
        expected="one weight and one bias",
        got=say("{n} weights, {n_2} biases", n=len(weights), n_2=len(biases)),
        cause=cause,
    )
    expect_true(
        not any(map(torch.equal, parameters, others)),
        "Two networks begin with the same values.",
        expected="values that a new Linear draws",
        got="the same weight or bias",
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize(("width", "depth"), [(5, 1), (6, 2), (4, 3), (1, 3), (2, 30)])
def test_tied_mlp_uses_one_layer_again_and_again(sweep, width, depth):
    layer = fill(nn.Linear(width, width))
    x = torch.randn(3, width)

    sweep(
        Module("make_tied_mlp"),
        width,
        depth,
        inputs=lambda *lead: (x if lead == (3,) else torch.randn(*lead, width),),
        columns=("plain", *COLUMNS.get((width, depth), SHAPES)),
        call=say("make_tied_mlp{sizes}(x)", sizes=(width, depth)),
        slips={
            "the ReLU between two uses is missing": (
                run_layer(layer, x, depth, between=lambda x: x)
            ),
            "there is no ReLU after the last use": run_layer(layer, x, depth).relu(),
            "there is no ReLU before the first use": run_layer(layer, x.relu(), depth),
            "the layer runs once less": run_layer(layer, x, depth - 1),
            "the layer runs once more": run_layer(layer, x, depth + 1),
        },
    )
