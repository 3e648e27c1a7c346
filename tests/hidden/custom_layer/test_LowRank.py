"""LowRank trains a correction of low rank to a frozen layer, and merges the two."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import DISTINCT, expect_drawn, same, sweep_call
from grader.observe import MODULES, SHAPES, TENSORS, say
from grader.words import as_text

pytestmark = pytest.mark.exercise("custom_layer.LowRank")

BARE = "for a linear without a bias"


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
    ex: Any, x: Tensor, linear: nn.Module, a: Tensor, b: Tensor
) -> dict[str, Any]:
    layer = ex.LowRank(linear, len(a))
    kinds = {n: (list(p.shape), p.requires_grad) for n, p in layer.named_parameters()}
    return {
        "trained": {n: shape for n, (shape, flag) in sorted(kinds.items()) if flag},
        "frozen": sorted(shape for shape, flag in kinds.values() if not flag),
        "B": layer.B,
        "result": layer(x),
    }


def merge_low_rank(ex: Any, x: Tensor, *given: Any) -> dict[str, Any]:
    """Return outputs, the merged layer's kind, and what is kept of the other."""
    layer = with_factors(ex, *given)
    state = layer.state_dict(keep_vars=True)
    before = {name: (t.detach().clone(), t.requires_grad) for name, t in state.items()}
    merged = layer.merged()
    seen: dict[str, Any] = {"merged": merged(x), "class": type(merged).__name__}
    seen |= {"layer": layer(x), "second": layer.merged()(x)}
    named = sorted(merged.named_parameters())
    seen["trained"] = {name: p.requires_grad for name, p in named}
    state = layer.state_dict(keep_vars=True)
    seen["names"] = list(state) == list(before)
    kept = [(state[name], t, flag) for name, (t, flag) in before.items()]
    seen["values"] = all(torch.equal(now, t) for now, t, _ in kept)
    seen["flags"] = all(now.requires_grad == flag for now, _, flag in kept)
    with torch.no_grad():
        for p in merged.parameters():
            p.fill_(0)
        seen |= {"layer then": layer(x), "next": layer.merged()(x)}
        for p in layer.parameters():
            p.mul_(2)
        after = layer.merged()
        trained = all(p.requires_grad for p in after.parameters())
    return seen | {"after a change": after(x), "trained under no_grad": trained}


def where_low_rank_lies(
    ex: Any, linear: nn.Linear, device: str, dtype: torch.dtype, merged: bool
) -> list[str]:
    """Return it of A and B, or of what is merged before and after a cast."""
    layer = ex.LowRank(linear.to(device, dtype), 2)
    if not merged:
        return [f"{p.dtype} on {p.device}" for p in (layer.A, layer.B)]
    parts = [layer.merged(), layer.to(torch.float32).merged()]
    return [f"{p.weight.dtype} on {p.weight.device}" for p in parts]


def low_rank_case(rng, bias: bool) -> tuple[Tensor, nn.Linear, Tensor, Tensor]:
    """Return an input, a linear layer, and random A and B."""
    inner, out, rank = rng.sample(DISTINCT, 3)
    linear = nn.Linear(inner, out, bias=bias)
    return (
        torch.randn(3, inner),
        linear,
        torch.randn(rank, inner),
        torch.randn(out, rank),
    )


def wrong_sums(
    x: Tensor, linear: nn.Linear, a: Tensor, b: Tensor, scale: float
) -> dict[str, Tensor]:
    base, low = linear(x), x @ a.T @ b.T
    return {
        "the scale is lost": base + low,
        "the correction B @ A is lost": base,
        "what linear gives is lost": scale * low,
        "scale belongs to the correction, not to all": scale * (base + low),
        "the scale is applied twice": base + scale**2 * low,
        "the correction is added twice": base + 2 * scale * low,
        "the correction is divided by the rank": base + scale / len(a) * low,
    }


def test_low_rank_starts_as_a_frozen_linear_layer(sweep, rng):
    case = _, linear, *_ = low_rank_case(rng, True)

    sweep.cases(
        fresh_low_rank,
        {"": case, BARE: low_rank_case(rng, False)},
        call=say("LowRank({linear}, {n})(x)", linear=linear, n=len(case[2])),
        fault="At first, LowRank does not give what linear gives, or A (rank, "
        "in_features) and B (out_features, rank) are not all that is trained.",
        slips={
            "linear still trains: freeze its parameters by requires_grad_(False)": (
                lambda s: {"A", "B"} < set(s["trained"])
            ),
            "A and B must be nn.Parameter": lambda s: set(s["trained"]) < {"A", "B"},
            "the parameters of linear are not parameters of the layer: what lies in a "
            "list, a buffer or a plain attribute is no parameter": (
                lambda s: len(s["frozen"]) < len(list(linear.parameters()))
            ),
            "B does not start at zero: A starts at random, B at zero": (
                lambda s: bool(s["B"].any())
            ),
        },
        tolerance=(1e-4, 1e-5),
    )


