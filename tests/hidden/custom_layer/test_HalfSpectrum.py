"""HalfSpectrum gives coefficients 0 to n // 2 of the last axis, and gradients."""

import pytest
import torch

from custom_layer_helpers import in_turn, same, sweep_call
from grader.observe import MODULES, TENSORS, Module, say

pytestmark = pytest.mark.exercise("custom_layer.HalfSpectrum")

SPECTRUM = Module("HalfSpectrum")


@pytest.mark.weight(2)
@pytest.mark.parametrize("odd", [False, True], ids=["even", "odd"])
def test_half_spectrum_is_of_the_last_axis(sweep, rng, odd):
    n = rng.choice([5, 7, 9] if odd else [4, 6, 8])
    x = torch.randn(*rng.sample([3, 10, 11], 2), n)
    expected = torch.fft.rfft(x)

    sweep_call(
        sweep,
        (SPECTRUM, [], None, x),
        call=say("HalfSpectrum()(x) with x {x}", x=x),
        fault="HalfSpectrum does not give the first n // 2 + 1 Fourier coefficients.",
        slips={
            "fftn transforms the batch too; only the last axis is to be": (
                torch.fft.fftn(x)[..., : n // 2 + 1]
            ),
            "coefficient n // 2 is missing: a slice ends before its end": (
                lambda y: y.shape[-1] == n // 2
            ),
            "the coefficients are complex, not their sizes or real parts": (
                lambda y: not y.is_complex() and y.shape == expected.shape
            ),
            "all n coefficients are there, not the first n // 2 + 1": (
                lambda y: y.shape[1:] == x.shape[1:]
            ),
            "the coefficients are not divided by n or its root": (
                lambda y: same(y * n**0.5, expected) or same(y * n, expected)
            ),
            "the exponent has a minus sign": expected.conj().resolve_conj(),
        },
    )


@pytest.mark.parametrize("n", [1, 2, 12, 300, 6, 9])
def test_half_spectrum_takes_tensors_of_every_kind(sweep, n):
    few = "plain", "vector", "empty", "float64"
    rounding = (1e-4, 1e-4) if n == 300 else None  # of sums of as many products
    sweep(
        SPECTRUM,
        inputs=lambda *lead: (torch.randn(*lead, n),),
        columns=(*TENSORS, "blank", *MODULES) if n in (6, 9) else few,
        call=say("HalfSpectrum()(x) with n = {n}", n=n),
        tolerance=rounding,
    )
    x, longer = torch.randn(3, n), torch.randn(3, n + 1)
    mixed = {
        "for float64 after float32": (SPECTRUM, [], x, x.double() / 3),
        "for another n after the first": (SPECTRUM, [], x, longer, x),
    }
    sweep.cases(in_turn, mixed, call="layer(x), then another x", tolerance=rounding)
