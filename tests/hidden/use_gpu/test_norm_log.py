"""norm_log gives the norms of all products and waits for the device once."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.observe import expect_close, expect_equal, expect_true, say
from grader.sim import Drift, metered
from use_gpu_helpers import DISTINCT, on_device

pytestmark = pytest.mark.exercise("use_gpu.norm_log")


def log_norms(
    ex: Any, matrices: list[Tensor], make: Any = list, *others: list[Tensor]
) -> Tensor:
    """Return the norms, with those of others behind: the dtype of none is free."""
    several = [matrices, *others]
    norms = [ex.norm_log(make(each), torch.device("cpu")) for each in several]
    return torch.cat(norms) if others else norms[0]


def log_norms_on_device(
    ex: Any, matrices: list[Tensor], device: str, factor: float
) -> tuple[Tensor, str, int, int]:
    """Return the norms, if they come back, and where they are, waits and moves.

    Copies between devices change values.
    """
    with metered(device) as meter, Drift(factor, meter):
        norms = ex.norm_log(matrices, device)
        waits, arrivals = meter.waits, meter.arrivals
    back = norms if norms.is_cpu else torch.empty(0)
    return back, norms.device.type, waits, arrivals


def draw_matrices(rng, dtype: torch.dtype) -> list[Tensor]:
    return [torch.randn(n, n, dtype=dtype) for n in rng.sample(DISTINCT, 4)]


@pytest.mark.weight(2)
def test_norm_log_gives_the_norms_of_the_products(sweep, rng):
    matrices, doubles = (draw_matrices(rng, d) for d in (torch.float32, torch.float64))

    def every(function: Callable[[Tensor], Tensor]) -> Tensor:
        return torch.stack([function(m) for m in matrices])

    halves = [rng.randrange(17, 30) * torch.eye(3).half(), torch.zeros(0, 0).half()]
    norm = torch.linalg.matrix_norm
    sweep.cases(
        log_norms,
        {
            "for four matrices": (matrices,),
            "for float64": (doubles,),
            "for float16": (halves,),
            "for sizes that repeat": ([*doubles, doubles[0] + 1],),
            "for an iterator": (doubles, iter),
            "for one matrix": (matrices[:1], tuple),
            "for no matrices": ([], list, matrices),
            "for an empty iterator": ([], iter, matrices),
        },
        call="norm_log of four matrices, and of others",
        fault="norm_log does not give the norm of each product.",
        slips={
            "the norm of m, not of m @ m": every(norm),
            "the norm of m, squared, is another": every(lambda m: norm(m) ** 2),
            "m * m multiplies entry by entry": every(lambda m: norm(m * m)),
            "the spectral norm is another": every(lambda m: norm(m @ m, 2)),
            "m @ m.T is another product": every(lambda m: norm(m @ m.T)),
            "the root is missing": every(lambda m: norm(m @ m) ** 2),
        },
        causes={
            r"RuntimeError: .*(non-empty|empty)": "torch.stack needs a tensor: return "
            "torch.empty(0) if there is none",
            r"TypeError: .*(no len|subscriptable)": "a generator has no len()",
        },
        because={
            "for float64": "the norms become float32: a new tensor needs a dtype",
            "for float16": "squares are infinite in float16 where the norm is not: "
            "take torch's norm",
            "for sizes that repeat": "the norms come in the order of the matrices",
            "for an iterator": "a look at what comes only once uses it up",
        },
    )


@pytest.mark.weight(2)
@on_device
def test_norm_log_waits_for_the_device_once(observe, rng, device):
    matrices = draw_matrices(rng, torch.float64)

    call = say("norm_log(four matrices, {device})", device=repr(device))
    factor = rng.uniform(1.5, 2.5)

    norms, place, waits, arrivals = observe(
        log_norms_on_device, matrices, device, factor, call=call
    )

    stay = "the norms stay on the device: .cpu() at the end"
    fault = "norm_log does not return the norms on the CPU."
    expect_equal(place, "cpu", fault, slips={stay: device[:-2]})
    often = "item, cpu or a write into a CPU tensor per matrix waits at every step"
    never = "the products are not computed on the device at all"
    if arrivals:
        never = "with non_blocking the host goes on before the norms have come"
    fault = "norm_log does not bring the norms back together."
    expect_equal(waits, 1, fault, slips={often: lambda waits: waits > 1, never: 0})
    expect_true(
        1 <= arrivals <= len(matrices),
        "norm_log does not move each matrix once.",
        expected=say("{n} moves", n=len(matrices)),
        got=say("{arrivals}", arrivals=arrivals),
        cause="m.to(device) @ m.to(device) moves m twice" if arrivals > 4 else None,
    )
    fault = "norm_log moves a matrix twice, or not all norms back together."
    wanted = torch.stack([factor**2 * (m @ m).norm() for m in matrices])
    expect_close(norms, wanted, fault)
