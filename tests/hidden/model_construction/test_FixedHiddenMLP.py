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
    MODULES,
    VALUES,
    draw_name,
    expect_equal,
    expect_true,
    say,
)
from model_construction_helpers import DISTINCT

pytestmark = pytest.mark.exercise("model_construction.FixedHiddenMLP")

CAUSES = {
    "in-place|inplace": "x /= 2 and the like change the caller's tensor",
    "does not require grad": "detach() or item() cuts the result off from linear",
}


def load_fixed(ex: Any, state: dict[str, Tensor]) -> Any:
    net = ex.FixedHiddenMLP(len(state["weight"]))
    net.load_state_dict(state)
    return net


def run_fixed(ex: Any, state: dict[str, Tensor], x: Tensor) -> Tensor:
    return load_fixed(ex, state)(x)


def train_fixed(
    ex: Any, d: int, x: Tensor, own: str
) -> tuple[list[str], list[str], list[str], list[Tensor]]:
    """Return names saved, trained and of buffers; weights, the last one trained.

    The names are those in a network that has it under a name of its own.
    """
    net = ex.FixedHiddenMLP(d)
    whole = nn.ModuleDict({own: net})
    weights = [ex.FixedHiddenMLP(d).weight, net.weight.detach().clone()]
    trained = [name for name, p in whole.named_parameters() if p.requires_grad]
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    net(x).backward()
    optimizer.step()
    buffers = [name for name, _ in whole.named_buffers()]
    weights.append(net.weight)
    return sorted(whole.state_dict()), sorted(trained), buffers, weights


def fixed_state(d: int, scale: float) -> dict[str, Tensor]:
    return {
        "weight": torch.rand(d, d),
        "linear.weight": scale * torch.randn(d, d),
        "linear.bias": scale * torch.randn(d),
    }


def linear_of(state: dict[str, Tensor], x: Tensor) -> Tensor:
    return nn.functional.linear(x, state["linear.weight"], state["linear.bias"])


def sum_of_absolutes(x: Tensor) -> Tensor:
    return x.abs().sum()


def halved(x: Tensor, size: Callable[[Tensor], Tensor] = sum_of_absolutes) -> Tensor:
    while size(x) > 1:
        x = x / 2
    return x.sum()


def draw_fixed(d: int) -> tuple[dict[str, Tensor], Tensor, Tensor]:
    """Draw a state, an input and what is halved, whose sum says little of its size."""
    while True:
        state, x = fixed_state(d, 0.5), torch.randn(16, d)
        hidden = linear_of(state, x) @ state["weight"] + 1
        whole = linear_of(state, hidden.relu())
        if 1.5 < whole.sum() < sum_of_absolutes(whole) / 4:
            return state, x, whole


@pytest.mark.weight(2)
def test_fixed_mlp_saves_its_random_weight_and_does_not_train_it(observe, rng):
    d = rng.choice(DISTINCT)

    saved, trained, buffers, weights = observe(
        train_fixed,
        d,
        torch.rand(3, d),
        own := draw_name(rng),
        call=say("FixedHiddenMLP({d}): its state dict, one step of SGD", d=d),
        causes=CAUSES,
    )

    second = "a second Linear has weights of its own: call the same one twice"
    expect_equal(
        saved,
        [f"{own}.linear.bias", f"{own}.linear.weight", f"{own}.weight"],
        "The state dict does not hold weight and one linear.",
        slips={
            "a buffer with persistent=False is not saved": (
                lambda names: f"{own}.weight" in {*buffers} - {*names}
            ),
            "a tensor assigned to self is not saved: register_buffer does that": (
                [f"{own}.linear.bias", f"{own}.linear.weight"]
            ),
            second: lambda names: len(names) == 5 and f"{own}.weight" in names,
        },
    )
    expect_equal(
        trained,
        [f"{own}.linear.bias", f"{own}.linear.weight"],
        "Not exactly the layer linear can be trained.",
        slips={
            "an nn.Parameter is trained: use a buffer, or requires_grad=False": (
                lambda names: f"{own}.weight" in names
            ),
        },
    )
    other, before, after = weights
    expect_equal(after, before, "A step of SGD changes the constant weight.")
    expect_equal(
        [list(w.shape) for w in weights[:2]],
        [[d, d], [d, d]],
        "weight does not have the shape (features, features).",
    )
    expect_true(
        not torch.equal(other, before) and 2 * len(other.unique()) > d * d,
        "weight is not random.",
        expected="other values in every network, and in every place",
        got="the same",
    )


