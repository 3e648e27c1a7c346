"""swish has the right value and both derivatives, and saves only its input."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import (
    DISTINCT,
    call_once,
    expect_gradient,
    gradients_of,
    hidden_on_ctx,
    pull_back,
    pull_back_first,
)
from grader.observe import TENSORS, VALUES, Function, expect_close, expect_equal, say

pytestmark = pytest.mark.exercise("custom_layer.swish")

SWISH = Function("swish")


def swish_second(
    ex: Any, x: Tensor, upstream: Tensor, v: Tensor
) -> tuple[Tensor | None, Tensor | None]:
    x, upstream = x.requires_grad_(), upstream.requires_grad_()
    y = ex.swish(x)
    if not y.requires_grad:
        return None, None
    (first,) = torch.autograd.grad(y, x, upstream, create_graph=True)
    return tuple(gradients_of(first, [x, upstream], v))


def saved_by_swish(
    ex: Any, x: Tensor, across: bool, factor: float, upstream: Tensor
) -> tuple[Tensor, list[bool], int, Tensor | None]:
    """Return which saved tensors are x, and how many are held on ctx beside them.

    Then x takes other values in place, and comes back from where it was saved with 1
    more: the gradient tells what it is made of.
    """
    x = (x.mT if across else x).requires_grad_()
    is_x = []

    def pack(saved: Tensor) -> Tensor:
        lies = saved.data_ptr(), saved.shape, saved.stride()
        is_x.append(lies == (x.data_ptr(), x.shape, x.stride()))
        return saved

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda saved: saved + 1):
        y = ex.swish(x)
    value, hidden = y.detach().clone(), hidden_on_ctx(y, x.numel())
    x.data.mul_(factor)
    upstream = upstream.mT if across else upstream
    (gradient,) = gradients_of(y, [x], upstream)
    return value, is_x, hidden, gradient


def swish_slips(x: Tensor, upstream: Tensor) -> dict[str, Any]:
    s = torch.sigmoid(x)
    return {
        "an exp() overflows: inf / inf is NaN": lambda g: bool(g.isnan().any()),
        "x counts too: (x s)' is s + x s', not s alone": upstream * s,
        "s counts too: (x s)' is s + x s', not x s' alone": upstream * x * s * (1 - s),
        "s' is s (1 - s)": upstream * (s + x * (1 - s)),
        "backward is to multiply by the gradient that it is given": (
            s * (1 + x * (1 - s))
        ),
    }


def test_swish_is_x_times_its_sigmoid(observe, rng):
    x = torch.randn(*rng.sample(DISTINCT, 2)) * 3

    y = call_once(observe, SWISH, [], x, call=say("swish(x) with x {x}", x=x))

    expect_close(
        y,
        x / (1 + torch.exp(-x)),
        "swish does not compute x * sigmoid(x).",
        slips={
            "the factor x is missing": torch.sigmoid(x),
            "tanh is not sigmoid": x * torch.tanh(x),
        },
    )


@pytest.mark.parametrize("large", [False, True], ids=["ordinary", "large"])
def test_swish_has_the_right_derivative(observe, rng, large):
    x = torch.randn(*rng.sample(DISTINCT, 2)) * 3
    if large:
        x = torch.tensor([-200.0, -100.0, -1.0, 1.0, 100.0, 200.0]) * (1 + rng.random())
    upstream = torch.rand_like(x) + 1
    call = say(
        "y = swish(x); y.backward(…), x up to {most:.0f}", most=x.abs().max().item()
    )

    gradient = observe(pull_back, SWISH, [], upstream, x, call=call)

    leaf = x.double().requires_grad_()
    nn.functional.silu(leaf).backward(upstream.double())
    expect_gradient(
        gradient,
        leaf.grad.float(),
        "The derivative of swish is wrong.",
        slips=swish_slips(x, upstream),
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("large", [False, True], ids=["ordinary", "large"])
def test_swish_has_the_right_second_derivative(observe, rng, large):
    shape = rng.sample(DISTINCT, 2)
    x, upstream, v = (torch.randn(*shape, dtype=torch.float64) for _ in range(3))
    x = x * (2000 if large else 1)
    call = "g = grad(swish(x), x, upstream, create_graph=True); grad(g, x, …)"

    second, mixed = observe(swish_second, x, upstream, v, call=call)

    s = torch.sigmoid(x)
    slope = s * (1 - s)
    constant = (
        "what forward computed is a constant to the second derivative: save x alone, "
        "compute sigmoid(x) again in backward"
    )
    expect_close(
        second,
        v * upstream * slope * (2 + x * (1 - 2 * s)),
        "The second derivative of swish is wrong.",
        rtol=1e-6,
        atol=1e-8,
        slips={
            "backward cannot be differentiated: detach(), no_grad() or "
            "once_differentiable in it": lambda g: g is None,
            "an exp() overflows: inf / inf is NaN": lambda g: bool(g.isnan().any()),
            constant: v * upstream * slope,
        },
    )
    expect_close(
        mixed,
        v * s * (1 + x * (1 - s)),
        "The derivative of swish's gradient in the gradient it is given is wrong.",
        rtol=1e-6,
        atol=1e-8,
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("across", [False, True], ids=["contiguous", "transposed"])
def test_swish_saves_its_input_alone(observe, rng, across):
    x = torch.randn(*rng.sample(DISTINCT, 2))
    upstream, factor = torch.randn(x.shape), rng.uniform(2, 3)
    call = say(
        "swish({x}) under torch.autograd.graph.saved_tensors_hooks",
        x="x.mT" if across else "x",
    )

    y, is_x, hidden, gradient = observe(
        saved_by_swish, x, across, factor, upstream, call=call
    )

    expect_equal(
        is_x,
        [True],
        "swish does not save its input and nothing else (True is x, False another).",
        slips={
            "nothing is given to save_for_backward: is x kept on ctx?": [],
            "x * torch.sigmoid(x) saves x, sigmoid(x) and sigmoid(x) again": (
                lambda saved: len(saved) == 3
            ),
            "sigmoid(x) can be computed again from x": (
                lambda saved: len(saved) > 1 and not all(saved)
            ),
            "a result or a copy is saved, not x itself; contiguous() copies, too": [
                False
            ],
        },
    )
    expect_equal(
        hidden,
        0,
        "swish keeps other tensors of the size of x until backward.",
        cause="attributes of ctx take memory as well: compute sigmoid(x) again",
    )
    expect_close(
        y,
        nn.functional.silu(x.mT if across else x),
        "swish is wrong under saved_tensors_hooks.",
    )
    later = (factor * x + 1).requires_grad_()
    (wanted,) = torch.autograd.grad(nn.functional.silu(later), later, upstream)
    expect_gradient(
        gradient,
        wanted.mT if across else wanted,
        "The backward of swish is made of something else than the x that it saves.",
    )


def test_swish_takes_tensors_of_every_kind(sweep):
    sweep(
        SWISH,
        inputs=lambda *shape: (torch.randn(shape) * 3,),
        columns=(*TENSORS, *VALUES),
        call="swish(x)",
    )
    x, other, upstream = torch.randn(3, 4, 5)
    later = {"after a call with another x": (SWISH, upstream, (x,), (other,))}
    call = "y = swish(x); swish(other); y.backward(…)"
    sweep.cases(pull_back_first, later, call=call)
