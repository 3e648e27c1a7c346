"""MyLinear computes relu(x @ weight + bias) with two parameters that learn."""

from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import DISTINCT
from grader.observe import expect_close, expect_equal, expect_true, say

pytestmark = pytest.mark.exercise("custom_layer.MyLinear")


def apply_my_linear(
    ex: Any, sizes: list[int], x: Tensor
) -> tuple[Tensor, dict[str, Tensor]]:
    layer = ex.MyLinear(*sizes)
    return layer(x), dict(layer.named_parameters())


def run_my_linear(ex: Any, state: dict[str, Tensor], x: Tensor) -> Tensor:
    layer = ex.MyLinear(*state["weight"].shape)
    layer.load_state_dict(state)
    return layer.to(x.dtype)(x)


def train_my_linear(
    ex: Any, sizes: list[int], x: Tensor, upstream: Tensor
) -> tuple[
    dict[str, Tensor], dict[str, Tensor | None], dict[str, Tensor], Tensor, list[str]
]:
    layer = ex.MyLinear(*sizes)
    before = {name: p.detach().clone() for name, p in layer.named_parameters()}
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1) if before else None
    y = layer(x)
    if y.requires_grad:
        y.backward(upstream)
    gradients = {name: p.grad for name, p in layer.named_parameters()}
    if optimizer:
        optimizer.step()
    unregistered = [
        name
        for name in ("weight", "bias")
        if isinstance(getattr(layer, name, None), Tensor) and name not in before
    ]
    return before, gradients, dict(layer.named_parameters()), layer(x), unregistered


def fresh_my_linear(ex: Any, sizes: list[int]) -> tuple[Tensor, Tensor]:
    return ex.MyLinear(*sizes).weight, ex.MyLinear(*sizes).weight


def expect_weight_and_bias(parameters: dict[str, Tensor], sizes: list[int]) -> None:
    inner, units = sizes
    expect_equal(
        sorted((name, list(p.shape)) for name, p in parameters.items()),
        [("bias", [units]), ("weight", [inner, units])],
        "MyLinear does not have the parameters weight (in_units, units) and bias "
        "(units,).",
        slips={
            "a tensor that is no nn.Parameter is not registered": (
                lambda shapes: {name for name, _ in shapes} < {"weight", "bias"}
            ),
            "weight is (in_units, units), unlike nn.Linear's": (
                lambda shapes: ("weight", [units, inner]) in shapes
            ),
            "the bias has one axis, of length units": (
                lambda shapes: ("weight", [inner, units]) in shapes
            ),
        },
    )


def my_linear(parameters: dict[str, Tensor], x: Tensor) -> Tensor:
    return (x @ parameters["weight"] + parameters["bias"]).relu()


def my_linear_state(sizes: list[int]) -> dict[str, Tensor]:
    return {"weight": torch.randn(*sizes), "bias": torch.randn(sizes[1])}


def test_my_linear_has_a_weight_and_a_bias(observe, rng):
    sizes = rng.sample(DISTINCT, 2)
    x = torch.randn(4, sizes[0])

    y, parameters = observe(
        apply_my_linear,
        sizes,
        x,
        call=say(
            "layer = MyLinear{sizes}; layer(x); layer.named_parameters()",
            sizes=tuple(sizes),
        ),
    )

    expect_weight_and_bias(parameters, sizes)
    expect_close(
        y,
        my_linear(parameters, x),
        "MyLinear does not compute relu(x @ weight + bias) with its own parameters.",
    )


@pytest.mark.parametrize("leading", [0, 1, 3], ids=["vector", "batch", "three_dims"])
def test_my_linear_computes_its_formula(observe, rng, leading):
    sizes = rng.sample(DISTINCT, 2)
    state = my_linear_state(sizes)
    x = torch.randn(*rng.sample(DISTINCT, leading), sizes[0])

    y = observe(
        run_my_linear,
        state,
        x,
        call=say(
            "MyLinear{sizes}(x) with x {shape}, its state loaded",
            sizes=tuple(sizes),
            shape=tuple(x.shape),
        ),
    )

    expect_close(
        y,
        my_linear(state, x),
        "MyLinear does not compute relu(x @ weight + bias).",
        slips={
            "the ReLU is missing": x @ state["weight"] + state["bias"],
            "the bias is not added": (x @ state["weight"]).relu(),
            "the bias is added after the ReLU": (
                (x @ state["weight"]).relu() + state["bias"]
            ),
            "leading dimensions are flattened away": (
                my_linear(state, x.reshape(-1, sizes[0]))
            ),
        },
    )


@pytest.mark.weight(2)
def test_my_linear_learns(observe, rng):
    sizes = rng.sample(DISTINCT, 2)
    x = torch.randn(32, sizes[0])
    upstream = torch.randn(32, sizes[1])

    before, gradients, after, y, unregistered = observe(
        train_my_linear,
        sizes,
        x,
        upstream,
        call=say(
            "one step of SGD on MyLinear{sizes}, then its output", sizes=tuple(sizes)
        ),
    )

    expect_true(
        not unregistered,
        "Parameters of MyLinear are not registered.",
        expected="weight and bias among the parameters",
        got=say("{names} only as a tensor", names=" and ".join(unregistered)),
        cause="only an nn.Parameter is registered; nn.Parameter(t) * 0.1 is none, "
        "nn.Parameter(t * 0.1) is",
    )
    expect_weight_and_bias(before, sizes)
    expect_weight_and_bias(after, sizes)
    known = {name: p.clone().requires_grad_() for name, p in before.items()}
    my_linear(known, x).backward(upstream)
    for name in ("weight", "bias"):
        expect_close(
            gradients.get(name),
            known[name].grad,
            say("The gradient of MyLinear's {name} is wrong.", name=name),
            rtol=1e-4,
            atol=1e-4,
            slips={
                "`.data` and detach() cut the result off from the parameter": (
                    lambda g: g is None
                )
            },
        )
        expect_close(
            after[name],
            before[name] - 0.1 * known[name].grad,
            say("A step of SGD does not train MyLinear's {name}.", name=name),
            rtol=1e-4,
            atol=1e-4,
        )
    expect_close(
        y,
        my_linear(after, x),
        "After a step of SGD, MyLinear does not compute with the trained parameters.",
        rtol=1e-4,
        atol=1e-4,
        slips={"it computes with copies of them": my_linear(before, x)},
    )


def test_my_linear_starts_at_random_weights(observe, rng):
    sizes = rng.sample(DISTINCT, 2)

    first, second = observe(
        fresh_my_linear,
        sizes,
        call=say("MyLinear{sizes}.weight, twice", sizes=tuple(sizes)),
    )

    expect_true(
        first.shape == second.shape
        and not torch.equal(first, second)
        and first.unique().numel() > 1,
        "MyLinear's weight does not start at random values.",
        expected="other values in every layer",
        got="the same",
        cause="units that start with equal weights learn the same",
    )


def test_my_linear_follows_to_double(observe, rng):
    sizes = rng.sample(DISTINCT, 2)
    state = my_linear_state(sizes)
    x = torch.randn(3, sizes[0], dtype=torch.float64)

    y = observe(run_my_linear, state, x, call="MyLinear(…).double()(x.double())")

    expect_close(
        y,
        my_linear({name: p.double() for name, p in state.items()}, x),
        "MyLinear does not follow to double.",
    )
