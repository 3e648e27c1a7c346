"""CausalMask hides the future from scores, by a buffer that is not saved."""

from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import DISTINCT, gradient_of
from grader.observe import expect_close, expect_equal, expect_error, say

pytestmark = pytest.mark.exercise("custom_layer.CausalMask")


def mask(ex: Any, max_len: int, scores: Tensor) -> tuple[Tensor, Tensor]:
    return ex.CausalMask(max_len)(scores), scores


def state_of_mask(
    ex: Any, max_len: int, scores: Tensor
) -> tuple[list[str], list[str], list[str], Tensor]:
    layer = ex.CausalMask(max_len)
    y = layer(scores)
    names = list(layer.state_dict())
    parameters = [name for name, _ in layer.named_parameters()]
    return names, parameters, [b.device.type for b in layer.to("meta").buffers()], y


def mask_gradient(
    ex: Any, max_len: int, scores: Tensor, upstream: Tensor
) -> Tensor | None:
    scores = scores.requires_grad_()
    return gradient_of(ex.CausalMask(max_len)(scores.clone()), scores, upstream)


def masked(scores: Tensor, diagonal: int = 1) -> Tensor:
    n = scores.shape[-1]
    rows, places = torch.arange(n).unsqueeze(1), torch.arange(n)
    return torch.where(places - rows >= diagonal, -torch.inf, scores)


def mask_slips(scores: Tensor) -> dict[str, Any]:
    n = scores.shape[-1]
    upper = torch.ones(n, n).triu(1).bool()
    return {
        "the diagonal is to be kept: a query sees its own key": masked(scores, 0),
        "the past is hidden, not the future: -inf belongs above the diagonal": (
            masked(scores.mT).mT
        ),
        "0 * -inf is NaN: fill with -inf, do not multiply": (
            lambda y: bool(y.isnan().any())
        ),
        "a large negative number is not -inf": (
            lambda y: (y[..., upper] < -1e3).all() and y[..., upper].isfinite().all()
        ),
        "after softmax, a score of 0 is not hidden: -inf is": (
            scores.masked_fill(upper, 0)
        ),
        "the mask is returned, not the masked scores": (
            lambda y: y.shape[-2:] == (n, n) and not y.isinf().logical_xor(y == 0).any()
        ),
    }


@pytest.mark.parametrize("leading", [0, 1, 2], ids=["matrix", "batch", "heads"])
@pytest.mark.parametrize("spare", [0, 3], ids=["longest", "shorter"])
def test_causal_mask_hides_what_is_above_the_diagonal(observe, rng, leading, spare):
    n = rng.choice(DISTINCT)
    scores = torch.randn(*rng.sample(DISTINCT, leading), n, n)

    y, after = observe(
        mask,
        n + spare,
        scores,
        call=say(
            "CausalMask({value})(scores) with scores {shape}",
            value=n + spare,
            shape=tuple(scores.shape),
        ),
    )

    expect_close(
        y,
        masked(scores),
        "CausalMask does not put -inf above the diagonal, and there alone.",
        slips=mask_slips(scores),
    )
    expect_equal(
        after,
        scores,
        "CausalMask changes the caller's tensor.",
        slips={"masked_fill_ and scores[…] = … work on it in place": lambda _: True},
    )


def test_causal_mask_refuses_what_is_too_long(observe, rng):
    max_len = rng.choice(DISTINCT)
    n = max_len + rng.choice([1, 2])

    raised = observe.error(
        mask,
        max_len,
        torch.randn(2, n, n),
        call=say(
            "CausalMask({max_len})(scores) with scores (2, {n}, {n})",
            max_len=max_len,
            n=n,
        ),
    )

    expect_error(
        raised,
        ValueError,
        "CausalMask does not raise a ValueError for more than max_len positions.",
        cause="nothing compares the size of the scores with max_len",
    )


@pytest.mark.weight(2)
def test_causal_mask_is_a_buffer_that_is_not_saved(observe, rng):
    n = rng.choice(DISTINCT)
    scores = torch.randn(n, n)

    names, parameters, devices, y = observe(
        state_of_mask,
        n + 2,
        scores,
        call=say(
            "CausalMask({value}).state_dict(), and its buffers after to('meta')",
            value=n + 2,
        ),
    )

    expect_equal(
        parameters,
        [],
        "CausalMask has parameters.",
        slips={"a mask is not trained: make it a buffer": lambda _: True},
    )
    expect_equal(
        names,
        [],
        "The mask is in the state dict.",
        slips={"register_buffer(…, persistent=False) leaves it out": lambda _: True},
    )
    expect_equal(
        sorted(set(devices)),
        ["meta"],
        "The mask is not a buffer that follows the layer to other devices.",
        slips={
            "a tensor assigned to self stays where it is: register_buffer moves it": []
        },
    )
    expect_close(y, masked(scores), "CausalMask does not put -inf above the diagonal.")


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_causal_mask_keeps_the_dtype_of_the_scores(observe, rng, dtype):
    n = rng.choice(DISTINCT)
    scores = torch.randn(2, n, n, dtype=dtype)

    y, _ = observe(
        mask,
        n,
        scores,
        call=say("CausalMask({n})(scores) with scores of {dtype}", n=n, dtype=dtype),
    )

    expect_equal(
        str(y.dtype),
        str(dtype),
        "CausalMask does not keep the dtype of the scores.",
        slips={"a mask of float32 numbers, added, makes it float32": "torch.float32"},
    )
    expect_close(
        y, masked(scores), say("CausalMask is wrong for {dtype}.", dtype=dtype)
    )


def test_causal_mask_passes_gradients_to_what_is_kept(observe, rng):
    n = rng.choice(DISTINCT)
    scores, upstream = torch.randn(2, n, n), torch.randn(2, n, n)

    gradient = observe(
        mask_gradient,
        n,
        scores,
        upstream,
        call=say("CausalMask({n})(scores).backward(…)", n=n),
    )

    expect_equal(
        gradient is None,
        False,
        "No gradient reaches the scores.",
        slips={"the result is detached": True},
    )
    expect_equal(
        list(gradient.shape), [2, n, n], "The gradient has another shape than scores."
    )
    expect_close(
        gradient.tril(),
        upstream.tril(),
        "The gradient does not reach the scores that are kept.",
    )
