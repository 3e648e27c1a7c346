"""RMSNorm agrees with nn.RMSNorm in every dtype, and learns its weight."""

from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import (
    DISTINCT,
    Loaded,
    call_and_pull_back,
    in_turn,
    sweep_call,
)
from grader.observe import MODULES, TENSORS, Module, expect_close, expect_equal, say

pytestmark = pytest.mark.exercise("custom_layer.RMSNorm")


def case_of(weight: Tensor, x: Tensor, *eps: float) -> tuple[Any, ...]:
    return Loaded("RMSNorm", weight=weight), [len(weight), *eps], None, x


def parameters_of_rms(ex: Any, d: int) -> dict[str, Tensor]:
    return dict(ex.RMSNorm(d).named_parameters())


def rms(x: Tensor, weight: Tensor, eps: float) -> Tensor:
    wide = x.double()
    scale = (wide.pow(2).sum(-1, keepdim=True) / x.shape[-1] + eps).sqrt()
    return (wide / scale * weight).to(x.dtype)


@pytest.mark.weight(2)
@pytest.mark.parametrize("eps", [0.1, 1e-3, None])
def test_rms_norm_agrees_with_nn_rms_norm(sweep, rng, eps):
    d, n, m = rng.sample(DISTINCT, 3)
    given, eps = (() if eps is None else (eps,)), eps or 1e-6
    weight, x = torch.rand(d) + 1, torch.randn(n, m, d)
    x[1] *= eps**0.5 / 2
    x[1, 0] = 0
    root = x.square().mean(-1, keepdim=True).sqrt()
    centered = x - x.mean(-1, keepdim=True)
    variance = centered.square().mean(-1, keepdim=True)

    sweep_call(
        sweep,
        case_of(weight, x, *given),
        call=say("RMSNorm{init}(x), x {x}, some entries small", init=(d, *given), x=x),
        fault="RMSNorm does not agree with nn.RMSNorm.",
        slips={
            "the eps that is given is not used": rms(x, weight, 1e-6),
            "eps is added to the root, not under it": x / (root + eps) * weight,
            "eps is left out": x / root * weight,
            "eps is added, not a lower bound": x / root.clamp(min=eps**0.5) * weight,
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
            "0 / 0 is NaN": lambda y: bool(y.isnan().any()),
        },
    )


@pytest.mark.parametrize("cast", [False, True], ids=["float32_weight", "half_weight"])
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16])
def test_rms_norm_of_half_precision(observe, rng, dtype, cast):
    x = (torch.randn(200, rng.choice(DISTINCT)) * 3000).to(dtype)
    weight = torch.ones(x.shape[-1], dtype=dtype if cast else torch.float32)
    call = say(
        "RMSNorm(d)(x), x {x} of {dtype} in the thousands, weight of {weight}",
        x=x,
        dtype=dtype,
        weight=weight.dtype,
    )

    y = observe(call_and_pull_back, *case_of(weight, x), call=call)["result"]

    expect_equal(
        str(y.dtype),
        str(dtype),
        "RMSNorm does not keep the dtype of its input.",
        slips={"the last step is to go back: .to(x.dtype)": "torch.float32"},
    )
    exact = rms(x.double(), torch.ones(x.shape[-1]), 1e-6)
    expect_close(
        y,
        exact,
        say("RMSNorm is wrong for {dtype}.", dtype=dtype),
        rtol=0.51 * torch.finfo(dtype).eps,  # one rounding
        atol=1e-7,
        any_dtype=True,
        slips={
            "squares overflow in float16: compute in float32": (
                lambda y: not y.isfinite().all() or not y.any(dim=-1).all()
            ),
            "several roundings add up: widen to float32, and round once, at the end": (
                lambda y: torch.allclose(y.double(), exact, 0.05, 0.01)
            ),
        },
    )


def test_rms_norm_starts_with_a_weight_of_ones(sweep, rng):
    d = rng.choice(DISTINCT)

    sweep.cases(
        parameters_of_rms,
        {"": (d,)},
        call=say("RMSNorm({d})", d=d),
        fault="weight, of ones at the start, is not RMSNorm's only parameter.",
        slips={"a tensor that is no nn.Parameter is not learned": {}},
    )


def test_rms_norm_takes_tensors_of_every_kind(sweep, rng):
    d = rng.choice(DISTINCT)

    sweep(
        Module("RMSNorm"),
        d,
        inputs=lambda *lead: (torch.randn(*lead, d),),
        columns=(*TENSORS, "zero_backward", "inf", "nan", "blank", *MODULES),
        call=say("RMSNorm({d})(x)", d=d),
    )
    x = torch.randn(3, d)
    mixed = {"for float64 after float32": (Module("RMSNorm"), [d], x, x.double() / 3)}
    sweep.cases(in_turn, mixed, call="layer(x); layer(x.double())")


def test_rms_norm_takes_every_pair_of_dtypes(sweep, rng):
    d = rng.choice(DISTINCT)
    weight, x = torch.rand(d) + 0.5, torch.randn(3, d)
    kinds = torch.float32, torch.float64, torch.float16, torch.bfloat16
    mixed = "for {x} and a weight of {w}, where eps matters"
    steep, flat = torch.full((d,), 1e5), torch.full((3, d), 0.1)
    steep[0], flat[:, 0] = 1, 500

    sweep.cases(
        call_and_pull_back,
        {
            say(mixed, x=one, w=other): case_of(
                weight.to(other) / 3, x.to(one) * 1e-4 / 3, 1e-8
            )
            for one in kinds
            for other in kinds
        }
        | {
            "for an eps of 0": case_of(weight, x * 1e-4, 0.0),
            "for an eps that is an integer": case_of(weight, x, 2),
            "for a d of 1": case_of(weight[:1], x[:, :1]),
            "for a weight too large for float16": case_of(steep, flat.half()),
        },
        call="RMSNorm(d, eps)(x), weight and x of several dtypes",
    )
