"""A small hidden suite to attack: two tests per exercise, and a secret."""

from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_close, expect_equal

exercise = pytest.mark.exercise

SECRET = "CANARY-IN-THE-SUITE"  # replaced by one that is drawn for each run


def center(ex: Any, x: Tensor) -> Tensor:
    return ex.CenteredLayer()(x)


@exercise("custom_layer.CenteredLayer")
@pytest.mark.parametrize("shape", [(4,), (2, 3)])
def test_centered_layer_subtracts_the_mean(observe, shape):
    x = torch.randn(shape)

    y = observe(center, x, call="CenteredLayer()(x)")

    expect_close(y, x - x.mean(), "CenteredLayer does not subtract the mean.")


def apply(ex: Any, sizes: list[int], x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    layer = ex.MyLinear(*sizes)
    return layer.weight, layer.bias, layer(x)


@exercise("custom_layer.MyLinear")
def test_my_linear_is_affine_with_a_relu(observe, rng):
    sizes = [rng.randint(2, 9), rng.randint(2, 9)]
    x = torch.randn(3, sizes[0])
    secret = SECRET

    weight, bias, y = observe(apply, sizes, x, call="MyLinear(a, b)(x)")

    assert secret
    expect_equal([*weight.shape], sizes, "MyLinear's weight has another shape.")
    expect_equal([*bias.shape], sizes[1:], "MyLinear's bias has another shape.")
    expect_close(y, (x @ weight + bias).relu(), "MyLinear's values are wrong.")


def text_of(ex: Any, sizes: list[int]) -> list[str]:
    layer = ex.MyLinear(*sizes)
    layer(torch.zeros(1, sizes[0]))
    return [str(type(layer).__name__), str(layer)]


@exercise("custom_layer.MyLinear")
def test_my_linear_tells_its_sizes(observe, rng):
    sizes = [rng.randint(2, 9), rng.randint(2, 9)]

    name, text = observe(text_of, sizes, call="repr(MyLinear(a, b))")

    expect_equal((name, text), ("MyLinear", f"MyLinear{tuple(sizes)}"), "Another repr.")
