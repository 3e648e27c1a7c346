"""chain makes n blocks with parameters of their own and runs one after the other."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, say
from model_construction_helpers import DISTINCT, Failing, Hooked, forms, frozen, in_eval

pytestmark = pytest.mark.exercise("model_construction.chain")


class Block(nn.Module):
    """A block that notes in `runs` that it ran; each starts with different values."""

    def __init__(self, d: int, number: int, runs: list[int]):
        super().__init__()
        self.linear = nn.Linear(d, d)
        self.number = number
        self.runs = runs

    def forward(self, x: Tensor) -> Tensor:
        self.runs.append(self.number)
        return self.linear(x).tanh()


class BlockMaker:
    """Makes blocks, and keeps them in the order in which they were made."""

    def __init__(self, d: int):
        self.d = d
        self.made: list[Block] = []
        self.runs: list[int] = []

    def __call__(self) -> nn.Module:
        self.made.append(Block(self.d, len(self.made), self.runs))
        return self.made[-1]


def run_chain(
    ex: Any, d: int, n: int, x: Tensor
) -> tuple[int, list[Tensor], Tensor, list[tuple[Tensor, Tensor]], list[int]]:
    """Return calls of make_block, parameters, result, layers and the order of runs."""
    make_block = BlockMaker(d)
    net = ex.chain(make_block, n)
    calls, parameters = len(make_block.made), list(net.parameters())
    y = net(x)
    layers = [block.linear for block in make_block.made]
    pairs = [(layer.weight, layer.bias) for layer in layers]
    return calls, parameters, y, pairs, make_block.runs


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


def chain_two(ex: Any, d: int, n: int) -> list[Tensor]:
    """Return the parameters of two chains, one made after the other."""
    nets = [ex.chain(lambda: nn.Linear(d, d), n) for _ in range(2)]
    return [p for net in nets for p in net.parameters()]


def run_blocks(layers: list[tuple[Tensor, Tensor]], x: Tensor) -> Tensor:
    for weight, bias in layers:
        x = nn.functional.linear(x, weight, bias).tanh()
    return x


@pytest.mark.weight(2)
@pytest.mark.parametrize("n", [2, 5])
def test_chain_runs_independent_blocks_one_after_the_other(observe, rng, n):
    d = rng.choice(DISTINCT)
    x = torch.randn(4, d)

    calls, parameters, y, layers, runs = observe(
        run_chain,
        d,
        n,
        x,
        call=say("chain(make_block, {n})(x)", n=n),
        causes={
            "'function' object": "return the network itself, not a function",
            "ModuleList.*forward": "nn.ModuleList only holds; nn.Sequential also runs",
        },
    )

    expect_equal(
        calls,
        n,
        "chain does not call make_block once for each block.",
        slips={
            "make_block is called when the network runs, not when it is built": 0,
            "[make_block()] * n is one block, listed n times": (
                lambda calls: calls == 1 and len(parameters) == 2
            ),
            "copy.deepcopy copies the values too: call make_block for each block": (
                lambda calls: calls == 1 and len(parameters) == 2 * n
            ),
        },
    )
    expect_equal(
        sorted(forms(parameters)),
        sorted(forms(n * list(nn.Linear(d, d).parameters()))),
        "The blocks of the chain do not have parameters of their own.",
        slips={
            "modules kept in a plain list are invisible to nn.Module": (
                lambda got: got == []
            )
        },
    )
    expect_equal(
        runs,
        list(range(n)),
        "chain does not run each of its blocks once, in the order of their making.",
        slips={"return after the loop over the blocks, not in it": [0]},
    )
    weights = {tuple(p.reshape(-1).tolist()) for p in parameters}
    expect_equal(len(weights), 2 * n, "Blocks of the chain start with the same values.")
    expect_close(
        y,
        run_blocks(layers, x),
        "chain does not run its blocks one after the other.",
        slips={
            "each block runs on the output of the one before, not on x": (
                run_blocks(layers[-1:], x)
            ),
            "the outputs are added, not handed on": sum(
                (run_blocks([layer], x) for layer in layers), torch.zeros_like(x)
            ),
        },
    )


def test_chain_starts_with_other_values_each_time(observe, rng):
    d, n = rng.sample(DISTINCT, 2)

    parameters = observe(
        chain_two, d, n, call=say("chain(make_block, {n}), twice", n=n)
    )

    weights = {tuple(p.reshape(-1).tolist()) for p in parameters}
    expect_equal(
        len(weights), 4 * n, "Blocks of two chains start with the same values."
    )


@pytest.mark.weight(2)
def test_chain_keeps_its_promise_for_all_blocks(sweep, rng):
    d, hidden = rng.sample(DISTINCT, 2)
    x = torch.randn(3, d)
    cases: dict[str, list[nn.Module]] = {
        "for three blocks": [Hooked(d, d) for _ in range(3)],
        "for no block": [],
        "for one block": [Hooked(d, d)],
        "for twelve blocks": [Hooked(d, d) for _ in range(12)],
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
        count_failing,
        {
            "when a block cannot be made": (4, 3),
            "when the first cannot be made": (2, 1),
        },
        call="chain(make_block, n), where a call of make_block raises LookupError",
    )
