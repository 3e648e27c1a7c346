"""ParallelBlock joins what two registered networks give, on the last dimension."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import Module, say
from model_construction_helpers import (
    DISTINCT,
    STATES,
    Apply,
    Hooked,
    expect_used,
    fail,
)

pytestmark = pytest.mark.exercise("model_construction.ParallelBlock")


def run_parallel(ex: Any, nets: list[nn.Module], x: Tensor) -> Tensor:
    return ex.ParallelBlock(*nets)(x).clone()


def test_parallel_joins_on_the_last_dimension(sweep, rng):
    n, m, d = rng.sample(DISTINCT, 3)
    one, two = nets = [nn.Linear(d, d), nn.Linear(d, d)]
    x = torch.randn(n, d)
    last = "dim=1 is the last dimension of a batch of vectors only: write dim=-1"

    ys = [one(x), two(x)]
    sweep.cases(
        run_parallel,
        {
            "for a batch": (nets, x),
            "for a vector": (nets, torch.randn(d)),
            "for two leading axes": (nets, torch.randn(n, m, d)),
        },
        call=say("ParallelBlock of two Linear({d}, {d})", d=d),
        slips={
            "net1's output comes first": torch.cat(ys[::-1], dim=-1),
            "both halves come from net1": torch.cat([ys[0], ys[0]], dim=-1),
            "both halves come from net2": torch.cat([ys[1], ys[1]], dim=-1),
            "net2 runs on x, not on net1's output": torch.cat([ys[0], two(ys[0])], -1),
            "torch.cat joins on dim 0 unless told otherwise": torch.cat(ys),
            "torch.stack makes a new dimension, torch.cat joins on an existing one": (
                lambda y: y.dim() == 3
            ),
        },
        because={"for a vector": last, "for two leading axes": last},
    )


@pytest.mark.weight(2)
def test_parallel_uses_the_two_networks_as_they_are(sweep, rng):
    d = rng.choice(DISTINCT)
    on_both_sides = Hooked(d, d)
    expect_used(
        sweep,
        "ParallelBlock",
        d,
        lambda net, twin: [net, twin],
        {
            "for one network in eval mode": [Hooked(d, d), Hooked(d, d).eval()],
            "for networks of width 1": [nn.Linear(d, 1), nn.Linear(d, 1)],
            "for a network on both sides": [on_both_sides, on_both_sides],
            "when net2 raises an exception": [Hooked(d, d), Apply(fail)],
        },
        because={
            "for a network on both sides": "a copy is another module: use the one that "
            "is given",
        },
    )


@pytest.mark.weight(2)
def test_parallel_keeps_its_promise_in_every_state(sweep, rng):
    inner, *widths = rng.sample(DISTINCT, 3)

    sweep(
        Module("ParallelBlock", filled=False),
        *(nn.Linear(inner, width) for width in widths),
        inputs=lambda *lead: (torch.randn(*lead, inner),),
        columns=STATES,
        call=say("ParallelBlock(net1, net2)(x), widths {widths}", widths=widths),
    )
