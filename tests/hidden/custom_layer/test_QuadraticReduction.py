"""QuadraticReduction computes its double sum row by row, and its weight learns."""

from typing import Any

import pytest
import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode

from custom_layer_helpers import (
    DISTINCT,
    Loaded,
    expect_drawn,
    sweep_call,
    sweep_widths,
)
from grader.observe import MODULES, TENSORS, Module, expect_close, expect_true, say

pytestmark = pytest.mark.exercise("custom_layer.QuadraticReduction")


class Largest(TorchDispatchMode):
    """Notes the size of the largest tensor that is made under it."""

    numel = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        result = func(*args, **(kwargs or {}))
        made = result if isinstance(result, (list, tuple)) else [result]
        sizes = [t.numel() for t in made if isinstance(t, Tensor)]
        self.numel = max([self.numel, *sizes])
        return result


def run_quadratic(ex: Any, weight: Tensor, x: Tensor) -> tuple[Tensor, int]:
    layer = Loaded("QuadraticReduction", weight=weight)(ex, *weight.shape[1:])
    with Largest() as largest:
        y = layer(x)
    return y, largest.numel


def quadratic_on_meta(ex: Any, sizes: list[int]) -> str:
    """Return where the result lies, and its dtype."""
    kind = {"device": "meta", "dtype": torch.float64}
    y = ex.QuadraticReduction(*sizes).to(**kind)(torch.ones(4, sizes[0], **kind))
    return f"{y.dtype} on {y.device}, {tuple(y.shape)}"


def quadratic(weight: Tensor, x: Tensor) -> Tensor:
    """Sum over i and j one after the other."""
    rows = torch.stack([x @ plane for plane in weight.unbind(-1)], dim=-1)
    return (rows * x.unsqueeze(-1)).sum(-2)


@pytest.mark.weight(2)
def test_quadratic_computes_its_sum(sweep, rng):
    inner, units, *shape = rng.sample(DISTINCT, 4)
    sizes = inner, units
    weight, x = torch.randn(inner, *sizes), torch.randn(*shape, inner)
    triangle = weight * torch.ones(inner, inner).triu().unsqueeze(-1)
    diagonal = weight * torch.eye(inner).unsqueeze(-1)
    total = quadratic(weight, x).reshape(-1, units).sum(0)

    sweep_call(
        sweep,
        (Loaded("QuadraticReduction", weight=weight), sizes, None, x),
        call=say("QuadraticReduction{sizes}(x) with x {x}", sizes=sizes, x=x),
        fault="QuadraticReduction does not compute sum over i, j of W_ijk x_i x_j.",
        slips={
            "pairs with i > j are left out": quadratic(triangle, x),
            "pairs with i ≠ j are left out": quadratic(diagonal, x),
            "the sum runs over the batch too": total,
        },
    )


@pytest.mark.parametrize("batch", [(256,), (1, 256), (256, 1)], ids=str)
def test_quadratic_keeps_inputs_of_a_batch_apart(observe, rng, batch):
    inner, units = sizes = rng.sample(range(2, 5), 2)
    weight, x = torch.randn(inner, inner, units), torch.randn(*batch, inner)
    call = say("QuadraticReduction{sizes}(x) with x {x}", sizes=tuple(sizes), x=x)

    y, largest = observe(run_quadratic, weight, x, call=call)

    expect_true(
        largest < 256 * 256,
        "QuadraticReduction combines every input of a batch with every other.",
        expected=say(
            "tensors that grow with the batch, such as (256, {n}, {n})", n=inner
        ),
        got=say("a tensor of {largest} entries", largest=largest),
        cause="x @ W @ x.T pairs all inputs; only its diagonal matters",
    )
    fault = "QuadraticReduction is wrong for a large batch."
    expect_close(y, quadratic(weight, x), fault, rtol=1e-4, atol=1e-4)


def test_quadratic_starts_at_a_random_weight(observe, rng):
    sizes = rng.sample(range(2, 5), 2)
    call = say("QuadraticReduction{sizes}.weight, many times", sizes=tuple(sizes))

    expect_drawn(observe, "QuadraticReduction", sizes, "weight", call)


def test_quadratic_learns_and_takes_tensors_of_every_kind(sweep, rng):
    sizes = rng.sample(DISTINCT, 2)

    sweep.cases(
        quadratic_on_meta,
        {"on another device": (sizes,)},
        call="QuadraticReduction(…) and x, both of float64 on the meta device",
        slips={
            "torch.zeros(…) without dtype is float32": lambda k: k.startswith(
                "torch.float32 "
            ),
            "torch.zeros(…) without device is on the CPU": lambda k: "cpu" in k,
        },
    )
    sweep(
        Module("QuadraticReduction"),
        *sizes,
        inputs=lambda *lead: (torch.randn(*lead, sizes[0]),),
        columns=(*TENSORS, "nan", "blank", *MODULES),
        call=say("QuadraticReduction{sizes}(x)", sizes=tuple(sizes)),
    )
    sweep_widths(sweep, "QuadraticReduction", sizes[0])
