"""chain makes n blocks with parameters of their own and runs one after the other."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, expect_true, say
from model_construction_helpers import DISTINCT, forms

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


def make_chain(ex: Any, d: int, n: int) -> tuple[int, list[Tensor]]:
    make_block = BlockMaker(d)
    net = ex.chain(make_block, n)
    calls = len(make_block.made)
    parameters = list(net.parameters()) if isinstance(net, nn.Module) else []
    return calls, parameters


def run_chain(
    ex: Any, d: int, n: int, x: Tensor
) -> tuple[Tensor, list[tuple[Tensor, Tensor]], list[int]]:
    make_block = BlockMaker(d)
    y = ex.chain(make_block, n)(x)
    layers = [block.linear for block in make_block.made]
    return y, [(layer.weight, layer.bias) for layer in layers], make_block.runs


def type_of_chain(ex: Any, d: int, n: int) -> tuple[bool, bool, bool]:
    net = ex.chain(BlockMaker(d), n)
    return isinstance(net, nn.Module), callable(net), type(net) is nn.ModuleList


def run_blocks(layers: list[tuple[Tensor, Tensor]], x: Tensor) -> Tensor:
    for weight, bias in layers:
        x = nn.functional.linear(x, weight, bias).tanh()
    return x


def test_chain_is_a_module_that_can_run(observe):
    is_module, is_callable, is_module_list = observe(
        type_of_chain, 3, 2, call="chain(make_block, 2)"
    )

    expect_true(
        is_module,
        "chain does not return an nn.Module.",
        expected="an nn.Module",
        got="a function" if is_callable else "something else",
        cause="return the network itself, not a function that runs the blocks"
        if is_callable
        else "put the blocks in an nn.Sequential",
    )
    expect_true(
        not is_module_list,
        "chain returns a module that cannot run.",
        expected="a module with a forward",
        got="an nn.ModuleList",
        cause="nn.ModuleList only holds modules; nn.Sequential also runs them",
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("n", [1, 2, 5])
def test_chain_makes_independent_blocks(observe, rng, n):
    d = rng.choice(DISTINCT)

    calls, parameters = observe(
        make_chain, d, n, call=say("chain(make_block, {n})", n=n)
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
    weights = {tuple(p.reshape(-1).tolist()) for p in parameters}
    expect_equal(len(weights), 2 * n, "Blocks of the chain start with the same values.")


@pytest.mark.weight(2)
@pytest.mark.parametrize("n", [2, 5])
def test_chain_runs_its_blocks_one_after_the_other(observe, rng, n):
    d = rng.choice(DISTINCT)
    x = torch.randn(4, d)

    y, layers, runs = observe(
        run_chain, d, n, x, call=say("chain(make_block, {n})(x)", n=n)
    )

    expect_equal(
        sorted(runs),
        list(range(n)),
        "chain does not run each of its blocks once.",
        slips={
            "[make_block()] * n is one block, listed n times": [0] * n,
            "return after the loop over the blocks, not in it": [0],
        },
    )
    expect_equal(
        [forms(list(layer)) for layer in layers],
        [forms(list(nn.Linear(d, d).parameters()))] * n,
        "chain does not keep the blocks as they were made.",
    )
    expect_close(
        y,
        run_blocks([layers[i] for i in runs], x),
        "chain does not run its blocks one after the other.",
        slips={
            "each block runs on the output of the one before, not on x": (
                run_blocks([layers[runs[-1]]], x)
            ),
            "the outputs are added, not handed on": sum(
                (run_blocks([layer], x) for layer in layers), torch.zeros_like(x)
            ),
        },
    )


def test_chain_of_no_blocks_is_the_identity(observe):
    x = torch.randn(2, 3)

    y, *_ = observe(run_chain, 3, 0, x, call="chain(make_block, 0)(x)")

    expect_close(y, x, "chain of no blocks is not the identity.")
