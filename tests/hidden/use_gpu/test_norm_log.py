"""norm_log gives the norms of all products and waits for the device once."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_close, expect_equal, expect_true, say
from use_gpu_helpers import DISTINCT, Drift, metered, on_device

pytestmark = pytest.mark.exercise("use_gpu.norm_log")


def log_norms(
    ex: Any, matrices: list[Tensor], make: Callable[[list[Tensor]], Any] = list
) -> Tensor | list[int]:
    """Return the norms, or if there are none their shape: their dtype is free."""
    norms = ex.norm_log(make(matrices), torch.device("cpu"))
    return norms if norms.numel() else list(norms.shape)


def one_by_one(matrices: list[Tensor]) -> Any:
    return (m for m in matrices)


def log_norms_on_device(
    ex: Any, matrices: list[Tensor], device: str, factor: float
) -> tuple[Tensor, str, int, int, Tensor]:
    """Return the norms and where they are, the waits and the moves to the device.

    And the norms, as an array of the CPU, when copies between devices change values.
    """
    with metered(device) as meter:
        norms = ex.norm_log(matrices, device)
        waits, arrivals = meter.waits, meter.arrivals
    with metered(device) as meter, Drift(factor, meter):
        drifted = ex.norm_log(matrices, device)
    place = norms.device.type
    told = drifted if place == "cpu" else torch.empty(0)
    return norms, place, waits, arrivals, told


def draw_matrices(rng, dtype: torch.dtype) -> list[Tensor]:
    return [torch.randn(n, n, dtype=dtype) for n in rng.sample(DISTINCT, 4)]


@pytest.mark.weight(2)
def test_norm_log_gives_the_norms_of_the_products(sweep, rng):
    matrices, doubles = (draw_matrices(rng, d) for d in (torch.float32, torch.float64))

    def every(function: Callable[[Tensor], Tensor]) -> Tensor:
        return torch.stack([function(m) for m in matrices])

    norm = torch.linalg.matrix_norm
    sweep.cases(
        log_norms,
        {
            "for four matrices": (matrices,),
            "for float64": (doubles,),
            "for a generator": (doubles, one_by_one),
            "for one matrix": (matrices[:1], tuple),
            "for no matrices": ([],),
            "for an empty generator": ([], one_by_one),
        },
        call="norm_log of four matrices, and of others",
        fault="norm_log does not give the norm of each product.",
        slips={
            "the norm of m, not of m @ m": every(norm),
            "the norm of m, squared, is not that of m @ m": every(
                lambda m: norm(m) ** 2
            ),
            "m * m multiplies entry by entry": every(lambda m: norm(m * m)),
            "the largest singular value is another norm": every(
                lambda m: norm(m @ m, 2)
            ),
            "m @ m.T is another product": every(lambda m: norm(m @ m.T)),
            "the root is missing": every(lambda m: norm(m @ m) ** 2),
        },
        causes={
            r"RuntimeError: .*(non-empty|empty)": (
                "torch.stack needs a tensor: return torch.empty(0) if there is none"
            ),
            r"TypeError: .*(no len|subscriptable)": "a generator has no len()",
        },
        because={
            "for float64": "the norms become float32: a new tensor needs a dtype",
            "for a generator": "a look at what comes only once uses it up",
        },
    )


@pytest.mark.weight(2)
@on_device
def test_norm_log_waits_for_the_device_once(observe, rng, device):
    matrices = draw_matrices(rng, torch.float64)

    norms, place, waits, arrivals, told = observe(
        log_norms_on_device,
        matrices,
        device,
        factor := rng.uniform(1.5, 2.5),
        call=say("norm_log(four matrices, {device})", device=repr(device)),
    )

    expect_equal(
        place,
        "cpu",
        "norm_log does not return the norms on the CPU.",
        slips={"the norms stay on the device: .cpu() at the end": device[:-2]},
    )
    expect_close(
        norms,
        torch.stack([(m @ m).norm() for m in matrices]),
        "norm_log does not give the norm of each product.",
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
        told,
        factor**2 * norms,
        "norm_log does not move each matrix once, and the norms back together.",
    )
