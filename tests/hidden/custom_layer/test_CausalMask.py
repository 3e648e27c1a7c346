"""CausalMask hides the future from scores, by a buffer that is not saved."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import DISTINCT, call_once, gradient_of, in_turn
from grader.observe import (
    MODULES,
    TENSORS,
    Module,
    expect_close,
    expect_equal,
    say,
)

pytestmark = pytest.mark.exercise("custom_layer.CausalMask")

MASK = Module("CausalMask", filled=False)


def state_of_mask(
    ex: Any, scores: Tensor, others: int
) -> tuple[list[str], list[str], list[str], Tensor]:
    """Return names saved and trained, and places of buffers, in a network of several.

    The layer comes first, norm layers behind it.
    """
    layer = ex.CausalMask(len(scores))
    y = layer(scores.clone())
    layer = nn.Sequential(layer, *(nn.BatchNorm1d(1) for _ in range(others)))
    names = list(layer.state_dict())
    parameters = [name for name, _ in layer.named_parameters()]
    return names, parameters, [b.device.type for b in layer.to("meta").buffers()], y


def run_mask(
    ex: Any, max_len: int, scores: Tensor, upstream: Tensor
) -> tuple[Tensor, Tensor | None]:
    """Return masked scores, and their gradient."""
    scores = scores.requires_grad_()
    y = ex.CausalMask(max_len)(scores.clone())
    return y, gradient_of(y, scores, upstream)


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


@pytest.mark.weight(2)
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["matrix", "batch", "heads"])
@pytest.mark.parametrize("spare", [0, 3], ids=["longest", "shorter"])
def test_causal_mask_hides_what_is_above_the_diagonal(observe, rng, leading, spare):
    n = rng.choice(DISTINCT)
    scores = torch.randn(*rng.sample(DISTINCT, leading), n, n)
    max_len = n + spare
    call = say("CausalMask({n})(scores) with scores {x}", n=max_len, x=scores)

    y = call_once(observe, MASK, [max_len], scores, call=call)

    expect_close(
        y,
        masked(scores),
        "CausalMask does not put -inf above the diagonal, and there alone.",
        slips=mask_slips(scores),
    )


@pytest.mark.parametrize("more", [1, 2])
def test_causal_mask_refuses_what_is_too_long(sweep, rng, more):
    n = rng.choice(DISTINCT)
    fitting, longer = torch.randn(2, n, n), torch.randn(2, n + more, n + more)
    long = "for more than max_len positions"

    sweep.cases(
        run_mask,
        {"": (n, fitting, fitting), long: (n, longer, longer)},
        call=say("CausalMask({n})(scores) with scores {x}", n=n, x=longer),
        raises=(ValueError,),
        because={long: "nothing compares the size of the scores with max_len"},
    )


@pytest.mark.weight(2)
def test_causal_mask_is_a_buffer_that_is_not_saved(observe, rng):
    n, others = rng.choice(DISTINCT), rng.randrange(2, 50)
    scores = torch.randn(n, n)
    call = say("CausalMask({n}).state_dict(), and its buffers after to('meta')", n=n)
    beside = nn.Sequential(nn.Identity(), *(nn.BatchNorm1d(1) for _ in range(others)))
    trained = [name for name, _ in beside.named_parameters()]
    known = len(list(beside.buffers()))

    names, parameters, devices, y = observe(state_of_mask, scores, others, call=call)

    expect_equal(
        parameters,
        trained,
        "CausalMask has parameters.",
        cause="a mask is not trained: make it a buffer",
    )
    expect_equal(
        names,
        list(beside.state_dict()),
        "The mask is in the state dict.",
        cause="register_buffer(…, persistent=False) leaves it out",
    )
    expect_equal(
        ["its buffers"] * (len(devices) > known) + sorted(set(devices)),
        ["its buffers", "meta"],
        "The mask is not a buffer that follows the layer to other devices.",
        slips={
            "a tensor assigned to self stays where it is: register_buffer moves it": (
                ["meta"]
            )
        },
    )
    expect_close(y, masked(scores), "CausalMask does not mask max_len positions.")


def test_causal_mask_takes_scores_of_every_kind(sweep, rng):
    n = rng.choice(DISTINCT)
    for positions in (n, 1, 0):
        sweep(
            MASK,
            n,
            inputs=lambda *lead, k=positions: (torch.randn(*lead, k, k),),
            columns=(*TENSORS, *MODULES),
            call=say("CausalMask({n})(scores), {k} positions", n=n, k=positions),
        )
    scores = torch.randn(2, n, n)
    mixed = {"for float16 after float32": (MASK, [n], scores, scores.half())}
    sweep.cases(in_turn, mixed, call="mask(scores); mask(scores.half())")


def test_causal_mask_hides_whatever_was_there(sweep, rng):
    n = rng.choice(DISTINCT)
    scores, inf = torch.randn(n, n), torch.full((n, n), torch.inf)
    call = say("y = CausalMask({n})(scores); y.backward(…)", n=n)
    kinds = {
        "for ordinary scores": scores,
        "for infinite scores": inf,
        "for scores of -inf": -inf,
        "for NaN": inf - inf,
    }

    values = {when: (MASK, [n], kind) for when, kind in kinds.items()}
    sweep.cases(in_turn, values, call=call)
    gradients = {f"in the gradient {when}": (n, x, scores) for when, x in kinds.items()}
    sweep.cases(run_mask, gradients, call=call)
