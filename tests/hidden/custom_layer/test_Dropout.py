"""Dropout zeroes and rescales in training, and does nothing in eval mode."""

from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import DISTINCT, gradient_of
from grader.observe import expect_close, expect_equal, expect_error, expect_true, say

pytestmark = pytest.mark.exercise("custom_layer.Dropout")


def drop(ex: Any, p: float, x: Tensor) -> tuple[Tensor, Tensor]:
    return ex.Dropout(p)(x), x


def drop_twice(ex: Any, p: float, x: Tensor) -> tuple[Tensor, Tensor]:
    layer = ex.Dropout(p)
    return layer(x), layer(x)


def drop_in_both_modes(ex: Any, p: float, x: Tensor) -> tuple[Tensor, Tensor]:
    layer = ex.Dropout(p)
    return layer.eval()(x), layer.train()(x)


def drop_none_and_all(ex: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    return ex.Dropout(0)(x), ex.Dropout(1)(x)


def drop_gradient(
    ex: Any, p: float, x: Tensor, upstream: Tensor
) -> tuple[Tensor, Tensor | None]:
    x = x.requires_grad_()
    y = ex.Dropout(p)(x.clone())
    return y, gradient_of(y, x, upstream)


def make_dropout(ex: Any, p: float) -> None:
    ex.Dropout(p)


def without_zeros(*shape: int) -> Tensor:
    """Return random entries of both signs, none of them near zero."""
    return (torch.rand(*shape) + 0.5) * (torch.randint(2, shape) * 2 - 1)


def expect_like(y: Tensor, x: Tensor) -> None:
    expect_equal(
        [str(y.dtype), list(y.shape)],
        [str(x.dtype), list(x.shape)],
        "Dropout does not keep dtype and shape.",
    )


def expect_dropped(y: Tensor, x: Tensor, p: float) -> None:
    """Expect every entry to be zero, or the input's over 1 - p."""
    expect_like(y, x)
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


@pytest.mark.weight(2)
def test_dropout_zeroes_entries_with_probability_p(observe, rng):
    p = rng.choice([0.3, 0.35, 0.65, 0.7])
    x = without_zeros(100, 100)

    y, after = observe(drop, p, x, call=say("Dropout({p})(x) with x (100, 100)", p=p))

    expect_dropped(y, x, p)
    dropped = y == 0
    patterns = [dropped.unique(dim=0).shape[0], dropped.unique(dim=1).shape[1]]
    expect_true(
        min(patterns) == 100,
        "Dropout does not draw each entry on its own.",
        expected="another pattern of zeros in every row and column",
        got=say(
            "{patterns} patterns in 100 rows, {patterns_2} in 100 columns",
            patterns=patterns[0],
            patterns_2=patterns[1],
        ),
        cause="draw as many numbers as x has entries: torch.rand(x.shape)",
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
    expect_equal(
        after,
        x,
        "Dropout changes the caller's tensor.",
        slips={"x *= … and x[…] = 0 work on x itself": lambda _: True},
    )


def test_dropout_draws_anew_at_every_call(observe, rng):
    p = rng.choice([0.3, 0.7])
    x = without_zeros(100, rng.choice(DISTINCT))

    first, second = observe(
        drop_twice, p, x, call=say("layer = Dropout({p}); layer(x); layer(x)", p=p)
    )

    expect_dropped(first, x, p)
    expect_dropped(second, x, p)
    expect_true(
        not torch.equal(first == 0, second == 0),
        "Dropout zeroes the same entries at every call.",
        expected="other zeros at the second call",
        got="the same",
        cause="the mask must be drawn in forward, at every call, without manual_seed",
    )


@pytest.mark.weight(2)
def test_dropout_changes_nothing_in_eval_mode(observe, rng):
    p = rng.choice([0.3, 0.7])
    x = without_zeros(100, rng.choice(DISTINCT))

    in_eval, in_train = observe(
        drop_in_both_modes, p, x, call=say("Dropout({p}).eval()(x), then .train()", p=p)
    )

    expect_close(
        in_eval,
        x,
        "In eval mode, Dropout is not the identity.",
        slips={
            "self.training says which mode it is": lambda y: bool((y == 0).any()),
            "inverted dropout scales in training only": x * (1 - p),
            "the scaling belongs to training only": x / (1 - p),
        },
    )
    expect_dropped(in_train, x, p)
    expect_true(
        bool((in_train == 0).any()),
        "Back in training mode, Dropout zeroes nothing.",
        expected="zeros",
        got="none",
        cause="self.training belongs to nn.Module: train() and eval() set it",
    )


def test_dropout_of_none_and_of_all(observe, rng):
    x = without_zeros(*rng.sample(DISTINCT, 2))

    none, every = observe(drop_none_and_all, x, call="Dropout(0)(x), Dropout(1)(x)")

    expect_close(none, x, "With p = 0, Dropout does not keep every entry.")
    expect_close(
        every,
        torch.zeros_like(x),
        "With p = 1, Dropout does not zero every entry.",
        slips={"0 / (1 - p) is 0 / 0, which is NaN": lambda y: bool(y.isnan().any())},
    )


@pytest.mark.parametrize("p", [-0.1, 1.1])
def test_dropout_refuses_what_is_no_probability(observe, p):
    raised = observe.error(make_dropout, p, call=say("Dropout({p})", p=p))

    expect_error(
        raised,
        ValueError,
        "Dropout takes a p that is no probability.",
        cause="check 0 <= p <= 1 in __init__",
    )


def test_dropout_gives_gradients_the_same_factors(observe, rng):
    p = rng.choice([0.3, 0.7])
    x = without_zeros(100, rng.choice(DISTINCT))
    upstream = torch.randn_like(x)

    y, gradient = observe(
        drop_gradient,
        p,
        x,
        upstream,
        call=say("y = Dropout({p})(x); y.backward(…)", p=p),
    )

    expect_dropped(y, x, p)
    expect_close(
        gradient,
        torch.where(y == 0, torch.zeros(()), upstream / (1 - p)),
        "The gradient of Dropout does not have the factors of its result.",
        slips={"the result is detached: no gradient reaches x": lambda g: g is None},
    )


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_dropout_keeps_the_dtype(observe, rng, dtype):
    x = without_zeros(20, rng.choice(DISTINCT)).to(dtype)

    y, _ = observe(
        drop, 0.5, x, call=say("Dropout(0.5)(x) with x of {dtype}", dtype=dtype)
    )

    expect_equal(
        str(y.dtype),
        str(dtype),
        "Dropout does not keep the dtype of its input.",
        slips={"torch.rand and .float() give float32": "torch.float32"},
    )
    expect_dropped(y, x, 0.5)
