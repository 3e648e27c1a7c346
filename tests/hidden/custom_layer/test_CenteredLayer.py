"""CenteredLayer subtracts the mean of all entries, in value and gradient."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import DISTINCT, in_turn, sweep_call
from grader.observe import MODULES, TENSORS, Module, say

pytestmark = pytest.mark.exercise("custom_layer.CenteredLayer")

CENTERED = Module("CenteredLayer", filled=False)


def centered_in_sequential(
    ex: Any, linear: nn.Module, x: Tensor
) -> tuple[Tensor, list[str]]:
    net = nn.Sequential(linear, ex.CenteredLayer())
    return net(x), [name for name, _ in net.named_parameters()]


def centered_ones(ex: Any, n: int) -> Tensor:
    return ex.CenteredLayer()(torch.ones(n).half())[:2]


def test_centered_subtracts_the_mean_of_all_entries(sweep, rng):
    x = torch.randn(*rng.sample(DISTINCT, 3)) + rng.choice([-3.0, 3.0])
    upstream = torch.randn_like(x)

    sweep_call(
        sweep,
        (CENTERED, [], upstream, x),
        call=say("y = CenteredLayer()(x), x {x}; y.backward(…)", x=x),
        fault="CenteredLayer does not subtract the mean of all entries, or its "
        "gradient is wrong.",
        slips={
            "mean(dim=-1) gives one mean for each row": x - x.mean(-1, keepdim=True),
            "mean(dim=0) gives one mean for each column": x - x.mean(0),
            "mean(dim=(-2, -1)) gives one mean for each matrix": (
                x - x.mean((-2, -1), keepdim=True)
            ),
            "the entries are divided by their spread": (x - x.mean()) / x.std(),
        },
        slopes={"item() and detach() make the mean a constant": upstream},
    )


def test_centered_fits_into_a_network_without_parameters(sweep, rng):
    linear = nn.Linear(*rng.sample(DISTINCT, 2))
    x = torch.randn(4, linear.in_features)

    sweep.cases(
        centered_in_sequential,
        {"": (linear, x)},
        call="nn.Sequential(Linear, CenteredLayer())",
        fault="CenteredLayer has parameters, or is wrong behind another layer.",
        slips={
            "what is computed from the input needs no nn.Parameter": (
                lambda seen: len(seen[1]) > 2
            )
        },
    )


def test_centered_takes_tensors_of_every_kind(sweep):
    sweep(
        CENTERED,
        inputs=lambda *shape: (torch.randn(shape) + 2,),
        columns=(*TENSORS, "inf", "nan", "blank", *MODULES),
        call="CenteredLayer()(x)",
    )
    many = torch.arange(30, 71).repeat(75).half()  # their mean is 50, in any dtype
    large = {
        "where the sum is too large for float16": (CENTERED, [], many),
        "where the sum is too small for float16": (CENTERED, [], -many),
        "for an infinite entry of float16": (CENTERED, [], (many - 30).log()),
    }
    sweep.cases(in_turn, large, call="CenteredLayer()(x) with x of float16")
    sweep.cases(
        centered_ones,
        {"where an entry divided by their number is rounded": (860_000,)},
        call="CenteredLayer()(torch.ones(860_000).half())",
    )
