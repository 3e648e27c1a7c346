"""MyLinear computes relu(x @ weight + bias) with two parameters that learn."""

from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import DISTINCT, expect_drawn, start, sweep_widths
from grader.observe import MODULES, TENSORS, Module, expect_close, say

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


def run_my_linear(ex: Any, state: dict[str, Tensor], x: Tensor) -> Tensor:
    layer = ex.MyLinear(*state["weight"].shape)
    layer.load_state_dict(state)
    return layer(x)


def my_linear(state: dict[str, Tensor], x: Tensor) -> Tensor:
    return (x @ state["weight"] + state["bias"]).relu()


def my_linear_state(rng) -> dict[str, Tensor]:
    inner, units = rng.sample(DISTINCT, 2)
    return {"weight": torch.randn(inner, units), "bias": torch.randn(units)}


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


def test_my_linear_computes_its_formula(observe, rng):
    state = my_linear_state(rng)
    inner, units = sizes = state["weight"].shape
    x = torch.randn(2, 3, inner)
    call = say("MyLinear{sizes}(x) with x {x}", sizes=tuple(sizes), x=x)

    y = observe(run_my_linear, state, x, call=call)

    bare = x @ state["weight"]
    expect_close(
        y,
        my_linear(state, x),
        "MyLinear does not compute relu(x @ weight + bias).",
        slips={
            "the ReLU is missing": bare + state["bias"],
            "the bias is not added": bare.relu(),
            "the bias is added after the ReLU": bare.relu() + state["bias"],
            "leading dimensions are flattened away": (
                my_linear(state, x).reshape(-1, units)
            ),
        },
    )


def test_my_linear_starts_at_random_weights(observe, rng):
    sizes = rng.sample(range(2, 5), 2)
    call = say("MyLinear{sizes}.weight, many times", sizes=tuple(sizes))
    make = Module("MyLinear", filled=False)

    starts = observe(start, make, sizes, "weight", call=call)

    expect_drawn(starts, "MyLinear's weight")


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