@pytest.mark.weight(2)
def test_fixed_mlp_computes_its_formula(sweep, rng):
    d = rng.choice(DISTINCT)
    state, x, whole = draw_fixed(d)
    one = {name: torch.zeros_like(t) for name, t in state.items()}
    one["linear.bias"][rng.randrange(d)] = 0.5
    more = {name: (1 + 2**-20) * t for name, t in one.items()}

    hidden = linear_of(state, x) @ state["weight"]
    transposed = linear_of(state, x) @ state["weight"].T
    sweep.cases(
        run_fixed,
        {
            "": (state, x),
            "where nothing is halved": (fixed_state(d, 0.002), x),
            "where it is halved many times": (fixed_state(d, 2000.0), x),
            "where the absolute values sum to 1": (one, torch.randn(2, d)),
            "where they sum to hardly more than 1": (more, torch.randn(2, d)),
            "for one feature": (fixed_state(1, 2.0), torch.randn(3, 1)),
            "for numbers whose sum is infinite": (
                fixed_state(d, 1e-4),
                torch.full((2, d), 3e38),
            ),
        },
        call=say("FixedHiddenMLP({d})(x) with x (16, {d})", d=d),
        fault="FixedHiddenMLP does not compute its formula.",
        slips={
            "the result is not halved until its absolute values sum to 1": whole.sum(),
            "one halving is not enough: the sum must come down to 1": whole.sum() / 2,
            "the sum is of absolute values, without them it says little": (
                halved(whole, torch.sum)
            ),
            "the 1 is added before the ReLU, not after it": (
                halved(linear_of(state, hidden.relu() + 1))
            ),
            "the ReLU is missing": halved(linear_of(state, hidden + 1)),
            "`@ weight` multiplies by weight, not by its transpose": (
                halved(linear_of(state, (transposed + 1).relu()))
            ),
            "linear is used twice, before weight and after": (
                halved((hidden + 1).relu())
            ),
            "the entries are summed up": lambda y: y.dim() > 0,
        },
        because={
            "where it is halved many times": "the loop goes on until the sum has come "
            "down to 1",
            "where the absolute values sum to 1": "1 does not exceed 1: halve while "
            "the sum is > 1",
        },
    )


@pytest.mark.weight(2)
def test_fixed_mlp_refuses_what_is_not_finite(sweep, rng):
    d = rng.choice(DISTINCT)
    positive = {name: t.abs() for name, t in fixed_state(d, 0.5).items()}
    cases = {"for finite numbers": (positive, torch.randn(3, d))}
    for bad in (torch.inf, -torch.inf, torch.nan):
        x = torch.randn(3, d)
        x[-1, -1] = bad
        cases[say("for one {bad} in x", bad=bad)] = positive, x  # halved, inf stays inf
        cases[say("for {bad} alone in x", bad=bad)] = positive, torch.full((3, d), bad)

    sweep.cases(
        run_fixed,
        cases,
        call=say("FixedHiddenMLP({d})(x) with inf, -inf or NaN in x", d=d),
        raises=(ValueError,),
    )


@pytest.mark.weight(2)
def test_fixed_mlp_keeps_its_promise_in_every_state(sweep, rng):
    d = rng.choice(DISTINCT)
    columns = ("plain", "other", "single", "empty", *LAYOUTS, "no_grad", "inference")
    # the fixed weight may be a frozen parameter, which "changed" would change
    states = [name for name in MODULES if name != "changed"]

    sweep(
        load_fixed,
        fixed_state(d, 0.5),
        inputs=lambda *lead: (torch.randn(math.prod(lead), d),),
        columns=(*columns, *CALLS, *VALUES, *states),
        call=say("FixedHiddenMLP({d})(x)", d=d),
        causes=CAUSES,
        raises=(ValueError,),
    )
