"""Dropout zeroes and rescales in training, and does nothing in eval mode."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import DISTINCT, call_once, expect_gradient, gradient_of
from grader.observe import (
    DTYPES,
    TENSORS,
    Module,
    expect_close,
    expect_equal,
    expect_true,
    say,
)

pytestmark = pytest.mark.exercise("custom_layer.Dropout")

ANEW = "draw as many numbers as x has entries: torch.rand(x.shape)"


def drop_in_turn(ex: Any, p: float, x: Tensor, modes: list[bool]) -> list[Tensor]:
    layer = ex.Dropout(p)
    return [layer.train(mode)(x.clone()) for mode in modes]


def drop_gradient(
    ex: Any, p: float, x: Tensor, upstream: Tensor
) -> tuple[Tensor, Tensor | None]:
    x = x.requires_grad_()
    y = ex.Dropout(p)(x.clone())
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

    resting, *drawn, later = observe(
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
        not torch.equal(drawn[0], drawn[1]),
        "Dropout zeroes the same entries at every call.",
        expected="another draw at every call",
        got="the same entries",
        cause="what is drawn in __init__, or kept on self, is drawn once",
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
    x = without_zeros(100, 100)
    call = say("Dropout({p})(x) with x {x}", p=p, x=x)

    y = call_once(observe, Module("Dropout"), [p], x, call=call)

    expect_dropped(y, x, p)
    dropped = y == 0
    rows, columns = dropped.unique(dim=0).shape[0], dropped.unique(dim=1).shape[1]
    expect_true(
        min(rows, columns) == 100,
        "Dropout does not draw each entry on its own.",
        expected="another pattern of zeros in every row and column",
        got=say("{m} patterns in 100 rows, {n} in 100 columns", m=rows, n=columns),
        cause=ANEW,
    )
    share = dropped.float().mean().item()
    expect_true(
        abs(share - p) < 0.05,  # ten standard deviations
        "Dropout does not zero entries with probability p.",
        expected=say("about {p:.0%} zeros", p=p),
        got=say("{share:.1%}", share=share),
        cause="p is the probability of zero, not of being kept"
        if abs(share - (1 - p)) < 0.05
        else None,
    )
    spread = [dropped.float().mean(dim).std().item() for dim in (0, 1)]
    expect_true(
        min(spread) > 0.02 and max(spread) < 0.1,  # 0.046 to 0.048 is expected
        "Dropout does not draw each entry on its own.",
        expected="shares of zeros that vary as those of coins do",
        got=say("a spread of {a:.3f} and {b:.3f}", a=spread[0], b=spread[1]),
        cause=ANEW,
    )


@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_dropout_draws_finely_for_half_precision(observe, dtype):
    p, x = 0.001, without_zeros(400, 400).to(dtype)
    call = say("Dropout({p})(x) with x {x} of {dtype}", p=p, x=x, dtype=dtype)

    (y,) = observe(drop_in_turn, p, x, [True], call=call)

    expect_dropped(y, x, p)
    zeros = int((y == 0).sum())
    expect_true(
        80 < zeros < 320,  # 160, with a standard deviation of 13
        say("Dropout does not zero entries of {dtype} with p = {p}.", dtype=dtype, p=p),
        expected="about 160 zeros",
        got=say("{zeros}", zeros=zeros),
        cause="random numbers of half precision are too coarse: draw them in float32",
    )


@pytest.mark.parametrize("p", [-0.1, 1.1, -math.inf, math.nan])
def test_dropout_refuses_what_is_no_probability(sweep, p):
    x, bad = without_zeros(100), say("for p = {p}", p=p).render()

    sweep.cases(
        drop_in_turn,
        {"": (0.25, x, [False]), bad: (p, x, [])},
        call=say("Dropout({p})", p=p),
        raises=(ValueError,),
        because={
            bad: "every comparison with NaN is false: not 0 <= p <= 1 holds for it"
            if math.isnan(p)
            else "check 0 <= p <= 1 in __init__"
        },
    )


def test_dropout_gives_gradients_the_same_factors(observe, rng):
    p = rng.choice([0.3, 0.7])
    x = without_zeros(100, rng.choice(DISTINCT))
    upstream = torch.randn_like(x)
    call = say("y = Dropout({p})(x); y.backward(…)", p=p)

    y, gradient = observe(drop_gradient, p, x, upstream, call=call)

    expect_dropped(y, x, p)
    expect_gradient(
        gradient,
        torch.where(y == 0, torch.zeros(()), upstream / (1 - p)),
        "The gradient of Dropout does not have the factors of its result.",
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
    for make, p, columns, call in (
        (kept_everywhere, 0.4, TENSORS, "Dropout(0.4)(x)"),
        (Module("Dropout"), 0, TENSORS, "Dropout(0)(x)"),
        (Module("Dropout"), 1, ("plain", *DTYPES, "no_grad", "zero"), "Dropout(1)(x)"),
        (resting, 0.4, (*TENSORS, "inf", "nan"), "Dropout(0.4).eval()(x)"),
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
