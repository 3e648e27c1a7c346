"""round_ste rounds as torch does and passes the gradient on unchanged."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import expect_gradient, gradient_of
from grader.observe import TENSORS, Function, expect_close, say

pytestmark = pytest.mark.exercise("custom_layer.round_ste")


def round_and_pull_back(
    ex: Any, x: Tensor, upstream: Tensor
) -> tuple[Tensor, Tensor | None]:
    """Return the result, and the gradient of sum(upstream * result) in x."""
    x = x.requires_grad_()
    y = ex.round_ste(x.clone())
    return y, gradient_of(y, x, upstream)


def pull_back_twice(ex: Any, x: Tensor, upstream: Tensor, v: Tensor) -> Tensor | None:
    """Return how the gradient in x depends on the one in the result."""
    y, upstream = ex.round_ste(x.requires_grad_()), upstream.requires_grad_()
    if not y.requires_grad:
        return None
    (gradient,) = torch.autograd.grad(y, x, upstream, create_graph=True)
    return gradient_of(gradient, upstream, v)


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    "shape", [(), (30,), (5, 6)], ids=["number", "vector", "matrix"]
)
def test_round_ste_rounds_like_torch_and_passes_the_gradient(observe, rng, shape):
    halves = torch.tensor(rng.sample(range(-20, 20), 21)) + 0.5
    x = torch.cat([halves, torch.randn(9) * 5])[: math.prod(shape)].reshape(shape)
    upstream = torch.randn_like(x)
    call = say("y = round_ste(x), x {x} with halves; y.backward(…)", x=x)

    y, gradient = observe(round_and_pull_back, x, upstream, call=call)

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


@pytest.mark.weight(2)
def test_round_ste_takes_tensors_of_every_kind(sweep):
    sweep(
        Function("round_ste"),
        inputs=lambda *shape: (torch.randn(shape) * 5,),
        columns=(*TENSORS, "inf", "nan", "zero", "tiny", "huge", "ties"),
        call="round_ste(x)",
    )
    again = {"where its gradient is differentiated": (*torch.randn(3, 4, 5),)}
    sweep.cases(
        pull_back_twice, again, call="grad(round_ste(x), x, g, create_graph=True)"
    )
