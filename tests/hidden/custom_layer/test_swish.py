"""swish has the right value and both derivatives, and saves only its input."""

from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import (
    DISTINCT,
    gives,
    gradients_of,
    hidden_on_ctx,
    pull_back_first,
)
from grader.observe import TENSORS, Function, expect_close, expect_equal, say
from grader.observe.sweep import CUT_OFF
from grader.sandbox.states import tensors_in

pytestmark = pytest.mark.exercise("custom_layer.swish")

SWISH = Function("swish")
SMALL = "zero_backward", "tiny_backward", "ties_backward"
KINDS = torch.float32, torch.float64, torch.float16, torch.bfloat16


def swish_twice(
    ex: Any, x: Tensor, upstream: Tensor, v: Tensor
) -> dict[str, Tensor | None]:
    """Return the result, its gradient, and those of the gradient."""
    x, upstream = x.requires_grad_(), upstream.requires_grad_()
    y, names = ex.swish(x), ("derivative", "second derivative", "in the gradient given")
    if not y.requires_grad:
        return {"result": y, **dict.fromkeys(names)}
    (first,) = torch.autograd.grad(y, x, upstream, create_graph=True)
    found = first, *gradients_of(first, [x, upstream], v)
    return {"result": y, **dict(zip(names, found, strict=True))}


def saved_by_swish(
    ex: Any, x: Tensor, across: bool
) -> tuple[list[bool], int, Tensor | None]:
    """Return which saved tensors are x, how many are held on ctx beside them, and the
    gradient with 1 added to what is saved.
    """
    x = (x.mT if across else x).requires_grad_()
    is_x = []

    def pack(saved: Tensor) -> Tensor:
        lies = saved.data_ptr(), saved.shape, saved.stride()
        is_x.append(lies == (x.data_ptr(), x.shape, x.stride()))
        return saved

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda saved: saved + 1):
        y = ex.swish(x)
    hidden = hidden_on_ctx(y, x.numel())
    return is_x, hidden, gradients_of(y, [x], torch.ones_like(x))[0]


@pytest.mark.weight(2)
@pytest.mark.parametrize("most", [3, 20, 6000])
def test_swish_has_the_right_value_and_derivatives(sweep, rng, most):
    x = torch.linspace(-most, most, 41).double() * (1 + rng.random() / 10)
    upstream, v = torch.rand_like(x) + 1, torch.randn_like(x)
    s = torch.sigmoid(x)
    slope = s * (1 - s)
    wrong = {
        "x counts too: (x s)' is s + x s', not s alone": upstream * s,
        "s counts too: (x s)' is s + x s', not x s' alone": upstream * x * slope,
        "s' is s (1 - s)": upstream * (s + x * (1 - s)),
        "backward is to multiply by the gradient that it is given": s + x * slope,
        CUT_OFF: None,
    }

    sweep.cases(
        swish_twice,
        {"": (x, upstream, v)},
        call="y = swish(x); g = grad(y, x, upstream, create_graph=True); grad(g, x, …)",
        fault="swish is not x * sigmoid(x), or a derivative is wrong.",
        slips={
            "the factor x is missing": gives("result", s),
            "tanh is not sigmoid": gives("result", x * torch.tanh(x)),
            "an exp() overflows: inf / inf is NaN": (
                lambda seen: any(t.isnan().any() for t in tensors_in(seen))
            ),
            **{why: gives("derivative", value) for why, value in wrong.items()},
            "backward cannot be differentiated: detach(), no_grad() or "
            "once_differentiable in it": gives("second derivative", None),
            "what forward computed is a constant to the second derivative: save x "
            "alone, compute sigmoid(x) again in backward": (
                gives("second derivative", v * upstream * slope)
            ),
        },
        tolerance=(1e-6, 1e-8),
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("across", [False, True], ids=["contiguous", "transposed"])
@pytest.mark.parametrize("dtype", KINDS)
def test_swish_saves_its_input_alone(observe, rng, across, dtype):
    x = torch.randn(*rng.sample(DISTINCT, 2), dtype=dtype)
    call = say(
        "swish({x}) of {dtype} under torch.autograd.graph.saved_tensors_hooks",
        x="x.mT" if across else "x",
        dtype=dtype,
    )

    is_x, hidden, gradient = observe(saved_by_swish, x, across, call=call)

    expect_equal(
        (is_x, hidden),
        ([True], 0),
        "swish does not save its input and nothing else (True is x, False another; "
        "then what ctx holds beside them).",
        slips={
            "attributes of ctx take memory as well: compute sigmoid(x) again": (
                lambda seen: is_x == [True]
            ),
            "nothing is given to save_for_backward: is x kept on ctx?": (
                lambda seen: not is_x
            ),
            "x * torch.sigmoid(x) saves x, sigmoid(x) and sigmoid(x) again": (
                lambda seen: len(is_x) == 3
            ),
            "sigmoid(x) can be computed again from x": (
                lambda seen: len(is_x) > 1 and not all(is_x)
            ),
            "a result or a copy is saved, not x itself; contiguous() copies, too": (
                lambda seen: is_x == [False]
            ),
        },
    )
    moved = (x.mT if across else x) + 1
    expect_close(
        gradient,
        torch.sigmoid(moved) * (1 + moved * torch.sigmoid(-moved)),
        "The gradient of swish is not that of what is saved (1 is added to it here).",
        cause="something else than the saved x is kept until backward",
        rtol=0.05,
        atol=0.05,
    )


def test_swish_takes_tensors_of_every_kind(sweep):
    sweep(
        SWISH,
        inputs=lambda *shape: (torch.randn(shape) * 3,),
        columns=(*TENSORS, "inf", "nan", "huge", *SMALL, "blank", "odd_half"),
        call="swish(x)",
    )
    x, other, upstream = torch.randn(3, 4, 5)
    later = {
        "after a call with another x": (SWISH, upstream, (x,), (other,)),
        "for a sum of all results": (SWISH, torch.ones(()), (x,)),
    }
    call = "y = swish(x); swish(other); y.backward(…)"
    sweep.cases(pull_back_first, later, call=call)
