"""Custom layers: small cases to check your own work against."""

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_close, expect_equal

exercise = pytest.mark.exercise


def apply_centered(ex: Any, x: Tensor) -> Tensor:
    return ex.CenteredLayer()(x)


@exercise("custom_layer.CenteredLayer")
def test_centered_subtracts_the_mean_of_all_entries(observe):
    x = torch.tensor([[1.0, 2.0], [3.0, 6.0]])

    y = observe(apply_centered, x, call="CenteredLayer()([[1, 2], [3, 6]])")

    expect_close(
        y,
        torch.tensor([[-2.0, -1.0], [0.0, 3.0]]),
        "CenteredLayer does not subtract the mean of all entries.",
        slips={
            "mean(dim=-1) gives one mean for each row": torch.tensor(
                [[-0.5, 0.5], [-1.5, 1.5]]
            )
        },
    )


def run_my_linear(ex: Any, state: dict[str, Tensor], x: Tensor) -> Tensor:
    layer = ex.MyLinear(*state["weight"].shape)
    layer.load_state_dict(state)
    return layer(x)


def parameters_of_my_linear(ex: Any) -> dict[str, list[int]]:
    return {name: list(p.shape) for name, p in ex.MyLinear(4, 2).named_parameters()}


@exercise("custom_layer.MyLinear")
def test_my_linear_has_two_parameters(observe):
    shapes = observe(parameters_of_my_linear, call="MyLinear(4, 2).named_parameters()")

    expect_equal(
        sorted(shapes.items()),
        [("bias", [2]), ("weight", [4, 2])],
        "MyLinear does not have the parameters weight and bias.",
        slips={"a tensor that is no nn.Parameter is not registered": []},
    )


@exercise("custom_layer.MyLinear")
def test_my_linear_computes_its_formula(observe):
    state = {
        "weight": torch.tensor([[1.0, 2.0], [0.0, 1.0], [1.0, 0.0]]),
        "bias": torch.tensor([0.5, -4.0]),
    }
    x = torch.tensor([[1.0, 1.0, 2.0]])

    y = observe(
        run_my_linear, state, x, call="MyLinear(3, 2)(x), its state loaded before"
    )

    # x @ weight: 3, 3; + bias: 3.5, -1
    expect_close(
        y,
        torch.tensor([[3.5, 0.0]]),
        "MyLinear does not compute relu(x @ weight + bias).",
        slips={"the ReLU is missing": torch.tensor([[3.5, -1.0]])},
    )


def run_quadratic(ex: Any, weight: Tensor, x: Tensor) -> Tensor:
    layer = ex.QuadraticReduction(weight.shape[0], weight.shape[-1])
    layer.load_state_dict({"weight": weight})
    return layer(x)


@exercise("custom_layer.QuadraticReduction")
@pytest.mark.parametrize("batch", [False, True], ids=["vector", "batch"])
def test_quadratic_computes_its_sum(observe, batch):
    weight = torch.zeros(2, 2, 3)
    weight[0, 0, 0] = 1.0  # y_0 = x_0 x_0
    weight[0, 1, 1] = 1.0  # y_1 = x_0 x_1
    weight[1, 1, 2] = 2.0  # y_2 = 2 x_1 x_1
    x, expected = torch.tensor([3.0, 5.0]), torch.tensor([9.0, 15.0, 50.0])
    if batch:
        x, expected = torch.stack([x, -2 * x]), torch.stack([expected, 4 * expected])

    y = observe(
        run_quadratic, weight, x, call=f"QuadraticReduction(2, 3)({x.tolist()})"
    )

    expect_close(y, expected, "QuadraticReduction does not compute its sum.")


def apply_spectrum(ex: Any, x: Tensor) -> Tensor:
    return ex.HalfSpectrum()(x)


@exercise("custom_layer.HalfSpectrum")
@pytest.mark.parametrize("n", [4, 5])
def test_half_spectrum_of_one_wave(observe, n):
    wave = torch.cos(2 * torch.pi * torch.arange(n) / n)
    x = torch.stack([wave, torch.ones(n)])

    y = observe(apply_spectrum, x, call=f"HalfSpectrum()(x) with x (2, {n})")

    expected = torch.zeros(2, n // 2 + 1, dtype=torch.complex64)
    expected[0, 1] = n / 2
    expected[1, 0] = n
    expect_close(
        y,
        expected,
        "HalfSpectrum does not give the coefficients of the last axis.",
        rtol=1e-4,
        atol=1e-4,
    )
