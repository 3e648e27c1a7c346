"""round_ste rounds as torch does and passes the gradient on unchanged."""

from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import DISTINCT, gradient_of
from grader.observe import expect_close, expect_equal, say

pytestmark = pytest.mark.exercise("custom_layer.round_ste")


def round_only(ex: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    return ex.round_ste(x), x


def round_gradient(ex: Any, x: Tensor, upstream: Tensor) -> Tensor | None:
    x = x.requires_grad_()
    return gradient_of(ex.round_ste(x), x, upstream)


def quantise_gradient(
    ex: Any, weight: Tensor, step: float, x: Tensor, upstream: Tensor
) -> tuple[Tensor, Tensor | None]:
    weight = weight.requires_grad_()
    y = x @ (ex.round_ste(weight / step) * step)
    return y, gradient_of(y, weight, upstream)


@pytest.mark.parametrize("dims", [0, 1, 3], ids=["number", "vector", "three_dims"])
def test_round_ste_rounds_like_torch(observe, rng, dims):
    x = torch.randn(rng.sample(DISTINCT, dims)) * 5 + rng.choice([-8, 8])

    y, after = observe(
        round_only, x, call=say("round_ste(x) with x {shape}", shape=tuple(x.shape))
    )

    expect_close(
        y,
        torch.round(x),
        "round_ste does not round to the nearest integer.",
        slips={
            "floor rounds down": x.floor(),
            "trunc and int() cut the digits off": x.trunc(),
            "it is rounded up": x.ceil(),
        },
    )
    expect_equal(
        after,
        x,
        "round_ste changes the caller's tensor.",
        slips={"round_() works on x itself": lambda _: True},
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_round_ste_rounds_halves_to_even(observe, rng, dtype):
    x = torch.tensor(rng.sample(range(-20, 20), 9), dtype=dtype) + 0.5

    y, _ = observe(
        round_only, x, call=say("round_ste(x) with x of halves, {dtype}", dtype=dtype)
    )

    expect_equal(
        str(y.dtype), str(dtype), "round_ste does not keep the dtype of its input."
    )
    expect_close(
        y,
        2 * ((x - 0.5) / 2).ceil(),
        "round_ste does not round halves to the even neighbour.",
        slips={"floor(x + 0.5) rounds halves up": (x + 0.5).floor()},
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("dims", [0, 1, 2], ids=["number", "vector", "matrix"])
def test_round_ste_passes_the_gradient_unchanged(observe, rng, dims):
    x = torch.randn(rng.sample(DISTINCT, dims)) * 5
    upstream = torch.randn_like(x)

    gradient = observe(
        round_gradient,
        x,
        upstream,
        call=say(
            "y = round_ste(x); y.backward(…) with x {shape}", shape=tuple(x.shape)
        ),
    )

    expect_close(
        gradient,
        upstream,
        "round_ste does not pass the gradient unchanged.",
        slips={
            "no gradient reaches x: the result is detached": lambda g: g is None,
            "the gradient of round() itself is 0; is the Function called by its "
            "apply, or by its forward?": torch.zeros_like(x),
            "backward is to return the gradient that it is given, not ones": (
                torch.ones_like(x)
            ),
            "the gradient is rounded too": upstream.round(),
        },
    )


def test_round_ste_trains_a_quantised_weight(observe, rng):
    inner, units = rng.sample(DISTINCT, 2)
    weight, x = torch.randn(inner, units), torch.randn(4, inner)
    upstream = torch.randn(4, units)

    y, gradient = observe(
        quantise_gradient,
        weight,
        0.25,
        x,
        upstream,
        call="y = x @ (round_ste(weight / 0.25) * 0.25); y.backward(…)",
    )

    expect_close(
        y,
        x @ (torch.round(weight / 0.25) * 0.25),
        "A layer with weights from round_ste gives wrong outputs.",
        rtol=1e-4,
        atol=1e-5,
    )
    expect_close(
        gradient,
        x.T @ upstream,
        "round_ste does not let a gradient through to the weights.",
        rtol=1e-4,
        atol=1e-5,
        slips={
            "no gradient reaches them": lambda g: g is None,
            "the gradient of round() itself is 0": torch.zeros_like(weight),
        },
    )
