"""The checks that every tool runs; `suite.py` says on which cases.

A check takes `play`, which plays a scenario beside the student's module, and a case.
This file is the same for all: for us `play` is the fixture `observe`, for the others it
calls the scenario, and the expectations come from `inside/expect.py`.
"""

from typing import Any

import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal

MANY = 32
"""So many values that no fault hides by chance; each tool draws others."""


def linear(ex: Any, sizes: list[int], x: Tensor) -> tuple[Tensor, Tensor, Tensor]:
    layer = ex.MyLinear(*sizes)
    return layer.weight, layer.bias, layer(x)


def linear_values(play: Any, shape: tuple[int, ...]) -> None:
    x = torch.randn(shape)

    weight, bias, y = play(linear, [4, MANY], x)

    shapes = [list(weight.shape), list(bias.shape)]
    expect_equal(
        shapes, [[4, MANY], [MANY]], "MyLinear's parameters have other shapes."
    )
    expect_close(y, torch.relu(x @ weight + bias), "MyLinear's values are wrong.")


def linear_state(ex: Any, sizes: list[int]) -> dict[str, list[int]]:
    state = ex.MyLinear(*sizes).state_dict()
    return {name: list(value.shape) for name, value in sorted(state.items())}


def linear_parameters(play: Any, units: int) -> None:
    state = play(linear_state, [3, units])

    wanted = {"bias": [units], "weight": [3, units]}
    expect_equal(state, wanted, "MyLinear's parameters are others.")


def spectrum(ex: Any, x: Tensor) -> Tensor:
    return ex.HalfSpectrum()(x)


def spectrum_values(play: Any, shape: tuple[int, ...]) -> None:
    x = torch.randn(shape)

    y = play(spectrum, x)

    expect_close(y, torch.fft.rfft(x), "HalfSpectrum's coefficients are wrong.")


def spectrum_in_double(play: Any, n: int) -> None:
    x = torch.randn(2, n, dtype=torch.float64)

    y = play(spectrum, x)

    expect_close(y, torch.fft.rfft(x), "HalfSpectrum's coefficients are wrong.")


def norm(ex: Any, eps: float, x: Tensor) -> Tensor:
    return ex.RMSNorm(x.shape[-1], eps)(x)


def norm_values(play: Any, shape: tuple[int, ...]) -> None:
    x = torch.randn(shape)

    y = play(norm, 0.5, x)

    wanted = nn.functional.rms_norm(x, shape[-1:], eps=0.5)
    expect_close(y, wanted, "RMSNorm's values are wrong.")


def norm_in_half(play: Any, size: int) -> None:
    x = torch.full((2, size), 300.0, dtype=torch.float16)

    y = play(norm, 1e-6, x)

    expect_close(y, torch.ones_like(x), "RMSNorm's values overflow.")


def mask(ex: Any, longest: int, scores: Tensor) -> Tensor:
    return ex.CausalMask(longest)(scores)


def mask_values(play: Any, n: int) -> None:
    scores = torch.randn(2, n, n)

    y = play(mask, 8, scores)

    hidden = torch.ones(n, n, dtype=torch.bool).triu(1)
    expect_close(y, scores.masked_fill(hidden, -torch.inf), "CausalMask hides others.")


def mask_refuses(ex: Any, longest: int, n: int) -> bool:
    try:
        ex.CausalMask(longest)(torch.zeros(n, n))
    except ValueError:
        return True
    return False


def mask_of_long_scores(play: Any, longest: int) -> None:
    refused = play(mask_refuses, longest, longest + 1)

    expect_equal(refused, True, "CausalMask takes scores that are too long.")


def rounded(ex: Any, x: Tensor) -> Tensor:
    return ex.round_ste(x)


def rounded_values(play: Any, shape: tuple[int, ...]) -> None:
    x = 5 * torch.randn(*shape, MANY)

    y = play(rounded, x)

    expect_close(y, x.round(), "round_ste does not round.")


def rounded_slope(ex: Any, x: Tensor, upstream: Tensor) -> Tensor:
    x.requires_grad_()
    (slope,) = torch.autograd.grad(ex.round_ste(x), x, upstream)
    return slope


def rounded_gradient(play: Any, size: int) -> None:
    upstream = torch.randn(size)

    slope = play(rounded_slope, torch.randn(size), upstream)

    expect_close(slope, upstream, "round_ste changes the gradient.")


def swished(ex: Any, x: Tensor) -> Tensor:
    return ex.swish(x)


def swished_values(play: Any, shape: tuple[int, ...]) -> None:
    x = torch.randn(shape)

    y = play(swished, x)

    expect_close(y, x * torch.sigmoid(x), "swish's values are wrong.")


def swished_slope(ex: Any, x: Tensor, upstream: Tensor) -> Tensor:
    x.requires_grad_()
    (slope,) = torch.autograd.grad(ex.swish(x), x, upstream)
    return slope


def swished_gradient(play: Any, size: int) -> None:
    x, upstream = torch.randn(size), torch.randn(size)

    slope = play(swished_slope, x, upstream)

    s = torch.sigmoid(x)
    expect_close(slope, upstream * s * (1 + x * (1 - s)), "swish's gradient is wrong.")
