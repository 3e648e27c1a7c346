"""clamp_open clamps, and passes gradients strictly between its bounds alone."""

import math
from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import (
    call_and_pull_back,
    gradient_of,
    hidden_on_ctx,
    pull_back_first,
    sweep_call,
)
from grader.observe import SLOPES, TENSORS, Function, expect_close, expect_equal, say
from grader.observe.compare import is_equal

pytestmark = pytest.mark.exercise("custom_layer.clamp_open")

CLAMP = Function("clamp_open")
DTYPES = torch.float32, torch.float64, torch.float16, torch.bfloat16
ON_CTX = (
    "a tensor kept as an attribute of ctx: autograd does not see it, cannot move it, "
    "and does not notice changes"
)


def saved_by_clamp(
    ex: Any, x: Tensor, lo: float, hi: float, upstream: Tensor
) -> tuple[int, int, list[Tensor | None]]:
    """Return how many tensors are saved and held on ctx, and the gradient: as it is,
    and with what is saved replaced by False, or by a number beyond the bounds.
    """
    x, packed, gradients = x.requires_grad_(), [], []

    def beyond(t: Tensor) -> Tensor:
        return torch.full_like(t, 0 if t.dtype == torch.bool else 9)

    for put in (lambda t: t), beyond:
        hooks = (lambda t: packed.append(t) or t), put
        with torch.autograd.graph.saved_tensors_hooks(*hooks):
            y = ex.clamp_open(x, lo, hi)
        gradients.append(gradient_of(y, x, upstream.clone()))
    return len(packed), hidden_on_ctx(y, x.numel()), gradients


def bounds(rng) -> tuple[float, float]:
    """Return two bounds that float16 can hold, far enough apart."""
    return -rng.randrange(1, 5) / 4, rng.randrange(1, 5) / 4


def around(lo: float, hi: float) -> Tensor:
    """Return entries below, at, between and above the bounds, in random order."""
    outside = [torch.rand(4) + hi + 0.1, lo - 0.1 - torch.rand(4)]
    many = 5 * int(torch.randint(1, 50, ())) + 2
    between = lo + (hi - lo) * (0.1 + 0.8 * torch.rand(many))
    x = torch.cat([*outside, torch.tensor([lo, lo, hi, hi, hi]), between])
    return x[torch.randperm(len(x))].reshape(-1, 5)


@pytest.mark.weight(2)
def test_clamp_open_clamps_and_passes_gradients_between_its_bounds(sweep, rng):
    lo, hi = bounds(rng)
    x = around(lo, hi)
    upstream = torch.randn_like(x)
    call = say("y = clamp_open(x, {lo}, {hi}); y.backward(…), bounds too", lo=lo, hi=hi)

    sweep_call(
        sweep,
        (CLAMP, [], upstream, x, lo, hi),
        call=call,
        fault="clamp_open does not clamp as torch.clamp does, or its gradient does not "
        "pass strictly between the bounds alone.",
        slips={
            "the upper bound is left out": x.clamp(min=lo),
            "the lower bound is left out": x.clamp(max=hi),
            "entries outside become 0, not the bound": (
                torch.where((x >= lo) & (x <= hi), x, 0)
            ),
        },
        slopes={
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

    saved, hidden, both = observe(saved_by_clamp, x, lo, hi, upstream, call=call)

    used = not is_equal(*both)
    expect_equal(
        {"saved": saved > 0, "used in backward": used, "on ctx": hidden},
        {"saved": True, "used in backward": True, "on ctx": 0},
        "clamp_open does not hand what backward needs to save_for_backward, and there "
        "alone (on ctx: tensors of the size of x).",
        slips={
            ON_CTX: lambda seen: hidden,
            "nothing is given to save_for_backward": lambda seen: not saved,
            "backward is the same whatever is saved": lambda seen: not used,
        },
    )
    fault = "The gradient of clamp_open is wrong under saved_tensors_hooks."
    expect_close(both[0], upstream * (lo < x) * (x < hi), fault)


def test_clamp_open_minds_odd_entries_and_bounds(sweep, rng):
    lo, hi = bounds(rng)
    x = around(lo, hi)
    odd = torch.tensor([math.nan, math.inf, -math.inf, 0.0, -0.0, lo, hi, 9.0])

    def beside(dtype: torch.dtype) -> Tensor:
        at = torch.tensor([lo, hi], dtype=dtype)
        return torch.cat([at, at.nextafter(at - 1), at.nextafter(at + 1)])

    near = "for entries of {t} next to the bounds"
    cases = {
        "for NaN and infinities": (odd, lo, hi),
        "for bounds that are integers": (x.round(), -1, 1),
        "for a lower bound of 0": (x.clamp(min=0), 0, hi),
        "for an upper bound of 0": (x.clamp(max=0), lo, 0),
        "for equal bounds": (x, lo, lo),
        "for tiny bounds": (x * 1e-30, lo * 1e-30, hi * 1e-30),
        "for float64 bounds": (x.double() / 3, lo / 3, hi / 3),
        "for bounds in the wrong order": (x, hi, lo),
        "for infinite bounds": (odd, -math.inf, math.inf),
        "for bounds that are both positive": (x + 3, lo + 3, hi + 3),
        "for bounds that are both negative": (x - 3, lo - 3, hi - 3),
    } | {say(near, t=t): (beside(t), lo, hi) for t in DTYPES}
    sweep.cases(
        call_and_pull_back,
        {w: (CLAMP, [], torch.randn_like(c[0]), *c) for w, c in cases.items()},
        call="y = clamp_open(x, lo, hi); y.backward(…)",
    )


def test_clamp_open_takes_tensors_of_every_kind(sweep):
    sweep(
        CLAMP,
        inputs=lambda *shape: (torch.randn(shape) * 2, -0.7, 1.3),
        columns=(*TENSORS, *SLOPES, "blank", "odd_half"),
        call="clamp_open(x, -0.7, 1.3)",
    )
    x, upstream = torch.randn(2, 4, 5)
    later = {
        "after a call with other bounds": (CLAMP, upstream, (x, -1, 1), (x, 3, 4)),
        "for a sum of all results": (CLAMP, torch.ones(()), (x, -1, 1)),
    }
    call = "y = clamp_open(x, -1, 1); clamp_open(x, 3, 4); y.backward(…)"
    sweep.cases(pull_back_first, later, call=call)
