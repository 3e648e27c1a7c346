"""Dropout zeroes and rescales in training, and does nothing in eval mode."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import DISTINCT, call_and_pull_back, gradient_of, ties
from grader.observe import (
    DTYPES,
    SHAPES,
    TENSORS,
    Module,
    expect_close,
    expect_equal,
    expect_true,
    expect_unchanged,
    say,
)
from grader.observe.sweep import CUT_OFF

pytestmark = pytest.mark.exercise("custom_layer.Dropout")

ANEW = "draw as many numbers as x has entries: torch.rand(x.shape)"


def drop_in_turn(ex: Any, p: float, x: Tensor, modes: list[bool]) -> list[Tensor]:
    """Return what a layer gives in modes, and what another one gives."""
    layer, another = ex.Dropout(p), ex.Dropout(p)
    return [*(layer.train(mode)(x.clone()) for mode in modes), another(x.clone())]


def drop_gradient(
    ex: Any, p: float, x: Tensor, upstream: Tensor
) -> tuple[Tensor, Tensor | None]:
    """Return the first of two results, and its gradient in x."""
    x, layer = x.requires_grad_(), ex.Dropout(p)
    y, _ = layer(x.clone()), layer(x.clone())
    return y, gradient_of(y, x, upstream)


def without_zeros(*shape: int) -> Tensor:
    """Return random entries of both signs, none of them near zero."""
    return (torch.rand(*shape) + 0.5) * (torch.randint(2, shape) * 2 - 1)


def expect_dropped(y: Tensor, x: Tensor, p: float) -> None:
    """Expect every entry to be zero, or the input's over 1 - p; some of both."""
    expect_equal(
        str(y.dtype),
        str(x.dtype),
        "Dropout does not keep the dtype of its input.",
        slips={"torch.rand and .float() give float32": "torch.float32"},
    )
    zero = torch.zeros((), dtype=x.dtype)
    expect_close(
        y,
        torch.where(y == 0, zero, x / (1 - p)),
        "Dropout does not divide the entries that it keeps by 1 - p.",
        slips={
            "entries that are kept are not scaled": torch.where(y == 0, zero, x),
            "entries that are kept are multiplied by 1 - p": (
                torch.where(y == 0, zero, x * (1 - p))
            ),
            "p is the probability of zero, not of being kept": (
                torch.where(y == 0, zero, x / p)
            ),
        },
    )
    expect_true(
        0 < int((y == 0).sum()) < y.numel(),
        "Dropout does not zero a part of the entries in training.",
        expected="zeros and others",
        got="one of them only",
        cause="self.training belongs to nn.Module: train() and eval() set it",
    )


def test_dropout_draws_anew_in_training_alone(observe, rng):
    p = rng.choice([0.3, 0.7])
    x = without_zeros(100, 40)
    call = say("Dropout({p}): .eval()(x), .train()(x), (x), …, .eval()(x)", p=p)

    resting, *drawn, later, other = observe(
        drop_in_turn, p, x, [False, *[True] * 20, False], call=call
    )

    for y in (resting, later):
        expect_close(
            y,
            x,
            "In eval mode, Dropout is not the identity.",
            slips={
                "self.training says which mode it is": lambda y: bool((y == 0).any()),
                "inverted dropout scales in training only": x * (1 - p),
                "the scaling belongs to training only": x / (1 - p),
            },
        )
    for y in drawn:
        expect_dropped(y, x, p)
    expect_true(
        not any(torch.equal(drawn[0], y) for y in (drawn[1], other)),
        "Dropout zeroes the same entries at every call, or in every layer.",
        expected="another draw at every call of any layer",
        got="the same entries",
        cause="what is kept on self is drawn once, and a fixed seed gives it again",
    )
    counts = {int((y == 0).sum()) for y in drawn}
    expect_true(
        len(counts) > 1,
        "Dropout zeroes the same number of entries at every call.",
        expected="numbers that vary, as each entry is drawn on its own",
        got=say("{n} zeros each time", n=min(counts)),
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("p", [0.3, 0.65])
def test_dropout_zeroes_entries_with_probability_p(observe, p):
    x = without_zeros(20, 25, 30)
    call = say("Dropout({p})(x) with x {x}", p=p, x=x)

    seen = observe(call_and_pull_back, Module("Dropout"), [p], None, x, call=call)

    y = seen["result"]
    expect_unchanged(seen["argument"], x, "Dropout changes the caller's tensor.")
    expect_dropped(y, x, p)
    dropped = (y == 0).float()
    for axis in range(3):
        slices = dropped.movedim(axis, 0).flatten(1)
        shares = (slices.mean(1) - p) / (p * (1 - p) / slices.shape[1]) ** 0.5
        expect_true(
            bool(ties(slices).max() < 0.3)  # more than seven standard deviations
            and 0.4 < shares.std() < 2,  # 1 is expected, and 0.2 its deviation
            "Dropout does not draw each entry on its own.",
            expected=say("zeros along axis {k} as coins would fall", k=axis),
            got="slices that go together, or all with as many zeros",
            cause=ANEW,
        )
    share = dropped.mean().item()
    expect_true(
        abs(share - p) < 0.03,  # seven standard deviations
        "Dropout does not zero entries with probability p.",
        expected=say("about {p:.0%} zeros", p=p),
        got=say("{share:.1%}", share=share),
        cause="p is the probability of zero, not of being kept"
        if abs(share - (1 - p)) < 0.03
        else None,
    )


@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.bfloat16])
def test_dropout_draws_finely_in_every_precision(observe, dtype):
    p, x = 0.9998, torch.ones(250, 400, dtype=dtype)
    call = say("Dropout({p})(x) with x {x} of {dtype}", p=p, x=x, dtype=dtype)

    y, _ = observe(drop_in_turn, p, x, [True], call=call)

    kept = int((y != 0).sum())
    expect_true(
        1 < kept < 60,  # 20, with a standard deviation of 4.5
        say("Dropout does not zero entries of {dtype} with p = {p}.", dtype=dtype, p=p),
        expected="about 20 entries that are kept",
        got=say("{kept}", kept=kept),
        cause="random numbers of half precision are too coarse: draw them in float32"
        if dtype != torch.float32
        else None,
    )
    expect_dropped(y, x, p)