def test_low_rank_draws_its_a_at_random(observe, rng):
    inner, out, rank = rng.sample(range(2, 5), 3)
    call = say("LowRank(linear, {n}).A, many times", n=rank)
    cause = "were A and B both zero, neither would ever get a gradient"

    expect_drawn(observe, "LowRank", [nn.Linear(inner, out), rank], "A", call, cause)


@pytest.mark.weight(2)
def test_low_rank_adds_its_scaled_correction(sweep, rng):
    case = low_rank_case(rng, rng.random() < 0.5)
    scale = rng.choice([-1.5, 2.5])

    sweep_call(
        sweep,
        (with_factors, [*case[1:], scale], None, case[0]),
        call=say("LowRank(linear, rank, {scale})(x), A and B set before", scale=scale),
        fault="LowRank does not compute linear(x) + scale * (x @ A.T) @ B.T.",
        slips=wrong_sums(*case, scale),
        others={"where scale is left out": (with_factors, case[1:], None, case[0])},
    )


@pytest.mark.weight(2)
def test_low_rank_merges_into_an_equal_linear(sweep, rng):
    case = x, linear, a, b = low_rank_case(rng, True)
    scale = rng.choice([-1.5, 2.5])
    right = linear(x) + scale * x @ a.T @ b.T
    moved = 2 * linear(x) + 4 * scale * x @ a.T @ b.T
    wrong = wrong_sums(*case, scale)

    def differs(key: str) -> Any:
        return lambda s: not same(s[key], right)

    sweep.cases(
        merge_low_rank,
        {"": (*case, scale), BARE: (*low_rank_case(rng, False), scale)},
        call=say("LowRank(linear, rank, {scale}).merged()(x)", scale=scale),
        fault="merged() does not give the same outputs from a trainable nn.Linear of "
        "its own.",
        slips={
            why: lambda s, one=one: same(s["merged"], one) for why, one in wrong.items()
        }
        | {
            "merged() returns a plain nn.Linear": lambda s: s["class"] != "Linear",
            "merged() changes the layer": differs("layer"),
            "a second merged() gives the same outputs too": differs("second"),
            "what is done to the merged layer changes the other": differs("layer then"),
            "what is done to one merged layer changes the next": differs("next"),
            "what is merged is remembered, and out of date after a change": lambda s: (
                not same(s["after a change"], moved)
            ),
            "what is merged under torch.no_grad() can be trained, too": lambda s: (
                not s["trained under no_grad"] and all(s["trained"].values())
            ),
            "a copy of a frozen layer is frozen": lambda s: (
                not all(s["trained"].values())
            ),
            "adding to linear's own weight and taking away again leaves roundings": (
                lambda s: not s["values"]
            ),
            "requires_grad_ on linear itself, not on a copy": lambda s: not s["flags"],
        },
        because={BARE: "where linear has no bias, the merged layer has none either"},
        causes={"NoneType": "linear may be without a bias"},
        tolerance=(1e-3, 1e-3),
    )


def test_low_rank_follows_dtype_and_device_of_linear(sweep, rng):
    _, linear, *_ = low_rank_case(rng, True)
    name = "as to {of}, for {t} on {at}"
    cases = {
        say(name, of=as_text(of), t=t, at=at): (linear, at, t, of != "A and B")
        for of in ("A and B", "merged()")
        for at in ("cpu", "meta")
        for t in (torch.float64, torch.bfloat16)
    }

    sweep.cases(
        where_low_rank_lies,
        cases,
        call="layer = LowRank(linear.to(device, dtype), 2); layer.merged()",
        because={
            when: "what is merged has a dtype of its own, or lies elsewhere"
            if case[-1]
            else "A and B have a dtype of their own, or lie elsewhere"
            for when, case in cases.items()
        },
    )


def merged_with_factors(ex: Any, *given: Any) -> nn.Module:
    return with_factors(ex, *given).merged()


@pytest.mark.parametrize("make", [with_factors, merged_with_factors])
def test_low_rank_learns_and_takes_tensors_of_every_kind(sweep, rng, make):
    _, linear, a, b = low_rank_case(rng, rng.random() < 0.5)
    few = ("plain", *SHAPES, "no_grad", "default_double", "copied", "double", "trained")
    columns = (*TENSORS, "nan", *MODULES) if make is with_factors else few

    square = [
        (nn.Linear(n, n), torch.randn(rank, n), torch.randn(n, rank), -2)
        for n, rank in ((1, 2), (4, 1))
    ]
    cases = [(linear, a, b, scale) for scale in (-2.0, 1.0, 0.0, 0.1)]
    for one, low, high, scale in cases + square:
        sweep(
            make,
            *(one.double(), low.double(), high.double(), scale),
            inputs=lambda *lead, k=one.in_features: (torch.randn(*lead, k).double(),),
            columns=columns if scale == -2.0 and one is linear else ("plain", "vector"),
            call=say("LowRank({linear}, …, {s}), in double", linear=one, s=scale)
            if make is with_factors
            else say("LowRank({linear}, …, {s}).merged()", linear=one, s=scale),
        )
