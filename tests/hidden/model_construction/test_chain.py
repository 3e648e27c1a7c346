"""chain makes n blocks with parameters of their own and runs one after the other."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import say
from model_construction_helpers import DISTINCT, Failing, Hooked, forms, frozen, in_eval

pytestmark = pytest.mark.exercise("model_construction.chain")


class Block(nn.Module):
    """A block whose number decides its values; it notes in `runs` that it ran."""

    def __init__(self, d: int, number: int, runs: list[int]):
        super().__init__()
        self.linear = nn.Linear(d, d)
        self.number = number
        self.runs = runs
        with torch.no_grad():
            for p in self.parameters():
                p.copy_(
                    torch.arange(1, p.numel() + 1).mul(number + 0.7).sin().view_as(p)
                )

    def forward(self, x: Tensor) -> Tensor:
        self.runs.append(self.number)
        return self.linear(x).tanh()


def run_chain(ex: Any, d: int, n: int, x: Tensor) -> dict[str, Any]:
    """Return the calls of make_block, parameters, order of runs and result."""
    made: list[Block] = []
    runs: list[int] = []

    def make_block() -> nn.Module:
        made.append(Block(d, len(made), runs))
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


def chain_of(ex: Any, blocks: list[nn.Module], x: Tensor) -> dict[str, Any]:
    """Return what becomes of blocks that are handed out one after the other."""
    rest = iter(blocks)
    net = ex.chain(lambda: next(rest), len(blocks))
    held = {id(module) for module in net.modules()}
    return {
        "result": net(x),
        "again": net(x),
        "used itself": [id(block) in held for block in blocks],
        "training": [block.training for block in blocks],
        "trainable": [[p.requires_grad for p in b.parameters()] for b in blocks],
    }


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
    blocks = [Block(d, i, []) for i in range(3)]
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
            "return after the loop over the blocks, not in it": (
                lambda seen: seen["order of runs"] == [0]
            ),
            "the block made first runs first": (
                lambda seen: seen["order of runs"] == [2, 1, 0]
            ),
            "the outputs are added, not handed on": (
                lambda seen: torch.allclose(seen["result"], added)
            ),
            "each block runs on the output of the one before, not on x": (
                lambda seen: torch.allclose(seen["result"], blocks[-1](x))
            ),
        },
        because={"for no block": "0 blocks give the identity, an nn.Module as well"},
    )


@pytest.mark.weight(2)
def test_chain_keeps_its_promise_for_all_blocks(sweep, rng):
    d, hidden = rng.sample(DISTINCT, 2)
    x = torch.randn(3, d)
    cases: dict[str, list[nn.Module]] = {
        "for three blocks": [Hooked(d, d) for _ in range(3)],
        "for blocks of different widths": [Hooked(d, hidden), Hooked(hidden, d)],
        "for blocks in eval mode": [in_eval(Hooked(d, d)), Hooked(d, d)],
        "for frozen blocks": [frozen(Hooked(d, d)), Hooked(d, d)],
        "for blocks without parameters": [nn.Tanh(), nn.Softmax(-1), nn.Tanh()],
        "for blocks that are chains": [nn.Sequential(Hooked(d, d)), nn.Sequential()],
        "when a block raises an exception": [Hooked(d, d), Failing()],
    }
    sweep.cases(
        chain_of,
        {when: (blocks, x) for when, blocks in cases.items()},
        call=say("chain(make_block, n)(x) with x {x}", x=x),
        raises=(LookupError,),
    )
    sweep.cases(
        count_starts,
        {"": (d, n := rng.randrange(3, 50))},
        call=say(
            "chain(make_block, {n}), twice; how many values its parameters start with",
            n=n,
        ),
        fault="Blocks of a chain start with the same values.",
    )
    sweep.cases(
        count_failing,
        {"when a block cannot be made": (4, 3), "when the first cannot be": (2, 1)},
        call="chain(make_block, n), where a call of make_block raises LookupError",
    )