def test_dropout_refuses_what_is_no_probability(sweep):
    refused = -0.1, 1.1, -1e-9, 1 + 1e-9, -math.inf, math.inf, math.nan
    x = without_zeros(3)
    named = [(say("for p = {p}", p=str(p)), p) for p in (0, 1, 0.0, 1.0, *refused)]
    check = "check 0 <= p <= 1 in __init__"
    odd = "every comparison with NaN is false: not 0 <= p <= 1 holds for it"

    sweep.cases(
        drop_in_turn,
        {when: (p, x, [True]) for when, p in named},
        call="Dropout(p)",
        raises=(ValueError,),
        because={when: odd if math.isnan(p) else check for when, p in named[4:]},
    )


def test_dropout_gives_gradients_the_same_factors(observe, rng):
    p = rng.choice([0.3, 0.7])
    x = without_zeros(100, rng.choice(DISTINCT))
    upstream = torch.randn_like(x)
    call = say("y = Dropout({p})(x); y.backward(…)", p=p)

    y, gradient = observe(drop_gradient, p, x, upstream, call=call)

    expect_dropped(y, x, p)
    expect_close(
        gradient,
        torch.where(y == 0, torch.zeros(()), upstream / (1 - p)),
        "The gradient of Dropout does not have the factors of its result.",
        slips={CUT_OFF: None},
    )


def kept_everywhere(ex: Any, p: float) -> Callable[[Tensor], Tensor]:
    """Return what fills in, for what is dropped, what would have been kept."""
    layer = ex.Dropout(p)

    def apply(x: Tensor) -> Tensor:
        y = layer(x)
        return torch.where(y == 0, x / (1 - p), y)

    return apply


def resting(ex: Any, p: float) -> Any:
    return ex.Dropout(p).eval()


def test_dropout_takes_tensors_of_every_kind(sweep):
    few = "plain", *DTYPES, "no_grad", "zero", "blank"
    for make, p, columns, call in (
        (kept_everywhere, 0.4, TENSORS, "Dropout(0.4)(x)"),
        (Module("Dropout"), 0, (*few, *SHAPES, "inf", "nan"), "Dropout(0)(x)"),
        (Module("Dropout"), 1, (*few, *SHAPES), "Dropout(1)(x)"),
        (resting, 0.4, (*TENSORS, "inf", "nan", "odd_half"), "Dropout(0.4).eval()(x)"),
        (resting, 1, ("plain", "float16"), "Dropout(1).eval()(x)"),
    ):
        sweep(
            make,
            p,
            inputs=lambda *shape: (torch.randn(shape),),
            columns=columns,
            call=call,
            slips={
                "0 / (1 - p) is 0 / 0, which is NaN": lambda y: bool(y.isnan().any())
            },
        )
