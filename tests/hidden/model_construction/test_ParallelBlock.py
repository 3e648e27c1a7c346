"""ParallelBlock joins what two registered networks give, on the last dimension."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, say
from model_construction_helpers import DISTINCT

pytestmark = pytest.mark.exercise("model_construction.ParallelBlock")


def run_parallel(ex: Any, nets: list[nn.Module], x: Tensor) -> Tensor:
    return ex.ParallelBlock(*nets)(x)


def parallel_parameters(ex: Any, nets: list[nn.Module]) -> int:
    return len(list(ex.ParallelBlock(*nets).parameters()))


@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
def test_parallel_joins_on_the_last_dimension(observe, rng, leading):
    inner, width1, width2 = rng.sample(DISTINCT, 3)
    one, two = nn.Linear(inner, width1), nn.Linear(inner, width2)
    x = torch.randn(*rng.sample(DISTINCT, leading), inner)

    y = observe(
        run_parallel,
        [one, two],
        x,
        call=say(
            "ParallelBlock(Linear({inner}, {width1}), Linear({inner}, {width2}))(x) "
            "with x {shape}",
            inner=inner,
            width1=width1,
            width2=width2,
            shape=tuple(x.shape),
        ),
    )

    expect_close(
        y,
        torch.cat([one(x), two(x)], dim=-1),
        "ParallelBlock does not join the two outputs on the last dimension.",
        slips={
            "net1's output comes first": torch.cat([two(x), one(x)], dim=-1),
            "both halves come from net1": torch.cat([one(x), one(x)], dim=-1),
            "both halves come from net2": torch.cat([two(x), two(x)], dim=-1),
        },
    )


@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
def test_parallel_joins_equal_widths_on_the_last_dimension(observe, rng, leading):
    d, *before = rng.sample(DISTINCT, 1 + leading)
    one, two = nn.Linear(d, d), nn.Linear(d, d)
    x = torch.randn(*before, d)

    y = observe(
        run_parallel,
        [one, two],
        x,
        call=say(
            "ParallelBlock of two Linear({d}, {d}), on x {shape}",
            d=d,
            shape=tuple(x.shape),
        ),
    )

    ys = [one(x), two(x)]
    expect_close(
        y,
        torch.cat(ys, dim=-1),
        "ParallelBlock does not join the two outputs on the last dimension.",
        slips={
            "net1's output comes first": torch.cat(ys[::-1], dim=-1),
            "both halves come from net1": torch.cat([ys[0], ys[0]], dim=-1),
            "net2 runs on x, not on net1's output": torch.cat([ys[0], two(ys[0])], -1),
            "torch.cat joins on dim 0 unless told otherwise": torch.cat(ys),
            "dim=1 is the last dimension of a batch of vectors only: write dim=-1": (
                torch.cat(ys, dim=min(1, leading))
            ),
            "the outputs are added, not joined": ys[0] + ys[1],
            "torch.stack makes a new dimension, torch.cat joins on an existing one": (
                lambda y: y.dim() == x.dim() + 1
            ),
        },
    )


def test_parallel_registers_both_networks(observe):
    nets = [nn.Linear(3, 2), nn.Linear(3, 4)]

    count = observe(
        parallel_parameters, nets, call="ParallelBlock(Linear, Linear).parameters()"
    )

    expect_equal(
        count,
        4,
        "ParallelBlock does not register both networks.",
        slips={"modules in a plain list or tuple are invisible to nn.Module": 0},
    )
