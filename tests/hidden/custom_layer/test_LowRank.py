"""LowRank trains a correction of low rank to a frozen layer, and merges the two."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import DISTINCT, expect_drawn, start
from grader.observe import (
    MODULES,
    TENSORS,
    Module,
    expect_close,
    expect_equal,
    expect_true,
    expect_unchanged,
    say,
)

pytestmark = pytest.mark.exercise("custom_layer.LowRank")

FROZEN = "linear still trains: freeze its parameters by requires_grad_(False)"


def with_factors(
    ex: Any, linear: nn.Module, a: Tensor, b: Tensor, *scale: float
) -> Any:
    """Return a layer whose A and B have values."""
    layer = ex.LowRank(linear, len(a), *scale)
    with torch.no_grad():
        layer.A.copy_(a)
        layer.B.copy_(b)
    return layer


def fresh_low_rank(
    ex: Any, linear: nn.Module, rank: int, x: Tensor
) -> tuple[Tensor, dict[str, tuple[list[int], bool]], Tensor]:
    """Return the result, shapes and flags of the parameters, and B."""
    layer = ex.LowRank(linear, rank)
    named = layer.named_parameters()
    kinds = {name: (list(p.shape), p.requires_grad) for name, p in named}
    return layer(x), kinds, layer.B


def run_low_rank(ex: Any, x: Tensor, *given: Any) -> Tensor:
    return with_factors(ex, *given)(x)


def merge_low_rank(
    ex: Any, x: Tensor, *given: Any
) -> tuple[list[Tensor], str, dict[str, bool], list[dict[str, Tensor]], list[bool]]:
    """Return outputs, class and parameters of merged(), the layer before and after."""
    layer = with_factors(ex, *given)
    before = {name: t.clone() for name, t in layer.state_dict().items()}
    flags = [p.requires_grad for p in layer.parameters()]
    merged = layer.merged()
    outputs = [merged(x), layer(x), layer.merged()(x)]
    trained = {name: p.requires_grad for name, p in merged.named_parameters()}
    kept = [
        f == p.requires_grad for f, p in zip(flags, layer.parameters(), strict=True)
    ]
    after = {name: t.clone() for name, t in layer.state_dict().items()}
    with torch.no_grad():
        for p in merged.parameters():
            p.fill_(0)
    outputs += [layer(x), layer.merged()(x)]
    return outputs, type(merged).__name__, trained, [before, after], kept


def where_low_rank_lies(ex: Any, linear: nn.Module, device: str) -> list[str]:
    layer = ex.LowRank(linear.to(device), 2)
    return [f"{p.device} {p.dtype}" for p in (layer.A, layer.B)]


def low_rank_case(rng, bias: bool) -> tuple[nn.Linear, Tensor, Tensor]:
    """Return a linear layer and random A and B."""
    inner, out, rank = rng.sample(DISTINCT, 3)
    linear = nn.Linear(inner, out, bias=bias)
    return linear, torch.randn(rank, inner), torch.randn(out, rank)


def low_rank(
    x: Tensor, linear: nn.Linear, a: Tensor, b: Tensor, scale: float = 1.0
) -> Tensor:
    """Correct the weight, then apply it, in double."""
    weight = linear.weight.double() + scale * b.double() @ a.double()
    bias = None if linear.bias is None else linear.bias.double()
    return nn.functional.linear(x.double(), weight, bias).to(x.dtype)


def low_rank_slips(
    x: Tensor, linear: nn.Linear, a: Tensor, b: Tensor, scale: float = 1.0
) -> dict[str, Tensor]:
    right, known = low_rank(x, linear, a, b, scale), (x, linear, a, b)
    return {
        "the scale is lost": low_rank(*known),
        "the correction B @ A is lost": linear(x),
        "what linear gives is lost": right - linear(x),
        "scale belongs to the correction, not to all": scale * low_rank(*known),
        "the scale is applied twice": low_rank(*known, scale**2),
        "the correction is added twice": low_rank(*known, 2 * scale),
        "the correction is divided by the rank": low_rank(*known, scale / len(a)),
    }


def expect_output(y: Tensor, fault: str, x: Tensor, *given: Any, **more: Any) -> None:
    expect_close(y, low_rank(x, *given), fault, rtol=1e-3, atol=1e-3, **more)


@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no_bias"])
def test_low_rank_starts_as_a_frozen_linear_layer(observe, rng, bias):
    linear, a, b = low_rank_case(rng, bias)
    x = torch.randn(3, linear.in_features)
    call = say("LowRank({linear}, {n})(x) with x {x}", linear=linear, n=len(a), x=x)

    y, kinds, first_b = observe(fresh_low_rank, linear, len(a), x, call=call)

    trained = {name: shape for name, (shape, flag) in kinds.items() if flag}
    expect_equal(
        sorted(trained.items()),
        [("A", list(a.shape)), ("B", list(b.shape))],
        "A (rank, in_features) and B (out_features, rank) are not all that is trained.",
        slips={
            FROZEN: lambda pairs: {"A", "B"} < {name for name, _ in pairs},
            "A and B must be nn.Parameter": (
                lambda pairs: {name for name, _ in pairs} < {"A", "B"}
            ),
        },
    )
    expect_equal(
        sorted(shape for shape, flag in kinds.values() if not flag),
        sorted(list(p.shape) for p in linear.parameters()),
        "The parameters of linear are not parameters of the layer.",
        cause="what lies in a list, a buffer or a plain attribute is no parameter",
    )
    expect_close(
        first_b,
        torch.zeros_like(b),
        "B does not start at zero: A starts at random, B at zero.",
    )
    expect_close(
        y,
        linear(x),
        "At first, LowRank does not give what linear gives.",
        atol=1e-5,
        rtol=1e-4,
    )


def test_low_rank_draws_its_a_at_random(observe, rng):
    inner, out, rank = rng.sample(range(2, 5), 3)
    make, init = Module("LowRank", filled=False), [nn.Linear(inner, out), rank]
    call = say("LowRank(linear, {n}).A, many times", n=rank)

    starts = observe(start, make, init, "A", call=call)

    cause = "were A and B both zero, neither would ever get a gradient"
    expect_drawn(starts, "A", cause)


@pytest.mark.weight(2)
@pytest.mark.parametrize("scale", [None, 0.25, 3.0], ids=["default", "small", "large"])
def test_low_rank_adds_its_scaled_correction(observe, rng, scale):
    linear, a, b = low_rank_case(rng, rng.random() < 0.5)
    x = torch.randn(3, linear.in_features)
    given = (linear, a, b) if scale is None else (linear, a, b, scale)
    call = say(
        "LowRank({linear}, {n}, scale={scale})(x), A and B set before",
        linear=linear,
        n=len(a),
        scale="1.0" if scale is None else scale,
    )

    y = observe(run_low_rank, x, *given, call=call)

    fault = "LowRank does not compute linear(x) + scale * (x @ A.T) @ B.T."
    expect_output(y, fault, x, *given, slips=low_rank_slips(x, *given))


@pytest.mark.weight(2)
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no_bias"])
def test_low_rank_merges_into_an_equal_linear(observe, rng, bias):
    linear, a, b = low_rank_case(rng, bias)
    x = torch.randn(4, linear.in_features)
    scale = rng.choice([0.25, 3.0])
    given = linear, a, b, scale
    call = say(
        "LowRank({linear}, {n}, {scale}).merged()(x)",
        linear=linear,
        n=len(a),
        scale=scale,
    )

    outputs, kind, trained, states, kept = observe(merge_low_rank, x, *given, call=call)

    expect_equal(kind, "Linear", "merged() does not return a plain nn.Linear.")
    faults = (
        "merged() does not give the same outputs as the layer.",
        "merged() changes the layer.",
        "A second merged() does not give the same outputs.",
        "What is done to the merged layer changes the LowRank layer.",
        "What is done to one merged layer changes the next.",
    )
    for y, fault in zip(outputs, faults, strict=True):
        expect_output(y, fault, x, *given, slips=low_rank_slips(x, *given))
    expect_equal(
        sorted(trained.items()),
        sorted((name, True) for name, _ in linear.named_parameters()),
        "The parameters of merged() are not those of an ordinary, trainable Linear.",
        slips={
            "a copy of a frozen layer is frozen": lambda p: not all(t for _, t in p),
            "linear has no bias": lambda p: len(p) > 1 and not bias,
        },
    )
    before, after = states
    undone = "adding to linear's own weight and taking away again leaves roundings"
    expect_unchanged(after, before, "merged() changes the layer's state.", cause=undone)
    expect_true(
        all(kept),
        "merged() changes what is trained in the layer.",
        expected="the flags requires_grad as they were",
        got="other ones",
        cause="requires_grad_ on linear itself, not on a copy",
    )


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
@pytest.mark.parametrize("device", ["cpu", "meta"])
def test_low_rank_follows_dtype_and_device_of_linear(observe, rng, dtype, device):
    linear, *_ = low_rank_case(rng, True)
    call = say("LowRank(linear.to({dtype}), 2) on {device}", dtype=dtype, device=device)

    kinds = observe(where_low_rank_lies, linear.to(dtype), device, call=call)

    expect_equal(
        kinds,
        [f"{device} {dtype}"] * 2,
        "A and B do not have the dtype and device of linear.",
        cause="A and B have a dtype of their own, or lie elsewhere",
    )


def merged_with_factors(ex: Any, *given: Any) -> nn.Module:
    return with_factors(ex, *given).merged()


@pytest.mark.parametrize("scale", [1.0, 0.0, -2.0])
@pytest.mark.parametrize("make", [with_factors, merged_with_factors])
def test_low_rank_learns_and_takes_tensors_of_every_kind(sweep, rng, make, scale):
    linear, a, b = low_rank_case(rng, rng.random() < 0.5)

    sweep(
        make,
        *(linear.double(), a.double(), b.double(), scale),
        inputs=lambda *lead: (torch.randn(*lead, linear.in_features).double(),),
        columns=(*TENSORS, "nan", *MODULES),
        call="LowRank(linear.double(), …)(x.double()), A and B set before"
        if make is with_factors
        else "LowRank(linear.double(), …).merged()(x.double())",
    )
