"""FixedHiddenMLP has a saved weight that never trains, and halves large outputs."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_error, expect_true, say
from model_construction_helpers import DISTINCT

pytestmark = pytest.mark.exercise("model_construction.FixedHiddenMLP")


def run_fixed(ex: Any, state: dict[str, Tensor], x: Tensor) -> tuple[Tensor, Tensor]:
    net = ex.FixedHiddenMLP(len(state["weight"]))
    net.load_state_dict(state)
    y = net(x)
    return y, x


def run_fixed_in_double(ex: Any, features: int, x: Tensor) -> Tensor:
    return ex.FixedHiddenMLP(features).double()(x)


def train_fixed(ex: Any, features: int, x: Tensor) -> tuple[Tensor, Tensor, list[str]]:
    net = ex.FixedHiddenMLP(features)
    before = net.weight.detach().clone()
    trained = [name for name, p in net.named_parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net(x).backward()
    optimizer.step()
    return before, net.weight, trained


def names_in_fixed(ex: Any, features: int) -> tuple[list[str], list[str]]:
    net = ex.FixedHiddenMLP(features)
    return list(net.state_dict()), [name for name, _ in net.named_buffers()]


def fresh_weights(ex: Any, features: int) -> tuple[Tensor, Tensor]:
    return ex.FixedHiddenMLP(features).weight, ex.FixedHiddenMLP(features).weight


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

    y, _ = observe(
        run_fixed, state, x, call=say("FixedHiddenMLP({d})(x) with x (16, {d})", d=d)
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


def test_fixed_mlp_leaves_the_callers_tensor_alone(observe, rng):
    d = rng.choice(DISTINCT)
    state, x = fixed_state(d, 0.5), 10 * torch.randn(3, d)

    _, after = observe(run_fixed, state, x, call=say("FixedHiddenMLP({d})(x); x", d=d))

    expect_equal(
        after,
        x,
        "FixedHiddenMLP changes the caller's tensor.",
        slips={"x /= 2 and other in-place operations work on x itself": lambda _: True},
    )


def test_fixed_mlp_saves_its_weight_and_its_one_layer(observe, rng):
    d = rng.choice(DISTINCT)

    names, buffers = observe(
        names_in_fixed, d, call=say("FixedHiddenMLP({d}).state_dict()", d=d)
    )

    expect_equal(
        sorted(names),
        ["linear.bias", "linear.weight", "weight"],
        "The state dict does not hold weight and one linear.",
        slips={
            "a buffer with persistent=False is not saved": (
                lambda names: "weight" not in names and "weight" in buffers
            ),
            "a tensor assigned to self is not saved: register_buffer does that": (
                ["linear.bias", "linear.weight"]
            ),
            "a second Linear has weights of its own: call the same one twice": (
                lambda names: len(names) == 5 and "weight" in names
            ),
        },
    )


@pytest.mark.weight(2)
def test_fixed_mlp_does_not_train_its_weight(observe, rng):
    d = rng.choice(DISTINCT)

    before, after, trained = observe(
        train_fixed,
        d,
        torch.rand(3, d),
        call=say("one step of SGD on FixedHiddenMLP({d}), then its weight", d=d),
    )

    expect_equal(
        sorted(trained),
        ["linear.bias", "linear.weight"],
        "Not exactly the layer linear can be trained.",
        slips={
            "an nn.Parameter is trained: use a buffer, or requires_grad=False": (
                lambda names: "weight" in names
            ),
            "a second Linear has weights of its own: call the same one twice": (
                lambda names: len(names) == 4
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


def test_fixed_mlp_follows_to_double(observe, rng):
    d = rng.choice(DISTINCT)
    x = torch.rand(2, d, dtype=torch.float64)

    y = observe(
        run_fixed_in_double,
        d,
        x,
        call=say("FixedHiddenMLP({d}).double()(x.double())", d=d),
    )

    expect_equal(
        str(y.dtype), "torch.float64", "FixedHiddenMLP does not follow to double."
    )


@pytest.mark.parametrize("bad", [torch.inf, -torch.inf, torch.nan])
def test_fixed_mlp_refuses_what_is_not_finite(observe, rng, bad):
    d = rng.choice(DISTINCT)
    positive = {name: t.abs() for name, t in fixed_state(d, 0.5).items()}
    x = torch.randn(3, d)
    x[rng.randrange(3), rng.randrange(d)] = bad

    raised = observe.error(
        run_fixed,
        positive,  # so that inf stays inf, and halving it never ends
        x,
        call=say("FixedHiddenMLP({d})(x) with {bad} in x", d=d, bad=bad),
    )

    expect_error(
        raised,
        ValueError,
        "FixedHiddenMLP takes an input that is not finite.",
        cause="check x.isfinite().all() before computing anything",
    )
