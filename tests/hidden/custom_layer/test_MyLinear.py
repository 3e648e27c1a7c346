"""MyLinear computes relu(x @ weight + bias) with two parameters that learn."""

from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import (
    DISTINCT,
    Loaded,
    expect_drawn,
    sweep_call,
    sweep_widths,
)
from grader.observe import MODULES, TENSORS, Module, say

pytestmark = pytest.mark.exercise("custom_layer.MyLinear")


def parameters_of_my_linear(
    ex: Any, sizes: list[int]
) -> tuple[dict[str, list[int]], list[str]]:
    """Return shapes, and which tensors are attributes but no parameters."""
    layer = ex.MyLinear(*sizes)
    named = sorted(layer.named_parameters())
    shapes = {name: list(p.shape) for name, p in named}
    loose = [
        name
        for name in ("weight", "bias")
        if isinstance(getattr(layer, name, None), Tensor) and name not in shapes
    ]
    return shapes, loose


def test_my_linear_has_a_weight_and_a_bias(sweep, rng):
    inner, units = sizes = rng.sample(DISTINCT, 2)

    sweep.cases(
        parameters_of_my_linear,
        {"": (sizes,)},
        call=say("MyLinear{sizes}.named_parameters()", sizes=tuple(sizes)),
        fault="MyLinear does not have the parameters weight (in_units, units) and bias "
        "(units,).",
        slips={
            "only an nn.Parameter is registered; nn.Parameter(t) * 0.1 is none, "
            "nn.Parameter(t * 0.1) is": lambda seen: bool(seen[1]),
            "weight is (in_units, units), unlike nn.Linear's": (
                lambda seen: seen[0].get("weight") == [units, inner]
            ),
            "the names are to be weight and bias, without a dot": (
                lambda seen: any("." in name for name in seen[0])
            ),
        },
    )


def test_my_linear_computes_its_formula(sweep, rng):
    sizes = inner, units = rng.sample(DISTINCT, 2)
    weight, bias, x = torch.randn(sizes), torch.randn(units), torch.randn(2, 3, inner)
    bare = x @ weight
    right = (bare + bias).relu()

    sweep_call(
        sweep,
        (Loaded("MyLinear", weight=weight, bias=bias), sizes, None, x),
        call=say("MyLinear{sizes}(x) with x {x}", sizes=tuple(sizes), x=x),
        fault="MyLinear does not compute relu(x @ weight + bias).",
        slips={
            "the ReLU is missing": bare + bias,
            "the bias is not added": bare.relu(),
            "the bias is added after the ReLU": bare.relu() + bias,
            "leading dimensions are flattened away": right.reshape(-1, units),
        },
    )


def test_my_linear_starts_at_random_weights(observe, rng):
    sizes = rng.sample(range(2, 5), 2)
    call = say("MyLinear{sizes}.weight, many times", sizes=tuple(sizes))

    expect_drawn(observe, "MyLinear", sizes, "weight", call)


@pytest.mark.weight(2)
def test_my_linear_learns_and_takes_tensors_of_every_kind(sweep, rng):
    sizes = rng.sample(DISTINCT, 2)

    sweep(
        Module("MyLinear"),
        *sizes,
        inputs=lambda *lead: (torch.randn(*lead, sizes[0]),),
        columns=(*TENSORS, "inf", "nan", "blank", *MODULES),
        call=say("MyLinear{sizes}(x)", sizes=tuple(sizes)),
    )
    sweep_widths(sweep, "MyLinear", sizes[0])
