"""round_ste rounds as torch does and passes the gradient on unchanged."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import (
    call_and_pull_back,
    gradient_of,
    pull_back_first,
    sweep_call,
)
from grader.observe import SLOPES, TENSORS, Function, say

pytestmark = pytest.mark.exercise("custom_layer.round_ste")

ROUND = Function("round_ste")
DTYPES = torch.float32, torch.float64, torch.float16, torch.bfloat16


def pull_back_twice(ex: Any, x: Tensor, upstream: Tensor) -> Tensor | None:
    """Return how the gradient in x depends on the one in the result."""
    y, upstream = ex.round_ste(x.requires_grad_()), upstream.requires_grad_()
    if not y.requires_grad:
        return None
    (gradient,) = torch.autograd.grad(y, x, upstream, create_graph=True)
    return gradient_of(gradient, upstream, torch.full_like(x, 3.0))


@pytest.mark.weight(2)
def test_round_ste_rounds_like_torch_and_passes_the_gradient(sweep, rng):
    halves = torch.tensor(rng.sample(range(-20, 20), 21)) + 0.5
    x = torch.cat([halves, torch.randn(9) * 5]).reshape(5, 6)
    upstream = torch.randn_like(x)

    sweep_call(
        sweep,
        (ROUND, [], upstream, x),
        call=say("y = round_ste(x), x {x} with halves; y.backward(…)", x=x),
        fault="round_ste does not round to the nearest integer, halves to the even "
        "one, and pass the gradient unchanged.",
        slips={
            "floor rounds down": x.floor(),
            "trunc and int() cut the digits off": x.trunc(),
            "it is rounded up": x.ceil(),
            "floor(x + 0.5) rounds halves up": (x + 0.5).floor(),
        },
        slopes={
            "the gradient of round() itself is 0; is the Function called by its "
            "apply, or by its forward?": torch.zeros_like(x),
            "backward is to return the gradient that it is given, not ones": (
                torch.ones_like(x)
            ),
            "the gradient is rounded too": upstream.round(),
        },
    )


def at_the_edge(dtype: torch.dtype) -> Tensor:
    """Return a dtype's largest fractions and odd integers, and what is near 0.5."""
    most = 1 / torch.finfo(dtype).eps  # from here on, every number is an integer
    parts = [most / 4 + 0.25, most / 2 + 0.5, most / 2 + 1.5, most - 0.5]
    whole = [most / 2 + 1, most - 1, most + 1, 2 * most - 1, torch.finfo(dtype).max]
    half = torch.tensor(0.5, dtype=dtype)
    beside = [half, half.nextafter(half * 0), half.nextafter(half * 2), half + 1]
    x = torch.cat([torch.tensor(parts + whole, dtype=dtype), torch.stack(beside)])
    return torch.cat([x, -x])


@pytest.mark.weight(2)
def test_round_ste_takes_tensors_of_every_kind(sweep):
    sweep(
        ROUND,
        inputs=lambda *shape: (torch.randn(shape) * 5,),
        columns=(*TENSORS, *SLOPES, "blank", "odd_half"),
        call="round_ste(x)",
        tolerance=(0.0, 0.0),
    )
    edges = {say("at the limits of {d}", d=d): at_the_edge(d) for d in DTYPES}
    odd = torch.tensor([math.inf, -math.inf, math.nan, 1e30, -1e30, 1e-40, 0.0])
    sweep.cases(
        call_and_pull_back,
        {w: (ROUND, [], torch.ones_like(x), x) for w, x in edges.items()}
        | {"for odd gradients in the result": (ROUND, [], odd, torch.randn(7))},
        call="y = round_ste(x); y.backward(…)",
        tolerance=(0.0, 0.0),
    )
    x, upstream = torch.randn(2, 4, 5)
    again = {"where its gradient is differentiated": (x, upstream)}
    sweep.cases(
        pull_back_twice, again, call="grad(round_ste(x), x, g, create_graph=True)"
    )
    alike = {"for a sum of all results": (ROUND, torch.ones(()), (x,))}
    sweep.cases(pull_back_first, alike, call="round_ste(x).sum().backward()")
