"""CenteredLayer subtracts the mean of all entries, in value and gradient."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import (
    DISTINCT,
    call_once,
    expect_gradient,
    in_turn,
    pull_back,
)
from grader.observe import MODULES, TENSORS, Module, expect_close, expect_equal, say

pytestmark = pytest.mark.exercise("custom_layer.CenteredLayer")

CENTERED = Module("CenteredLayer", filled=False)


def centered_in_sequential(
    ex: Any, layers: list[nn.Module], x: Tensor
) -> tuple[Tensor, list[str]]:
    """Return the result behind the first layer, and the names of all parameters."""
    net = nn.Sequential(layers[0], ex.CenteredLayer(), *layers[1:])
    return net[:2](x), [name for name, _ in net.named_parameters()]


@pytest.mark.parametrize("dims", [1, 2, 3], ids=["vector", "matrix", "three_dims"])
def test_centered_subtracts_the_mean_of_all_entries(observe, rng, dims):
    x = torch.randn(*rng.sample(DISTINCT, dims)) + rng.choice([-3.0, 3.0])
    call = say("CenteredLayer()(x) with x {x}", x=x)

    y = call_once(observe, CENTERED, [], x, call=call)

    expect_close(
        y,
        x - x.sum() / x.numel(),
        "CenteredLayer does not subtract the mean of all entries.",
        slips={
            "mean(dim=-1) gives one mean for each row": x - x.mean(-1, keepdim=True),
            "mean(dim=0) gives one mean for each column": x - x.mean(0),
            "mean(dim=(-2, -1)) gives one mean for each matrix": (
                x - x.mean(tuple(range(-min(dims, 2), 0)), keepdim=True)
            ),
            "the entries are divided by their spread": (x - x.mean()) / x.std(),
        },
    )


def test_centered_passes_gradients_through_the_mean(observe, rng):
    x = torch.randn(*rng.sample(DISTINCT, 2))
    upstream = torch.randn_like(x)
    call = "y = CenteredLayer()(x); y.backward(…)"

    gradient = observe(pull_back, CENTERED, [], upstream, x, call=call)

    expect_gradient(
        gradient,
        upstream - upstream.mean(),
        "The gradient of CenteredLayer is wrong.",
        slips={"item() and detach() make the mean a constant": upstream},
    )


def test_centered_fits_into_a_network_without_parameters(observe, rng):
    linear = nn.Linear(*rng.sample(DISTINCT, 2))
    layers = [linear, *(nn.Linear(1, 1) for _ in range(rng.randrange(1, 50)))]
    x = torch.randn(4, linear.in_features)
    call = "nn.Sequential(Linear, CenteredLayer(), Linear, …)"

    y, names = observe(centered_in_sequential, layers, x, call=call)

    net = nn.Sequential(linear, nn.Identity(), *layers[1:])
    expect_equal(
        names,
        [name for name, _ in net.named_parameters()],
        "CenteredLayer has parameters.",
        cause="what is computed from the input needs no nn.Parameter",
    )
    hidden = linear(x)
    expect_close(
        y, hidden - hidden.mean(), "CenteredLayer is wrong behind another layer."
    )


def test_centered_takes_tensors_of_every_kind(sweep):
    sweep(
        CENTERED,
        inputs=lambda *shape: (torch.randn(shape) + 2,),
        columns=(*TENSORS, "inf", "nan", *MODULES),
        call="CenteredLayer()(x)",
    )
    many = (torch.rand(3000) + 50).half()
    large = {"where the sum is too large for float16": (CENTERED, [], many)}
    sweep.cases(in_turn, large, call="CenteredLayer()(x) with x of float16")
