"""clamp_open clamps, and passes gradients strictly between its bounds alone."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import (
    call_once,
    expect_gradient,
    gradient_of,
    hidden_on_ctx,
    pull_back_first,
)
from grader.observe import TENSORS, VALUES, Function, expect_close, expect_true, say

pytestmark = pytest.mark.exercise("custom_layer.clamp_open")

CLAMP = Function("clamp_open")
ON_CTX = (
    "a tensor kept as an attribute of ctx: autograd does not see it, cannot move it, "
    "and does not notice changes"
)


def clamp_and_pull_back(
    ex: Any, x: Tensor, lo: float, hi: float, upstream: Tensor
) -> tuple[Tensor, Tensor | None]:
    x = x.requires_grad_()
    y = ex.clamp_open(x, lo, hi)
    return y, gradient_of(y, x, upstream)


def saved_by_clamp(
    ex: Any, x: Tensor, lo: float, hi: float, upstream: Tensor
) -> tuple[int, int, int, Tensor | None, Tensor | None]:
    """Return how many tensors are saved, used, and held on ctx, and the gradient.

    And the gradient when what is saved comes back in another order.
    """
    events = []

    def note(event: str, saved: Tensor) -> Tensor:
        events.append(event)
        return saved

    x = x.requires_grad_()
    hooks = (lambda t: note("pack", t)), (lambda t: note("unpack", t))
    with torch.autograd.graph.saved_tensors_hooks(*hooks):
        y = ex.clamp_open(x, lo, hi)
    hidden = hidden_on_ctx(y, x.numel())
    gradient = gradient_of(y, x, upstream)

    def turn(saved: Tensor) -> Tensor:
        entries = saved.is_floating_point() or saved.dtype == torch.bool
        return saved.flip(0, 1) if entries and saved.dim() == 2 else saved * 0

    with torch.autograd.graph.saved_tensors_hooks(lambda t: t, turn):
        lost = gradient_of(ex.clamp_open(x, lo, hi), x, upstream)
    return events.count("pack"), events.count("unpack"), hidden, gradient, lost


def bounds(rng) -> tuple[float, float]:
    """Return two bounds that float16 can hold, far enough apart."""
    return -rng.randrange(1, 5) / 4, rng.randrange(1, 5) / 4


def around(lo: float, hi: float) -> Tensor:
    """Return entries below, at, between and above the bounds, in random order."""
    outside = [torch.rand(4) + hi + 0.1, lo - 0.1 - torch.rand(4)]
    between = lo + (hi - lo) * (0.1 + 0.8 * torch.rand(7))
    x = torch.cat([*outside, torch.tensor([lo, lo, hi, hi, hi]), between])
    return x[torch.randperm(len(x))].reshape(4, 5)


def test_clamp_open_clamps(observe, rng):
    lo, hi = bounds(rng)
    x = around(lo, hi)
    call = say("clamp_open(x, {lo}, {hi})", lo=lo, hi=hi)

    y = call_once(observe, CLAMP, [], x, lo, hi, call=call)

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


@pytest.mark.weight(2)
def test_clamp_open_passes_gradients_strictly_between_its_bounds(observe, rng):
    lo, hi = bounds(rng)
    x = around(lo, hi)
    upstream = torch.randn_like(x)
    call = say("y = clamp_open(x, {lo}, {hi}); y.backward(…), bounds too", lo=lo, hi=hi)

    _, gradient = observe(clamp_and_pull_back, x, lo, hi, upstream, call=call)

    expect_gradient(
        gradient,
        upstream * (lo < x) * (x < hi),
        "The gradient of clamp_open does not pass strictly between the bounds alone.",
        slips={
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
    call = "clamp_open(x, …) under saved_tensors_hooks, then backward"

    saved, used, hidden, gradient, lost = observe(
        saved_by_clamp, x, lo, hi, upstream, call=call
    )

    expect_true(
        saved > 0,
        "clamp_open does not save anything by save_for_backward.",
        expected="a saved tensor or more",
        got="none",
        cause=ON_CTX,
    )
    expect_true(
        used > 0,
        "The backward of clamp_open does not use what is saved.",
        expected="ctx.saved_tensors is read",
        got="it is not",
        cause="a tensor kept as an attribute of ctx, besides the saved one",
    )
    expect_true(
        hidden == 0,
        "clamp_open keeps a tensor as an attribute of ctx.",
        expected="numbers at most",
        got=say("{hidden} of the size of x", hidden=hidden),
        cause=ON_CTX,
    )
    expect_gradient(
        gradient,
        upstream * (lo < x) * (x < hi),
        "The gradient of clamp_open is wrong under saved_tensors_hooks.",
    )
    expect_true(
        lost is None or not torch.equal(lost, gradient),
        "The backward of clamp_open does not use what is saved.",
        expected="another gradient when what is saved comes back in another order",
        got="the same",
        cause=ON_CTX,
    )


def test_clamp_open_minds_odd_entries_and_bounds(sweep, rng):
    lo, hi = bounds(rng)
    x, upstream = around(lo, hi), torch.randn(4, 5)
    odd = torch.tensor([math.nan, math.inf, -math.inf, 0.0, -0.0, lo, hi, 9.0])

    sweep.cases(
        clamp_and_pull_back,
        {
            "for ordinary entries": (x, lo, hi, upstream),
            "for NaN and infinities": (odd, lo, hi, torch.ones(8)),
            "for bounds that are integers": (x.round(), -1, 1, upstream),
            "for a lower bound of 0": (x.clamp(min=0), 0, hi, upstream),
            "for an upper bound of 0": (x.clamp(max=0), lo, 0, upstream),
            "for equal bounds": (x, lo, lo, upstream),
            "for tiny bounds": (x * 1e-30, lo * 1e-30, hi * 1e-30, upstream),
            "for float64 bounds": (x.double() / 3, lo / 3, hi / 3, upstream.double()),
            "for bounds in the wrong order": (x, hi, lo, upstream),
            "for infinite bounds": (odd, -math.inf, math.inf, torch.ones(8)),
            "for bounds that are both positive": (x + 3, lo + 3, hi + 3, upstream),
        },
        call="y = clamp_open(x, lo, hi); y.backward(…)",
    )


def test_clamp_open_takes_tensors_of_every_kind(sweep):
    sweep(
        CLAMP,
        inputs=lambda *shape: (torch.randn(shape) * 2, -0.7, 1.3),
        columns=(*TENSORS, *VALUES),
        call="clamp_open(x, -0.7, 1.3)",
    )
    x, upstream = torch.randn(2, 4, 5)
    later = {"after a call with other bounds": (CLAMP, upstream, (x, -1, 1), (x, 3, 4))}
    call = "y = clamp_open(x, -1, 1); clamp_open(x, 3, 4); y.backward(…)"
    sweep.cases(pull_back_first, later, call=call)
