"""clamp_open clamps, and passes gradients strictly between its bounds alone."""

from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import gradient_of
from grader.observe import expect_close, expect_equal, expect_true, say

pytestmark = pytest.mark.exercise("custom_layer.clamp_open")


def clamp_only(ex: Any, x: Tensor, lo: float, hi: float) -> tuple[Tensor, Tensor]:
    return ex.clamp_open(x, lo, hi), x


def clamp_gradient(
    ex: Any, x: Tensor, lo: float, hi: float, upstream: Tensor
) -> Tensor | None:
    x = x.requires_grad_()
    return gradient_of(ex.clamp_open(x, lo, hi), x, upstream)


def count_saved_by_clamp(
    ex: Any, x: Tensor, lo: float, hi: float, upstream: Tensor
) -> tuple[int, int, Tensor | None]:
    events = []

    def pack(saved: Tensor) -> Tensor:
        events.append("pack")
        return saved

    def unpack(saved: Tensor) -> Tensor:
        events.append("unpack")
        return saved

    x = x.requires_grad_()
    with torch.autograd.graph.saved_tensors_hooks(pack, unpack):
        y = ex.clamp_open(x, lo, hi)
    gradient = gradient_of(y, x, upstream)
    return events.count("pack"), events.count("unpack"), gradient


def bounds(rng) -> tuple[float, float]:
    """Return two bounds that float16 can hold, far enough apart."""
    return -rng.randrange(1, 5) / 4, rng.randrange(1, 5) / 4


def around(lo: float, hi: float) -> Tensor:
    """Return entries below, at, between and above the bounds, in random order."""
    outside = [torch.rand(4) + hi + 0.1, lo - 0.1 - torch.rand(4)]
    between = lo + (hi - lo) * (0.1 + 0.8 * torch.rand(7))
    x = torch.cat([*outside, torch.tensor([lo, lo, hi, hi, hi]), between])
    return x[torch.randperm(len(x))].reshape(4, 5)


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.float16])
def test_clamp_open_clamps(observe, rng, dtype):
    lo, hi = bounds(rng)
    x = around(lo, hi).to(dtype)

    y, after = observe(
        clamp_only,
        x,
        lo,
        hi,
        call=say(
            "clamp_open(x, {lo}, {hi}) with x of {dtype}", lo=lo, hi=hi, dtype=dtype
        ),
    )

    expect_close(
        y,
        x.clamp(lo, hi),
        "clamp_open does not clamp as torch.clamp does.",
        slips={
            "the upper bound is left out": x.clamp(min=lo),
            "the lower bound is left out": x.clamp(max=hi),
            "entries outside become 0, not the bound": (
                torch.where((x >= lo) & (x <= hi), x, 0)
            ),
        },
    )
    expect_equal(
        after,
        x,
        "clamp_open changes the caller's tensor.",
        slips={"clamp_() works on x itself": lambda _: True},
    )


@pytest.mark.weight(2)
def test_clamp_open_passes_gradients_strictly_between_its_bounds(observe, rng):
    lo, hi = bounds(rng)
    x = around(lo, hi)
    upstream = torch.randn_like(x)

    gradient = observe(
        clamp_gradient,
        x,
        lo,
        hi,
        upstream,
        call=say(
            "y = clamp_open(x, {lo}, {hi}); y.backward(…), entries at the bounds too",
            lo=lo,
            hi=hi,
        ),
    )

    expect_close(
        gradient,
        upstream * (lo < x) * (x < hi),
        "The gradient of clamp_open does not pass strictly between the bounds alone.",
        slips={
            "no gradient reaches x: the result is detached": lambda g: g is None,
            "it passes at the bounds, as that of torch.clamp does": (
                upstream * (lo <= x) * (x <= hi)
            ),
            "it passes at the lower bound": upstream * (lo <= x) * (x < hi),
            "it passes at the upper bound": upstream * (lo < x) * (x <= hi),
            "it passes outside the bounds too": upstream,
            "backward is to multiply by the gradient that it is given": (
                ((lo < x) & (x < hi)).float()
            ),
        },
    )


def test_clamp_open_hands_tensors_to_autograd(observe, rng):
    lo, hi = bounds(rng)
    x = around(lo, hi)
    upstream = torch.randn_like(x)

    saved, used, gradient = observe(
        count_saved_by_clamp,
        x,
        lo,
        hi,
        upstream,
        call="clamp_open(x, …) under saved_tensors_hooks, then backward",
    )

    expect_true(
        saved > 0,
        "clamp_open does not save anything by save_for_backward.",
        expected="a saved tensor or more",
        got="none",
        cause="a tensor kept as an attribute of ctx: autograd does not see it, cannot "
        "move it, and does not notice changes",
    )
    expect_true(
        used > 0,
        "The backward of clamp_open does not use what is saved.",
        expected="ctx.saved_tensors is read",
        got="it is not",
        cause="a tensor kept as an attribute of ctx, besides the saved one",
    )
    expect_close(
        gradient,
        upstream * (lo < x) * (x < hi),
        "The gradient of clamp_open is wrong under saved_tensors_hooks.",
    )
