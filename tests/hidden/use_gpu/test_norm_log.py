"""norm_log gives the norms of all products and waits for the device once."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_close, expect_equal, expect_true, say
from use_gpu_helpers import DISTINCT, metered, on_device

pytestmark = pytest.mark.exercise("use_gpu.norm_log")


def log_norms(ex: Any, matrices: list[Tensor], device: str) -> Tensor:
    return ex.norm_log(matrices, torch.device(device))


def log_norms_on_device(
    ex: Any, matrices: list[Tensor], device: str
) -> tuple[Tensor, str, int, int]:
    """Return the norms and where they are, the waits and the moves to the device."""
    with metered(device) as meter:
        norms = ex.norm_log(matrices, device)
        waits, arrivals = meter.waits, meter.arrivals
    return norms, norms.device.type, waits, arrivals


def draw_matrices(rng, dtype: torch.dtype) -> list[Tensor]:
    return [torch.randn(n, n, dtype=dtype) for n in rng.sample(DISTINCT, 4)]


def norms_of(matrices: list[Tensor]) -> Tensor:
    return torch.stack([(m @ m).square().sum().sqrt() for m in matrices])


def every(function: Callable[[Tensor], Tensor], matrices: list[Tensor]) -> Tensor:
    return torch.stack([function(m) for m in matrices])


@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_norm_log_gives_the_norms_of_the_products(observe, rng, dtype):
    matrices = draw_matrices(rng, dtype)

    norms = observe(log_norms, matrices, "cpu", call="norm_log of four matrices")

    norm = torch.linalg.matrix_norm
    expect_close(
        norms,
        norms_of(matrices),
        "norm_log does not give the norm of each product.",
        slips={
            "the norm of m, not of m @ m": every(norm, matrices),
            "m * m multiplies entry by entry": every(lambda m: norm(m * m), matrices),
            "the largest singular value is another norm": every(
                lambda m: norm(m @ m, 2), matrices
            ),
            "m @ m.T is another product": every(lambda m: norm(m @ m.T), matrices),
            "the root is missing": norms_of(matrices).square(),
            "norms are written into float32": lambda got: got.dtype != dtype,
        },
    )


@pytest.mark.weight(2)
@on_device
def test_norm_log_waits_for_the_device_once(observe, rng, device):
    matrices = draw_matrices(rng, torch.float64)

    norms, place, waits, arrivals = observe(
        log_norms_on_device,
        matrices,
        device,
        call=say("norm_log(four matrices, {device})", device=repr(device)),
    )

    expect_equal(
        place,
        "cpu",
        "norm_log does not return the norms on the CPU.",
        slips={"the norms stay on the device: .cpu() at the end": device[:-2]},
    )
    often = "item, cpu or a write into a CPU tensor per matrix waits at every step"
    computed = "the products are not computed on the device at all"
    expect_equal(
        waits,
        1,
        "norm_log does not bring the norms back together.",
        slips={often: lambda waits: waits > 1, computed: 0},
    )
    expect_true(
        1 <= arrivals <= len(matrices),
        "norm_log does not move each matrix once.",
        expected=say("{n} moves", n=len(matrices)),
        got=say("{arrivals}", arrivals=arrivals),
        cause="m.to(device) @ m.to(device) moves m twice" if arrivals > 4 else None,
    )
    expect_close(
        norms, norms_of(matrices), "norm_log does not give the norm of each product."
    )


def test_norm_log_of_nothing_is_empty(observe):
    norms = observe(
        log_norms,
        [],
        "cpu",
        call="norm_log([], 'cpu')",
        causes={
            r"RuntimeError: .*(non-empty|empty)": (
                "torch.stack needs a tensor: return torch.empty(0) if there is none"
            )
        },
    )

    expect_equal(list(norms.shape), [0], "norm_log of no matrices is not empty.")
