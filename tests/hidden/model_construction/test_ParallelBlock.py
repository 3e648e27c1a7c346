"""ParallelBlock joins what two registered networks give, on the last dimension."""

import pytest
import torch
from torch import nn

from grader.observe import Module, say
from model_construction_helpers import DISTINCT, STATES, Hooked, expect_used

pytestmark = pytest.mark.exercise("model_construction.ParallelBlock")


@pytest.mark.weight(2)
def test_parallel_joins_on_the_last_dimension_in_every_state(sweep, rng):
    d = rng.choice(DISTINCT)
    one, two = nets = [nn.Linear(d, d), nn.Linear(d, d)]
    x = torch.randn(3, d)
    ys = [one(x), two(x)]

    sweep(
        Module("ParallelBlock", filled=False),
        *nets,
        inputs=lambda *lead: (x if lead == (3,) else torch.randn(*lead, d),),
        columns=STATES,
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
        causes={
            "Dimension out of range": "dim=1 is the last dimension of a batch of "
            "vectors only: write dim=-1"
        },
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
            "for networks of other widths": [nn.Linear(d, 1), nn.Linear(d, d + 1)],
            "for a network on both sides": [on_both_sides, on_both_sides],
        },
        because={
            "for a network on both sides": "a copy is another module: use the one that "
            "is given",
        },
    )
