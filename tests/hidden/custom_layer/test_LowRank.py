"""LowRank trains a correction of low rank to a frozen layer, and merges the two."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from custom_layer_helpers import DISTINCT
from grader.observe import expect_close, expect_equal, expect_true, say

pytestmark = pytest.mark.exercise("custom_layer.LowRank")


def apply_low_rank(
    ex: Any, linear: nn.Module, rank: int, x: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    layer = ex.LowRank(linear, rank)
    return layer(x), layer.A, layer.B


def set_low_rank(layer: Any, a_and_b: list[Tensor]) -> None:
    with torch.no_grad():
        layer.A.copy_(a_and_b[0])
        layer.B.copy_(a_and_b[1])


def run_low_rank(
    ex: Any,
    linear: nn.Module,
    a_and_b: list[Tensor],
    scale: float | None,
    x: Tensor,
) -> Tensor:
    extra = {} if scale is None else {"scale": scale}
    layer = ex.LowRank(linear, len(a_and_b[0]), **extra).to(x.dtype)
    set_low_rank(layer, a_and_b)
    return layer(x)


def train_low_rank(
    ex: Any, linear: nn.Module, a_and_b: list[Tensor], x: Tensor, upstream: Tensor
) -> tuple[list[str], Tensor, Tensor, Tensor]:
    layer = ex.LowRank(linear, len(a_and_b[0]), scale=0.5)
    set_low_rank(layer, a_and_b)
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    y = layer(x)
    if y.requires_grad:
        y.backward(upstream)
    optimizer.step()
    trained = [name for name, p in layer.named_parameters() if p.requires_grad]
    return trained, layer.A, layer.B, layer(x)


def merge_low_rank(
    ex: Any, linear: nn.Module, a_and_b: list[Tensor], scale: float, x: Tensor
) -> tuple[list[Tensor], bool, dict[str, bool]]:
    layer = ex.LowRank(linear, len(a_and_b[0]), scale=scale)
    set_low_rank(layer, a_and_b)
    merged = layer.merged()
    outputs = [merged(x), layer(x), layer.merged()(x)]
    trained = {name: p.requires_grad for name, p in merged.named_parameters()}
    return outputs, isinstance(merged, nn.Linear), trained


def spoil_merged(
    ex: Any, linear: nn.Module, a_and_b: list[Tensor], x: Tensor
) -> Tensor:
    layer = ex.LowRank(linear, len(a_and_b[0]))
    set_low_rank(layer, a_and_b)
    with torch.no_grad():
        for p in layer.merged().parameters():
            p.fill_(0)
    return layer(x)


def fresh_low_rank(ex: Any, linear: nn.Module, rank: int) -> tuple[Tensor, Tensor]:
    return ex.LowRank(linear, rank).A, ex.LowRank(linear, rank).A


def low_rank_case(rng) -> tuple[nn.Linear, Tensor, Tensor]:
    """Return a linear layer, with a bias or without, and random A and B."""
    inner, out, rank = rng.sample(DISTINCT, 3)
    linear = nn.Linear(inner, out, bias=rng.random() < 0.5)
    return linear, torch.randn(rank, inner), torch.randn(out, rank)


def low_rank(
    linear: nn.Linear, a: Tensor, b: Tensor, scale: float, x: Tensor
) -> Tensor:
    """Correct the weight, then apply it, in double."""
    weight = linear.weight.double() + scale * b.double() @ a.double()
    bias = None if linear.bias is None else linear.bias.double()
    return nn.functional.linear(x.double(), weight, bias).to(x.dtype)


def low_rank_slips(
    linear: nn.Linear, a: Tensor, b: Tensor, scale: float, x: Tensor
) -> dict[str, Tensor]:
    return {
        "the scale is lost": low_rank(linear, a, b, 1.0, x),
        "the correction B @ A is lost": linear(x),
        "what linear gives is lost": low_rank(linear, a, b, scale, x) - linear(x),
        "scale belongs to the correction, not to all": scale
        * low_rank(linear, a, b, 1.0, x),
        "the scale is applied twice": low_rank(linear, a, b, scale**2, x),
        "the correction is added twice": low_rank(linear, a, b, 2 * scale, x),
        "the correction is divided by the rank": (
            low_rank(linear, a, b, scale / len(a), x)
        ),
    }


@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
def test_low_rank_starts_as_the_linear_layer(observe, rng, leading):
    linear, a, b = low_rank_case(rng)
    x = torch.randn(*rng.sample(DISTINCT, leading), linear.in_features)

    y, first_a, first_b = observe(
        apply_low_rank,
        linear,
        len(a),
        x,
        call=say(
            "LowRank({linear}, {n})(x) with x {shape}",
            linear=linear,
            n=len(a),
            shape=tuple(x.shape),
        ),
    )

    expect_equal(
        [list(first_a.shape), list(first_b.shape)],
        [list(a.shape), list(b.shape)],
        "A is not (rank, in_features), or B is not (out_features, rank).",
    )
    expect_close(
        first_b,
        torch.zeros_like(b),
        "B does not start at zero.",
        slips={"A starts at random, B at zero": lambda _: not first_a.any()},
    )
    expect_close(
        y,
        linear(x),
        "At first, LowRank does not give what linear gives.",
        atol=1e-5,
        rtol=1e-4,
    )


def test_low_rank_draws_its_a_at_random(observe, rng):
    linear, a, _ = low_rank_case(rng)

    first, second = observe(
        fresh_low_rank,
        linear,
        len(a),
        call=say("LowRank(linear, {n}).A, twice", n=len(a)),
    )

    expect_true(
        first.shape == second.shape and not torch.equal(first, second),
        "A does not start at random values.",
        expected="other values in every layer",
        got="the same",
        cause="were A and B both zero, neither would ever get a gradient",
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("scale", [None, 0.25, 3.0], ids=["default", "small", "large"])
def test_low_rank_adds_its_scaled_correction(observe, rng, scale):
    linear, a, b = low_rank_case(rng)
    x = torch.randn(3, linear.in_features)

    y = observe(
        run_low_rank,
        linear,
        [a, b],
        scale,
        x,
        call=say(
            "LowRank({linear}, {n}{value})(x), A and B set before",
            linear=linear,
            n=len(a),
            value="" if scale is None else f", scale={scale}",
        ),
    )

    known = 1.0 if scale is None else scale
    expect_close(
        y,
        low_rank(linear, a, b, known, x),
        "LowRank does not compute linear(x) + scale * (x @ A.T) @ B.T.",
        rtol=1e-4,
        atol=1e-4,
        slips=low_rank_slips(linear, a, b, known, x),
    )


@pytest.mark.weight(2)
def test_low_rank_trains_a_and_b_alone(observe, rng):
    linear, a, b = low_rank_case(rng)
    x = torch.randn(5, linear.in_features)
    upstream = torch.randn(5, linear.out_features)

    trained, new_a, new_b, y = observe(
        train_low_rank,
        linear,
        [a, b],
        x,
        upstream,
        call="one step of SGD on LowRank(linear, rank, scale=0.5).parameters()",
    )

    base = "linear still trains: freeze its parameters by requires_grad_(False)"
    expect_equal(
        sorted(trained),
        ["A", "B"],
        "A and B are not all that requires gradients.",
        slips={
            base: lambda names: {"A", "B"} < set(names),
            "A and B must be nn.Parameter": lambda names: set(names) < {"A", "B"},
        },
    )
    known = [a.clone().requires_grad_(), b.clone().requires_grad_()]
    correction = 0.5 * x @ known[0].T @ known[1].T
    correction.backward(upstream)
    for name, got, leaf in zip("AB", (new_a, new_b), known, strict=True):
        expect_close(
            got,
            leaf.detach() - 0.1 * leaf.grad,
            say("A step of SGD does not train {name}.", name=name),
            rtol=1e-3,
            atol=1e-4,
            slips={"no gradient reaches it": leaf.detach()},
        )
    expect_close(
        y,
        low_rank(linear, new_a, new_b, 0.5, x),
        "After a step of SGD, LowRank does not compute with the frozen linear and the "
        "trained A and B.",
        rtol=1e-3,
        atol=1e-3,
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("bias", [True, False], ids=["bias", "no_bias"])
def test_low_rank_merges_into_an_equal_linear(observe, rng, bias):
    inner, out, rank = rng.sample(DISTINCT, 3)
    linear = nn.Linear(inner, out, bias=bias)
    a, b = torch.randn(rank, inner), torch.randn(out, rank)
    scale = rng.choice([0.25, 3.0])
    x = torch.randn(4, inner)

    outputs, is_linear, trained = observe(
        merge_low_rank,
        linear,
        [a, b],
        scale,
        x,
        call=say(
            "LowRank({linear}, {rank}, scale={scale}).merged()(x)",
            linear=linear,
            rank=rank,
            scale=scale,
        ),
    )

    expect_true(
        is_linear,
        "merged() does not return an nn.Linear.",
        expected="an nn.Linear",
        got="something else",
    )
    expect_equal(len(outputs), 3, "There are not three results.")
    slips = low_rank_slips(linear, a, b, scale, x)
    for y, which in zip(
        outputs,
        (
            "merged() does not give the same outputs as the layer.",
            "merged() changes the layer.",
            "A second merged() does not give the same outputs.",
        ),
        strict=True,
    ):
        expect_close(
            y,
            low_rank(linear, a, b, scale, x),
            which,
            rtol=1e-3,
            atol=1e-3,
            slips=slips,
        )
    expect_equal(
        sorted(trained.items()),
        sorted((name, True) for name, _ in linear.named_parameters()),
        "The parameters of merged() are not those of an ordinary, trainable Linear.",
        slips={
            "a copy of a frozen layer is frozen": lambda p: not all(t for _, t in p),
            "linear has no bias": lambda p: len(p) > 1 and not bias,
        },
    )


def test_low_rank_shares_nothing_with_its_merged_layer(observe, rng):
    inner, out, rank = rng.sample(DISTINCT, 3)
    linear, a, b = (
        nn.Linear(inner, out),
        torch.randn(rank, inner),
        torch.randn(out, rank),
    )
    x = torch.randn(4, inner)

    y = observe(
        spoil_merged,
        linear,
        [a, b],
        x,
        call="fill the parameters of layer.merged() with zeros; layer(x)",
    )

    expect_close(
        y,
        low_rank(linear, a, b, 1.0, x),
        "What is done to the merged layer changes the LowRank layer.",
        rtol=1e-4,
        atol=1e-4,
        slips={"merged() must not share linear's weight or bias": lambda _: True},
    )


@pytest.mark.parametrize("before", [True, False], ids=["linear_cast", "layer_cast"])
def test_low_rank_follows_to_double(observe, rng, before):
    linear, a, _ = low_rank_case(rng)
    x = torch.randn(3, linear.in_features, dtype=torch.float64)
    if before:
        linear = linear.double()

    y, *_ = observe(
        apply_low_rank if before else cast_low_rank,
        linear,
        len(a),
        x,
        call="LowRank(linear.double(), rank)(x.double())"
        if before
        else "LowRank(linear, rank).double()(x.double())",
    )

    expect_close(
        y,
        linear.double()(x),
        "LowRank does not have linear's dtype.",
        slips={"A and B have a dtype of their own": lambda _: True},
    )


def cast_low_rank(
    ex: Any, linear: nn.Module, rank: int, x: Tensor
) -> tuple[Tensor, Tensor, Tensor]:
    layer = ex.LowRank(linear, rank).double()
    return layer(x), layer.A, layer.B
