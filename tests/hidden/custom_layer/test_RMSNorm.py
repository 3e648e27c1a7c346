"""RMSNorm agrees with nn.RMSNorm in every dtype, and learns its weight."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import DISTINCT, gradients_of
from grader.observe import expect_close, expect_equal, say

pytestmark = pytest.mark.exercise("custom_layer.RMSNorm")


def apply_rms(ex: Any, weight: Tensor, eps: float, x: Tensor) -> Tensor:
    layer = ex.RMSNorm(len(weight), eps)
    layer.load_state_dict({"weight": weight})
    return layer(x)


def apply_rms_by_default(ex: Any, x: Tensor, dtype: torch.dtype) -> Tensor:
    return ex.RMSNorm(x.shape[-1]).to(dtype)(x)


def train_rms(
    ex: Any, x: Tensor, upstream: Tensor
) -> tuple[dict[str, Tensor], list[Tensor | None]]:
    layer = ex.RMSNorm(x.shape[-1])
    parameters = dict(layer.named_parameters())
    leaves = [*parameters.values(), x.requires_grad_()]
    return parameters, gradients_of(layer(x), leaves, upstream)


def rms(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    wide = x.double()
    scale = (wide.pow(2).sum(-1, keepdim=True) / x.shape[-1] + eps).sqrt()
    return (wide / scale * weight).to(x.dtype)


def rms_slips(x: Tensor, weight: Tensor, eps: float) -> dict[str, Tensor]:
    root = x.square().mean(-1, keepdim=True).sqrt()
    centered = x - x.mean(-1, keepdim=True)
    variance = centered.square().mean(-1, keepdim=True)
    return {
        "eps is added to the root, not under it": x / (root + eps) * weight,
        "eps is left out": x / root * weight,
        "the mean is subtracted, as LayerNorm does": (
            centered / (variance + eps).sqrt() * weight
        ),
        "the root is that of the variance, not of the mean square": (
            x / (variance + eps).sqrt() * weight
        ),
        "the mean goes over all entries, not over the last axis": (
            x / (x.square().mean() + eps).sqrt() * weight
        ),
        "the squares are summed, not averaged": (
            x / (x.square().sum(-1, keepdim=True) + eps).sqrt() * weight
        ),
        "the root is missing": x / (root.square() + eps) * weight,
        "the weight is left out": x / (root.square() + eps).sqrt(),
    }


@pytest.mark.parametrize("leading", [0, 1, 3], ids=["vector", "batch", "three_dims"])
def test_rms_norm_agrees_with_nn_rms_norm(observe, rng, leading):
    d, *shape = rng.sample(DISTINCT, 1 + leading)
    weight, x = torch.randn(d), torch.randn(*shape, d)
    theirs = nn.RMSNorm(d, eps=1e-6)
    theirs.load_state_dict({"weight": weight})

    y = observe(
        apply_rms,
        weight,
        1e-6,
        x,
        call=say("RMSNorm({d})(x) with x {shape}", d=d, shape=tuple(x.shape)),
    )

    expect_close(
        y,
        theirs(x),
        "RMSNorm does not agree with nn.RMSNorm.",
        rtol=1e-4,
        atol=1e-5,
        slips=rms_slips(x, weight, 1e-6),
    )


@pytest.mark.parametrize("eps", [0.1, 1e-3])
def test_rms_norm_of_small_entries_depends_on_eps(observe, rng, eps):
    d = rng.choice(DISTINCT)
    weight, x = torch.rand(d) + 1, torch.randn(3, d) * eps**0.5
    x[rng.randrange(3)] = 0

    y = observe(
        apply_rms,
        weight,
        eps,
        x,
        call=say("RMSNorm({d}, eps={eps:g})(x), x small", d=d, eps=eps),
    )

    expect_close(
        y,
        rms(x, weight, eps),
        "RMSNorm does not add eps to the mean square.",
        rtol=1e-4,
        atol=1e-5,
        slips=rms_slips(x, weight, eps)
        | {
            "0 / 0 is NaN": lambda y: bool(y.isnan().any()),
            "the eps that is given is not used": rms(x, weight, 1e-6),
        },
    )


def test_rms_norm_has_an_eps_by_default(observe, rng):
    x = torch.randn(3, rng.choice(DISTINCT)) * 1e-3
    weight = torch.ones(x.shape[-1])

    y = observe(
        apply_rms_by_default, x, x.dtype, call="RMSNorm(d)(x) with x of about 0.001"
    )

    expect_close(
        y,
        rms(x, weight, 1e-6),
        "RMSNorm does not have eps = 1e-6 by default.",
        rtol=1e-4,
        atol=1e-5,
        slips=rms_slips(x, weight, 1e-6),
    )


@pytest.mark.parametrize("cast", [False, True], ids=["float32_weight", "half_weight"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_rms_norm_of_half_precision(observe, rng, dtype, cast):
    d = rng.choice(DISTINCT)
    x = (torch.randn(4, d) * 3000).to(dtype)

    y = observe(
        apply_rms_by_default,
        x,
        dtype if cast else torch.float32,
        call=say(
            "RMSNorm({d})(x) with x of {dtype}, entries in the thousands",
            d=d,
            dtype=dtype,
        ),
    )

    expect_equal(
        str(y.dtype),
        str(dtype),
        "RMSNorm does not keep the dtype of its input.",
        slips={"the last step is to go back: .to(x.dtype)": "torch.float32"},
    )
    expect_close(
        y,
        rms(x, torch.ones(d), 1e-6),
        say("RMSNorm is wrong for {dtype}.", dtype=dtype),
        rtol=2e-2 if dtype == torch.bfloat16 else 4e-3,
        atol=1e-2 if dtype == torch.bfloat16 else 1e-3,
        slips={
            "squares overflow in float16: compute in float32": (
                lambda y: not y.isfinite().all() or not y.any(dim=-1).all()
            )
        },
    )


def test_rms_norm_of_double_stays_double(observe, rng):
    x = torch.randn(3, rng.choice(DISTINCT), dtype=torch.float64)

    y = observe(
        apply_rms_by_default, x, x.dtype, call="RMSNorm(d).double()(x.double())"
    )

    expect_close(
        y,
        rms(x, torch.ones(x.shape[-1]), 1e-6),
        "RMSNorm is wrong for float64.",
        rtol=1e-4,
        atol=1e-5,
        slips={
            "float32 is only for half precision": lambda y: y.dtype == torch.float32
        },
    )


def test_rms_norm_learns_its_weight(observe, rng):
    d = rng.choice(DISTINCT)
    x, upstream = torch.randn(4, d), torch.randn(4, d)

    parameters, gradients = observe(
        train_rms, x, upstream, call=say("y = RMSNorm({d})(x); y.backward(…)", d=d)
    )

    expect_equal(
        list(parameters),
        ["weight"],
        "weight is not RMSNorm's only parameter.",
        slips={"a tensor that is no nn.Parameter is not learned": []},
    )
    expect_equal(
        parameters["weight"], torch.ones(d), "RMSNorm's weight does not start at one."
    )
    weight, leaf = torch.ones(d, requires_grad=True), x.clone().requires_grad_()
    rms(leaf, weight, 1e-6).backward(upstream)
    for name, got, expected in zip(
        ("weight", "x"), gradients, (weight.grad, leaf.grad), strict=False
    ):
        expect_close(
            got,
            expected,
            say("RMSNorm's gradient in {name} is wrong.", name=name),
            rtol=1e-3,
            atol=1e-4,
            slips={"`.data`, detach() or item() cut it off": lambda g: g is None},
        )
