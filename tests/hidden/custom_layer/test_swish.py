"""swish has the right value and both derivatives, and saves only its input."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import DISTINCT, gradient_of, gradients_of
from grader.observe import expect_close, expect_equal, say

pytestmark = pytest.mark.exercise("custom_layer.swish")


def swish_only(ex: Any, x: Tensor) -> Tensor:
    return ex.swish(x)


def swish_gradient(ex: Any, x: Tensor, upstream: Tensor) -> Tensor | None:
    x = x.requires_grad_()
    return gradient_of(ex.swish(x), x, upstream)


def swish_second(
    ex: Any, x: Tensor, upstream: Tensor, v: Tensor
) -> tuple[Tensor | None, Tensor | None]:
    x, upstream = x.requires_grad_(), upstream.requires_grad_()
    y = ex.swish(x)
    if not y.requires_grad:
        return None, None
    (first,) = torch.autograd.grad(y, x, upstream, create_graph=True)
    return tuple(gradients_of(first, [x, upstream], v))


def saved_by_swish(ex: Any, x: Tensor) -> tuple[Tensor, list[bool]]:
    x = x.requires_grad_()
    is_x = []

    def pack(saved: Tensor) -> Tensor:
        is_x.append(saved.data_ptr() == x.data_ptr() and saved.shape == x.shape)
        return saved

    with torch.autograd.graph.saved_tensors_hooks(pack, lambda saved: saved):
        y = ex.swish(x)
    return y, is_x


def swish_slips(x: Tensor, upstream: Tensor) -> dict[str, Any]:
    s = torch.sigmoid(x)
    return {
        "no gradient reaches x: the result is detached": lambda g: g is None,
        "an exp() overflows: inf / inf is NaN": lambda g: bool(g.isnan().any()),
        "x counts too: (x s)' is s + x s', not s alone": upstream * s,
        "s counts too: (x s)' is s + x s', not x s' alone": upstream * x * s * (1 - s),
        "s' is s (1 - s)": upstream * (s + x * (1 - s)),
        "backward is to multiply by the gradient that it is given": (
            s * (1 + x * (1 - s))
        ),
    }


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_swish_is_x_times_its_sigmoid(observe, rng, dtype):
    x = torch.randn(*rng.sample(DISTINCT, 2), dtype=dtype) * 3

    y = observe(swish_only, x, call=say("swish(x) with x of {dtype}", dtype=dtype))

    expect_close(
        y,
        x / (1 + torch.exp(-x)),
        "swish does not compute x * sigmoid(x).",
        slips={
            "the factor x is missing": torch.sigmoid(x),
            "tanh is not sigmoid": x * torch.tanh(x),
            "the result has the dtype of x": lambda y: y.dtype != dtype,
        },
    )


def test_swish_has_the_right_derivative(observe, rng):
    x = torch.randn(*rng.sample(DISTINCT, 2)) * 3
    upstream = torch.randn_like(x)

    gradient = observe(swish_gradient, x, upstream, call="y = swish(x); y.backward(…)")

    leaf = x.clone().requires_grad_()
    nn.functional.silu(leaf).backward(upstream)
    expect_close(
        gradient,
        leaf.grad,
        "The derivative of swish is wrong.",
        rtol=1e-4,
        atol=1e-5,
        slips=swish_slips(x, upstream),
    )


def test_swish_is_finite_for_large_entries(observe, rng):
    x = torch.tensor([-200.0, -100.0, -1.0, 1.0, 100.0, 200.0]) * (1 + rng.random())
    upstream = torch.rand_like(x) + 1

    gradient = observe(
        swish_gradient, x, upstream, call="y = swish(x); y.backward(…), x up to ±400"
    )

    leaf = x.double().requires_grad_()
    nn.functional.silu(leaf).backward(upstream.double())
    expect_close(
        gradient,
        leaf.grad.float(),
        "The derivative of swish is wrong for large entries.",
        rtol=1e-4,
        atol=1e-5,
        slips=swish_slips(x, upstream),
    )


@pytest.mark.weight(2)
def test_swish_has_the_right_second_derivative(observe, rng):
    shape = rng.sample(DISTINCT, 2)
    x, upstream, v = (torch.randn(*shape, dtype=torch.float64) for _ in range(3))

    second, mixed = observe(
        swish_second,
        x,
        upstream,
        v,
        call="g = grad(swish(x), x, upstream, create_graph=True); grad(g, x, …)",
    )

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
def test_swish_saves_its_input_alone(observe, rng):
    x = torch.randn(*rng.sample(DISTINCT, 2))

    y, is_x = observe(
        saved_by_swish,
        x,
        call="swish(x) under torch.autograd.graph.saved_tensors_hooks",
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
            "a result or a copy is saved, not x itself": [False],
        },
    )
    expect_close(y, nn.functional.silu(x), "swish is wrong under saved_tensors_hooks.")
