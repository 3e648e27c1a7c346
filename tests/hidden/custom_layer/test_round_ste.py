"""round_ste rounds as torch does and passes the gradient on unchanged."""

from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import (
    DISTINCT,
    call_once,
    expect_gradient,
    gradient_of,
    pull_back,
)
from grader.observe import TENSORS, Function, expect_close, say

pytestmark = pytest.mark.exercise("custom_layer.round_ste")

ROUND = Function("round_ste")


def test_round_ste_rounds_like_torch(observe, rng):
    halves = torch.tensor(rng.sample(range(-20, 20), 21)) + 0.5
    x = torch.cat([halves, torch.randn(9) * 5])
    call = "round_ste(x), halves and others"

    y = call_once(observe, ROUND, [], x, call=call)

    expect_close(
        y,
        torch.round(x),
        "round_ste does not round to the nearest integer, halves to the even one.",
        slips={
            "floor rounds down": x.floor(),
            "trunc and int() cut the digits off": x.trunc(),
            "it is rounded up": x.ceil(),
            "floor(x + 0.5) rounds halves up": (x + 0.5).floor(),
        },
    )


def pull_back_twice(ex: Any, x: Tensor, upstream: Tensor) -> Tensor | None:
    """Return how the gradient in x depends on the one in the result."""
    y, upstream = ex.round_ste(x.requires_grad_()), upstream.requires_grad_()
    if not y.requires_grad:
        return None
    (gradient,) = torch.autograd.grad(y, x, upstream, create_graph=True)
    return gradient_of(gradient, upstream, torch.full_like(x, 3.0))


@pytest.mark.weight(2)
@pytest.mark.parametrize("dims", [0, 1, 2], ids=["number", "vector", "matrix"])
def test_round_ste_passes_the_gradient_unchanged(observe, rng, dims):
    x = torch.randn(rng.sample(DISTINCT, dims)) * 5
    upstream = torch.randn_like(x)
    call = say("y = round_ste(x); y.backward(…) with x {x}", x=x)

    gradient = observe(pull_back, ROUND, [], upstream, x, call=call)

    expect_gradient(
        gradient,
        upstream,
        "round_ste does not pass the gradient unchanged.",
        slips={
            "the gradient of round() itself is 0; is the Function called by its "
            "apply, or by its forward?": torch.zeros_like(x),
            "backward is to return the gradient that it is given, not ones": (
                torch.ones_like(x)
            ),
            "the gradient is rounded too": upstream.round(),
        },
    )


def test_round_ste_takes_tensors_of_every_kind(sweep):
    sweep(
        ROUND,
        inputs=lambda *shape: (torch.randn(shape) * 5,),
        columns=(*TENSORS, "inf", "nan", "zero", "tiny", "huge", "ties"),
        call="round_ste(x)",
    )
    x, upstream = torch.randn(2, 4, 5)
    again = {"where its gradient is differentiated": (x, upstream)}
    sweep.cases(
        pull_back_twice, again, call="grad(round_ste(x), x, g, create_graph=True)"
    )
