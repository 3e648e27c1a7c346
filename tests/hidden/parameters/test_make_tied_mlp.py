"""make_tied_mlp uses one layer again and again, and its gradient sums over the uses."""

import copy
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import MODULES, TENSORS, Module, expect_equal, expect_true, say
from grader.sandbox.trials import fill

pytestmark = pytest.mark.exercise("parameters.make_tied_mlp")


def parameters_of(
    ex: Any, width: int, depth: int, how: str
) -> tuple[list[Tensor], str]:
    net = ex.make_tied_mlp(width, depth)
    if how == "deepcopy":
        net = copy.deepcopy(net)
    elif how == "double":
        net = net.double()
    dtype = torch.float64 if how == "double" else torch.float32
    return list(net.parameters()), str(net(torch.zeros(2, width, dtype=dtype)).dtype)


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


@pytest.mark.weight(2)
@pytest.mark.parametrize("how", ["made", "double", "deepcopy"])
@pytest.mark.parametrize("depth", [1, 2, 5])
def test_tied_mlp_has_the_parameters_of_one_layer(observe, rng, how, depth):
    width = rng.choice(range(4, 10))

    parameters, dtype = observe(
        parameters_of,
        width,
        depth,
        how,
        call=say(
            "make_tied_mlp({width}, {depth}).parameters(){how}",
            width=width,
            depth=depth,
            how={"made": "", "double": ", after .double()"}.get(
                how, ", of a copy.deepcopy"
            ),
        ),
    )

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
        {dtype, *(str(p.dtype) for p in parameters)},
        {"torch.float64" if how == "double" else "torch.float32"},
        "Parameters and result do not have the dtype of the network.",
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("depth", [1, 2, 5])
def test_tied_mlp_uses_one_layer_again_and_again(sweep, rng, depth):
    width = rng.choice(range(4, 10))
    layer = fill(nn.Linear(width, width))
    x = torch.randn(3, width)

    def evidence(depth: int, **options: Any) -> Tensor:
        return run_layer(layer, x, depth, **options)

    sweep(
        Module("make_tied_mlp"),
        width,
        depth,
        inputs=lambda *lead: (x if lead == (3,) else torch.randn(*lead, width),),
        columns=("plain", "vector", "deep"),
        call=say("make_tied_mlp({width}, {depth})(x)", width=width, depth=depth),
        fault="make_tied_mlp does not run its layer `depth` times with a ReLU between, "
        "or its gradient is not the sum over all uses.",
        slips={
            "the ReLU between two uses is missing": evidence(depth, between=lambda x: x)
            if depth > 1
            else None,
            "there is no ReLU after the last use": evidence(depth).relu(),
            "there is no ReLU before the first use": run_layer(layer, x.relu(), depth),
            "the layer runs once less": evidence(depth - 1),
            "the layer runs once more": evidence(depth + 1),
            "detach() and `.data` cut uses off the gradient": evidence(depth),
        },
    )


def test_tied_mlp_stays_tied_in_all_states(sweep, rng):
    width, depth = rng.choice(range(4, 10)), rng.choice(range(3, 6))

    sweep(
        Module("make_tied_mlp"),
        width,
        depth,
        inputs=lambda *lead: (torch.randn(*lead, width),),
        columns=(*TENSORS, *MODULES),
        call=say("make_tied_mlp({width}, {depth})(x)", width=width, depth=depth),
    )


def test_tied_mlp_takes_any_width_and_depth(sweep):
    sweep.cases(
        lambda ex, width, depth: fill(ex.make_tied_mlp(width, depth))(
            torch.ones(2, width)
        ),
        {
            "for a width of 1": (1, 3),
            "for a depth of 1": (4, 1),
            "for a depth of 30": (2, 30),
        },
        call="make_tied_mlp(width, depth)(ones)",
    )
