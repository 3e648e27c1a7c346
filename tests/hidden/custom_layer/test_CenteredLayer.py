"""CenteredLayer subtracts the mean of all entries, in value and gradient."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import DISTINCT, gradient_of
from grader.observe import expect_close, expect_equal, say

pytestmark = pytest.mark.exercise("custom_layer.CenteredLayer")


def apply_centered(ex: Any, x: Tensor) -> Tensor:
    return ex.CenteredLayer()(x)


def apply_centered_and_keep(ex: Any, x: Tensor) -> tuple[Tensor, Tensor]:
    return ex.CenteredLayer()(x), x


def centered_gradient(ex: Any, x: Tensor, upstream: Tensor) -> Tensor | None:
    x = x.requires_grad_()
    return gradient_of(ex.CenteredLayer()(x.clone()), x, upstream)


def centered_in_sequential(
    ex: Any, linear: nn.Module, x: Tensor
) -> tuple[Tensor, list[str]]:
    net = nn.Sequential(linear, ex.CenteredLayer())
    return net(x), [name for name, _ in net.named_parameters()]


@pytest.mark.parametrize("dims", [1, 2, 3], ids=["vector", "matrix", "three_dims"])
def test_centered_subtracts_the_mean_of_all_entries(observe, rng, dims):
    x = torch.randn(*rng.sample(DISTINCT, dims)) + rng.choice([-3.0, 3.0])

    y = observe(
        apply_centered,
        x,
        call=say("CenteredLayer()(x) with x {shape}", shape=tuple(x.shape)),
    )

    expect_close(
        y,
        x - x.sum() / x.numel(),
        "CenteredLayer does not subtract the mean of all entries.",
        slips={
            "mean(dim=-1) gives one mean for each row": x - x.mean(-1, keepdim=True),
            "mean(dim=0) gives one mean for each column": x - x.mean(0),
            "the entries are divided by their spread": (x - x.mean()) / x.std(),
        },
    )


@pytest.mark.parametrize("dtype", [torch.float64, torch.float16])
def test_centered_keeps_the_dtype(observe, rng, dtype):
    x = torch.randn(*rng.sample(DISTINCT, 2), dtype=dtype)

    y = observe(
        apply_centered, x, call=say("CenteredLayer()(x) with x of {dtype}", dtype=dtype)
    )

    expect_equal(
        str(y.dtype), str(dtype), "CenteredLayer does not keep the dtype of its input."
    )
    expect_close(
        y,
        (x.double() - x.double().mean()).to(dtype),
        say("CenteredLayer is wrong for {dtype}.", dtype=dtype),
        rtol=0,
        atol=1e-12 if dtype == torch.float64 else 1e-2,
        slips={
            "a part of the computation is in float32": lambda y: y.dtype == dtype,
        },
    )


def test_centered_passes_gradients_through_the_mean(observe, rng):
    x = torch.randn(*rng.sample(DISTINCT, 2))
    upstream = torch.randn_like(x)

    gradient = observe(
        centered_gradient, x, upstream, call="y = CenteredLayer()(x); y.backward(…)"
    )

    expect_close(
        gradient,
        upstream - upstream.mean(),
        "The gradient of CenteredLayer is wrong.",
        slips={
            "the result is detached: no gradient reaches x": lambda g: g is None,
            "item() and detach() make the mean a constant": upstream,
        },
    )


def test_centered_leaves_the_callers_tensor_alone(observe, rng):
    x = torch.randn(*rng.sample(DISTINCT, 2)) + 1

    y, after = observe(apply_centered_and_keep, x, call="CenteredLayer()(x); x")

    expect_equal(
        after,
        x,
        "CenteredLayer changes the caller's tensor.",
        slips={"x -= … and other in-place operations work on x itself": lambda _: True},
    )
    expect_close(y, x - x.mean(), "CenteredLayer does not subtract the mean.")


def test_centered_fits_into_a_network_without_parameters(observe, rng):
    linear = nn.Linear(*rng.sample(DISTINCT, 2))
    x = torch.randn(4, linear.in_features)

    y, names = observe(
        centered_in_sequential, linear, x, call="nn.Sequential(Linear, CenteredLayer())"
    )

    expect_equal(
        names,
        ["0.weight", "0.bias"],
        "CenteredLayer has parameters.",
        slips={"what is computed from the input needs no nn.Parameter": lambda _: True},
    )
    hidden = linear(x)
    expect_close(
        y, hidden - hidden.mean(), "CenteredLayer is wrong behind another layer."
    )
