"""FixedHiddenMLP has a saved weight that never trains, and halves large outputs."""

import math
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import (
    CALLS,
    LAYOUTS,
    MODES,
    MODULES,
    VALUES,
    expect_close,
    expect_equal,
    expect_true,
    expect_unchanged,
    say,
)
from model_construction_helpers import DISTINCT

pytestmark = pytest.mark.exercise("model_construction.FixedHiddenMLP")


def load_fixed(ex: Any, state: dict[str, Tensor]) -> Any:
    net = ex.FixedHiddenMLP(len(state["weight"]))
    net.load_state_dict(state)
    return net


def run_fixed(ex: Any, state: dict[str, Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    return load_fixed(ex, state)(x), x


def run_or_refuse(ex: Any, state: dict[str, Tensor], x: Tensor) -> Tensor:
    return load_fixed(ex, state)(x)


def train_fixed(
    ex: Any, d: int, x: Tensor
) -> tuple[list[str], list[str], list[str], Tensor, Tensor]:
    """Return names saved, trained and of buffers; weight before and after a step."""
    net = ex.FixedHiddenMLP(d)
    before = net.weight.detach().clone()
    trained = [name for name, p in net.named_parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net(x).backward()
    optimizer.step()
    buffers = [name for name, _ in net.named_buffers()]
    return sorted(net.state_dict()), sorted(trained), buffers, before, net.weight


def fresh_weights(ex: Any, d: int) -> tuple[Tensor, Tensor]:
    return ex.FixedHiddenMLP(d).weight, ex.FixedHiddenMLP(d).weight


def fixed_state(d: int, scale: float) -> dict[str, Tensor]:
    return {
        "weight": torch.rand(d, d),
        "linear.weight": scale * torch.randn(d, d),
        "linear.bias": scale * torch.randn(d),
    }


def fixed_reference(
    state: dict[str, Tensor], x: Tensor, activate: Callable[[Tensor], Tensor]
) -> Tensor:
    return linear_of(state, activate(linear_of(state, x) @ state["weight"] + 1))


def linear_of(state: dict[str, Tensor], x: Tensor) -> Tensor:
    return nn.functional.linear(x, state["linear.weight"], state["linear.bias"])


def sum_of_absolutes(x: Tensor) -> Tensor:
    return x.abs().sum()


def halve(x: Tensor, size: Callable[[Tensor], Tensor] = sum_of_absolutes) -> Tensor:
    while size(x) > 1:
        x = x / 2
    return x


def draw_fixed(d: int, scale: float) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """Draw a state, an input and what is halved, whose sum says little of its size."""
    while True:
        state, x = fixed_state(d, scale), torch.randn(16, d)
        unhalved = fixed_reference(state, x, torch.relu)
        if 0.02 < unhalved.sum().abs() / sum_of_absolutes(unhalved) < 0.25:
            return state, x, unhalved


@pytest.mark.weight(2)
@pytest.mark.parametrize("scale", [0.002, 2.0], ids=["no_halving", "halving"])
def test_fixed_mlp_computes_its_formula(observe, rng, scale):
    d = rng.choice(DISTINCT)
    state, x, unhalved = draw_fixed(d, scale)

    y, after = observe(
        run_fixed, state, x, call=say("FixedHiddenMLP({d})(x) with x (16, {d})", d=d)
    )

    expect_unchanged(
        after,
        x,
        "FixedHiddenMLP changes the caller's tensor.",
        cause="x /= 2 and other in-place operations work on x itself",
    )
    transposed = {**state, "weight": state["weight"].T}
    expect_close(
        y,
        halve(unhalved).sum(),
        "FixedHiddenMLP does not compute its formula.",
        slips={
            "the result is not halved until its absolute values sum to 1": (
                unhalved.sum()
            ),
            "one halving is not enough: the sum must come down to 1": (
                unhalved.sum() / 2
            ),
            "the sum is of absolute values, without them it may be negative": (
                halve(unhalved, torch.sum).sum()
            ),
            "the sum of the absolute values decides, not the Euclidean norm": (
                halve(unhalved, torch.linalg.vector_norm).sum()
            ),
            "the 1 is added before the ReLU, not after it": halve(
                linear_of(state, torch.relu(linear_of(state, x) @ state["weight"]) + 1)
            ).sum(),
            "the loop ends before the sum has come down to 1": (
                lambda y: abs(float(y)) > 1.01 * float(halve(unhalved).sum().abs())
            ),
            "the ReLU is missing": halve(fixed_reference(state, x, lambda x: x)).sum(),
            "`@ weight` multiplies by weight, not by its transpose": halve(
                fixed_reference(transposed, x, torch.relu)
            ).sum(),
            "linear is used twice, before weight and after": halve(
                torch.relu(linear_of(state, x) @ state["weight"] + 1)
            ).sum(),
            "the entries are not summed": halve(unhalved),
        },
    )


def test_fixed_mlp_halves_only_what_exceeds_one(observe, rng):
    d = rng.choice(DISTINCT)
    state = {name: torch.zeros_like(t) for name, t in fixed_state(d, 1.0).items()}
    state["linear.bias"][rng.randrange(d)] = 0.5

    y, _ = observe(
        run_fixed,
        state,
        torch.randn(2, d),
        call=say(
            "FixedHiddenMLP({d})(x), its absolute values sum to 1 before halving", d=d
        ),
    )

    expect_close(
        y,
        torch.tensor(1.0),
        "FixedHiddenMLP halves a result whose absolute values sum to 1.",
        slips={"1 does not exceed 1: halve while the sum is > 1": torch.tensor(0.5)},
    )


@pytest.mark.weight(2)
def test_fixed_mlp_saves_its_weight_and_does_not_train_it(observe, rng):
    d = rng.choice(DISTINCT)

    saved, trained, buffers, before, after = observe(
        train_fixed,
        d,
        torch.rand(3, d),
        call=say("FixedHiddenMLP({d}): its state dict, one step of SGD", d=d),
    )

    second = "a second Linear has weights of its own: call the same one twice"
    expect_equal(
        saved,
        ["linear.bias", "linear.weight", "weight"],
        "The state dict does not hold weight and one linear.",
        slips={
            "a buffer with persistent=False is not saved": (
                lambda names: "weight" not in names and "weight" in buffers
            ),
            "a tensor assigned to self is not saved: register_buffer does that": (
                ["linear.bias", "linear.weight"]
            ),
            second: lambda names: len(names) == 5 and "weight" in names,
        },
    )
    expect_equal(
        trained,
        ["linear.bias", "linear.weight"],
        "Not exactly the layer linear can be trained.",
        slips={
            "an nn.Parameter is trained: use a buffer, or requires_grad=False": (
                lambda names: "weight" in names
            ),
        },
    )
    expect_equal(after, before, "A step of SGD changes the constant weight.")


def test_fixed_mlp_draws_a_weight_of_its_own(observe, rng):
    d = rng.choice(DISTINCT)

    first, second = observe(
        fresh_weights, d, call=say("FixedHiddenMLP({d}).weight, twice", d=d)
    )

    for weight in (first, second):
        expect_equal(
            list(weight.shape),
            [d, d],
            "weight does not have the shape (features, features).",
        )
    expect_true(
        not torch.equal(first, second) and bool((first != first[0, 0]).any()),
        "weight is not random.",
        expected="other values in every network",
        got="the same",
    )


@pytest.mark.weight(2)
def test_fixed_mlp_refuses_what_is_not_finite(sweep, rng):
    d = rng.choice(DISTINCT)
    positive = {name: t.abs() for name, t in fixed_state(d, 0.5).items()}
    cases = {"for finite numbers": (positive, torch.randn(3, d))}
    for bad in (torch.inf, -torch.inf, torch.nan):
        x = torch.randn(3, d)
        x[rng.randrange(3), rng.randrange(d)] = bad
        cases[f"for one {bad} in x"] = (positive, x)  # inf stays inf when it is halved
        cases[f"for nothing but {bad} in x"] = (positive, torch.full((3, d), bad))

    sweep.cases(
        run_or_refuse,
        cases,
        call=say("FixedHiddenMLP({d})(x) with inf, -inf or NaN in x", d=d),
        raises=(ValueError,),
    )


@pytest.mark.weight(2)
def test_fixed_mlp_keeps_its_promise_in_every_state(sweep, rng):
    d = rng.choice(DISTINCT)
    columns = ("plain", "other", "single", "empty", *LAYOUTS, *MODES, *CALLS)

    sweep(
        load_fixed,
        fixed_state(d, 0.5),
        inputs=lambda *lead: (torch.randn(math.prod(lead), d),),
        columns=(*columns, *VALUES, *MODULES),
        call=say("FixedHiddenMLP({d})(x)", d=d),
        raises=(ValueError,),
    )
