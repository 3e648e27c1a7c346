"""HalfSpectrum gives coefficients 0 to n // 2 of the last axis, and gradients."""

from typing import Any

import pytest
import torch
from torch import Tensor

from custom_layer_helpers import gradient_of, same
from grader.observe import expect_close, expect_equal, say

pytestmark = pytest.mark.exercise("custom_layer.HalfSpectrum")


def apply_spectrum(ex: Any, x: Tensor) -> Tensor:
    return ex.HalfSpectrum()(x)


def spectrum_gradient(ex: Any, x: Tensor, upstream: Tensor) -> Tensor | None:
    x = x.requires_grad_()
    return gradient_of(ex.HalfSpectrum()(x.clone()), x, upstream)


def dft(x: Tensor, count: int) -> Tensor:
    """Return the first `count` Fourier coefficients of the last axis, by the sum."""
    n = x.shape[-1]
    steps = torch.outer(torch.arange(n), torch.arange(count)) % n
    angles = -2 * torch.pi * steps.double() / n
    waves = torch.polar(torch.ones_like(angles), angles)
    kind = torch.complex128 if x.dtype == torch.float64 else torch.complex64
    return (x.to(waves.dtype) @ waves).to(kind)


def expect_spectrum(y: Tensor, x: Tensor) -> None:
    n = x.shape[-1]
    expected = dft(x, n // 2 + 1)
    over_all = torch.fft.fftn(x)[..., : n // 2 + 1]
    expect_close(
        y,
        expected,
        "HalfSpectrum does not give the first n // 2 + 1 Fourier coefficients.",
        rtol=1e-4,
        atol=1e-4,
        slips={
            "fftn transforms the batch too; only the last axis is to be": (
                lambda y: x.dim() > 1 and y.dim() == x.dim() and same(y, over_all)
            ),
            "coefficient n // 2 is missing: a slice ends before its end": (
                lambda y: y.shape[-1] == n // 2
            ),
            "(n + 1) // 2 is n // 2 + 1 only for odd n": (
                lambda y: n % 2 == 0 and y.shape[-1] == (n + 1) // 2
            ),
            "the coefficients are complex, not their sizes or real parts": (
                lambda y: not y.is_complex() and y.shape == expected.shape
            ),
            "another axis than the last one is transformed": (
                lambda y: has_other_axis_halved(y.shape, x.shape)
            ),
            "all n coefficients are there, not the first n // 2 + 1": (
                lambda y: n > 2 and y.shape[-1] == n
            ),
            "the coefficients are not divided by n or its root": (
                lambda y: same(y * n**0.5, expected) or same(y * n, expected)
            ),
            "the exponent has a minus sign": expected.conj().resolve_conj(),
        },
    )


def has_other_axis_halved(shape: torch.Size, before: torch.Size) -> bool:
    return len(shape) == len(before) > 1 and any(
        shape == (*before[:i], before[i] // 2 + 1, *before[i + 1 :])
        for i in range(len(before) - 1)
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("dims", [1, 2, 3], ids=["vector", "matrix", "three_dims"])
@pytest.mark.parametrize("odd", [False, True], ids=["even", "odd"])
def test_half_spectrum_is_of_the_last_axis(observe, rng, dims, odd):
    n = rng.choice([5, 7, 9] if odd else [4, 6, 8])
    shape = rng.sample([2, 3, 10, 11], dims - 1)
    x = torch.randn(*shape, n)

    y = observe(
        apply_spectrum,
        x,
        call=say("HalfSpectrum()(x) with x {shape}", shape=tuple(x.shape)),
    )

    expect_spectrum(y, x)


@pytest.mark.parametrize("n", [1, 2, 3])
def test_half_spectrum_of_a_short_axis(observe, rng, n):
    x = torch.randn(rng.randrange(4, 8), n)

    y = observe(
        apply_spectrum,
        x,
        call=say("HalfSpectrum()(x) with x {shape}", shape=tuple(x.shape)),
    )

    expect_spectrum(y, x)


def test_half_spectrum_of_double_is_complex128(observe, rng):
    x = torch.randn(3, rng.choice([4, 5, 6, 7]), dtype=torch.float64)

    y = observe(apply_spectrum, x, call="HalfSpectrum()(x) with x of torch.float64")

    expect_equal(
        str(y.dtype), "torch.complex128", "HalfSpectrum does not keep the precision."
    )
    expect_close(
        y,
        dft(x, x.shape[-1] // 2 + 1),
        "HalfSpectrum loses precision in double.",
        rtol=1e-10,
        atol=1e-10,
        slips={"a part of the computation is in single precision": lambda _: True},
    )


def test_half_spectrum_passes_gradients(observe, rng):
    n = rng.choice([4, 5, 6, 7])
    x = torch.randn(3, n)
    upstream = torch.randn(3, n // 2 + 1, dtype=torch.complex64)

    gradient = observe(
        spectrum_gradient, x, upstream, call="y = HalfSpectrum()(x); y.backward(…)"
    )

    leaf = x.clone().requires_grad_()
    dft(leaf, n // 2 + 1).backward(upstream)
    expect_close(
        gradient,
        leaf.grad,
        "The gradient of HalfSpectrum is wrong.",
        rtol=1e-4,
        atol=1e-4,
        slips={"the result is detached: no gradient reaches x": lambda g: g is None},
    )
