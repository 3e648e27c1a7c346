"""chain makes n blocks with parameters of their own and runs one after the other."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import CALLS, MODULES, fill, say
from model_construction_helpers import DISTINCT, ON_A_PAIR, Hooked, expect_used, forms

pytestmark = pytest.mark.exercise("model_construction.chain")


def numbered(d: int, number: int) -> nn.Module:
    """Return a block whose number decides its values."""
    block = fill(nn.Linear(d, d))
    with torch.no_grad():
        block.weight.mul_(number + 1)
    return nn.Sequential(block, nn.Tanh())


def run_chain(ex: Any, d: int, n: int, x: Tensor) -> dict[str, Any]:
    """Return the calls of make_block, parameters, order of runs and result."""
    made: list[nn.Module] = []
    runs: list[int] = []

    def make_block() -> nn.Module:
        number = len(made)
        made.append(numbered(d, number))
        made[-1].register_forward_pre_hook(lambda *_: runs.append(number))
        return made[-1]

    net = ex.chain(make_block, n)
    calls, parameters = len(made), forms(list(net.parameters()))
    result = net(x)
    return {
        "calls of make_block": calls,
        "parameters": parameters,
        "order of runs": runs,
        "result": result,
    }


def count_starts(ex: Any, d: int, n: int) -> int:
    """Return how many values the parameters of two chains start with."""
    nets = [ex.chain(lambda: nn.Linear(d, d), n) for _ in range(2)]
    return len({tuple(p.flatten().tolist()) for net in nets for p in net.parameters()})


def chain_of_two(ex: Any, d: int) -> nn.Module:
    return fill(ex.chain(lambda: nn.Linear(d, d), 2))


def count_failing(ex: Any, n: int, fails_at: int) -> int:
    """Return how many blocks are made when one cannot be made."""
    calls = 0

    def make_block() -> nn.Module:
        nonlocal calls
        calls += 1
        if calls == fails_at:
            raise LookupError("this block cannot be made")
        return nn.Tanh()

    try:
        ex.chain(make_block, n)
    except LookupError:
        return calls
    return -1


@pytest.mark.weight(2)
def test_chain_runs_independent_blocks_one_after_the_other(sweep, rng):
    d = rng.choice(DISTINCT)
    x = torch.randn(4, d)
    blocks = [numbered(d, i) for i in range(3)]
    added = sum((block(x) for block in blocks), torch.zeros_like(x))
    calls = "calls of make_block"
    sweep.cases(
        run_chain,
        {
            "for three blocks": (d, 3, x),
            "for no block": (d, 0, x),
            "for one block": (d, 1, x),
            "for twelve blocks": (d, 12, x),
        },
        call=say("chain(make_block, n)(x) with x {x}", x=x),
        causes={
            "'function' object": "return the network itself, not a function",
            "ModuleList.*forward": "nn.ModuleList only holds; nn.Sequential also runs",
        },
        slips={
            "make_block is called when the network runs, not when it is built": (
                lambda seen: seen[calls] == 0
            ),
            "[make_block()] * n is one block, listed n times": (
                lambda seen: seen[calls] == 1 and len(seen["parameters"]) == 2
            ),
            "a deep copy has the same values: call make_block once for each block": (
                lambda seen: seen[calls] == 1
            ),
            "make_block is called too often": lambda seen: seen[calls] == 4,
            "modules kept in a plain list are invisible to nn.Module": (
                lambda seen: seen["parameters"] == []
            ),
            "the block made first runs first": (
                lambda seen: seen["order of runs"] == [2, 1, 0]
            ),
            "the outputs are added, not handed on": (
                lambda seen: torch.allclose(seen["result"], added)
            ),
        },
        because={"for no block": "0 blocks give the identity, an nn.Module as well"},
    )


@pytest.mark.weight(2)
def test_chain_keeps_its_promise_for_all_blocks(sweep, rng):
    d, hidden = rng.sample(DISTINCT, 2)
    expect_used(
        sweep,
        "chain",
        d,
        lambda net, _: [Hooked(d, d), net],
        {
            "for blocks of different widths": [Hooked(d, hidden), Hooked(hidden, d)],
            "for blocks that hand on a pair": ON_A_PAIR,
        },
    )
    sweep(
        chain_of_two,
        d,
        inputs=lambda *lead: (torch.randn(*lead, d),),
        columns=("plain", *CALLS, *MODULES),
        call="chain(make_block, 2)(x)",
    )
    sweep.cases(
        count_starts,
        {"": (d, 5)},
        call="chain(make_block, 5), twice; how many values its parameters start with",
        fault="Blocks of a chain start with the same values.",
    )
    sweep.cases(
        count_failing,
        {"when a block cannot be made": (4, 3), "when the first cannot be": (2, 1)},
        call="chain(make_block, n), where a call of make_block raises LookupError",
    )
