"""ParallelBlock joins what two registered networks give, on the last dimension."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import (
    MODULES,
    TENSORS,
    Module,
    expect_close,
    expect_equal,
    say,
)
from model_construction_helpers import (
    DISTINCT,
    Failing,
    Hooked,
    frozen,
    in_eval,
    use_networks,
)

pytestmark = pytest.mark.exercise("model_construction.ParallelBlock")


def run_parallel(ex: Any, nets: list[nn.Module], x: Tensor) -> Tensor:
    return ex.ParallelBlock(*nets)(x)


def parallel_parameters(ex: Any, nets: list[nn.Module]) -> int:
    return len(list(ex.ParallelBlock(*nets).parameters()))


@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
def test_parallel_joins_on_the_last_dimension(observe, rng, leading):
    d, *before = rng.sample(DISTINCT, 1 + leading)
    one, two = nn.Linear(d, d), nn.Linear(d, d)
    x = torch.randn(*before, d)

    y = observe(
        run_parallel,
        [one, two],
        x,
        call=say("ParallelBlock of two Linear({d}, {d}), on x {x}", d=d, x=x),
        causes={"Dimension out of range": "the last dimension is dim=-1, not dim=1"},
    )

    ys = [one(x), two(x)]
    expect_close(
        y,
        torch.cat(ys, dim=-1),
        "ParallelBlock does not join the two outputs on the last dimension.",
        slips={
            "net1's output comes first": torch.cat(ys[::-1], dim=-1),
            "both halves come from net1": torch.cat([ys[0], ys[0]], dim=-1),
            "both halves come from net2": torch.cat([ys[1], ys[1]], dim=-1),
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


@pytest.mark.weight(2)
def test_parallel_keeps_its_promise_in_every_state(sweep, rng):
    inner, *widths = rng.sample(DISTINCT, 3)

    sweep(
        Module("ParallelBlock", filled=False),
        *(nn.Linear(inner, width) for width in widths),
        inputs=lambda *lead: (torch.randn(*lead, inner),),
        columns=(*TENSORS, *MODULES),
        call=say("ParallelBlock(net1, net2)(x), widths {widths}", widths=widths),
    )


def test_parallel_uses_the_two_networks_as_they_are(sweep, rng):
    inner, one, two = rng.sample(DISTINCT, 3)
    x = torch.randn(4, inner)

    def nets() -> list[nn.Module]:
        return [Hooked(inner, one), Hooked(inner, two)]

    cases = {
        "for networks with hooks": nets(),
        "for networks in eval mode": [in_eval(net) for net in nets()],
        "for one network in eval mode": [nets()[0], in_eval(nets()[1])],
        "for frozen networks": [frozen(nets()[0]), nets()[1]],
        "for networks without parameters": [nn.Tanh(), nn.Identity()],
        "for networks of width 1": [nn.Linear(inner, 1), nn.Linear(inner, 1)],
        "for a network on both sides": [one_net := Hooked(inner, one), one_net],
        "when net1 raises an exception": [Failing(), *nets()[:1]],
        "when net2 raises an exception": [*nets()[:1], Failing()],
    }
    sweep.cases(
        use_networks,
        {when: ("ParallelBlock", given, x) for when, given in cases.items()},
        call="ParallelBlock(net1, net2)(x); net1, net2",
        raises=(LookupError,),
    )
