"""Residual adds block and skip, in value and gradient, and changes neither tensor."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_close, expect_equal, say
from model_construction_helpers import DISTINCT, forms

pytestmark = pytest.mark.exercise("model_construction.Residual")


class Keep(nn.Module):
    """A block that keeps what it returns."""

    def __init__(self, inner: int, out: int):
        super().__init__()
        self.linear = nn.Linear(inner, out)

    def forward(self, x: Tensor) -> Tensor:
        self.kept = self.linear(x)
        return self.kept


def run_residual(
    ex: Any, block: nn.Module, widths: list[int], x: Tensor
) -> tuple[Tensor, list[Tensor], int]:
    net = ex.Residual(block, *widths)
    blocks = {id(p) for p in block.parameters()}
    parameters = list(net.parameters())
    added = [p for p in parameters if id(p) not in blocks]
    return net(x), added, len(parameters) - len(added)


def keep_in_residual(ex: Any, block: Keep, widths: list[int], x: Tensor) -> Tensor:
    ex.Residual(block, *widths)(x)
    return block.kept


def pass_by_identity(ex: Any, d: int, x: Tensor) -> tuple[Tensor, Tensor]:
    return ex.Residual(nn.Identity(), d, d)(x), x


def gradient_of_residual(
    ex: Any, block: nn.Module, widths: list[int], x: Tensor
) -> tuple[Tensor, list[Tensor]]:
    net = ex.Residual(block, *widths)
    blocks = {id(p) for p in block.parameters()}
    x.requires_grad_()
    net(x).sum().backward()
    return x.grad, [p for p in net.parameters() if id(p) not in blocks]


def expect_added(added: list[Tensor], inner: int, out: int) -> None:
    expect_equal(
        forms(added),
        [] if inner == out else [f"float32 ({out}, {inner})"],
        "Residual does not add just the layer that it needs.",
        slips={
            "equal widths need no layer: x itself is added": lambda _: inner == out,
            "the layer beside the block has no bias": lambda got: len(got) == 2,
            "a layer made in forward is new at every call and never registered": (
                lambda got: got == []
            ),
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
@pytest.mark.parametrize("equal", [True, False], ids=["equal", "unequal"])
def test_residual_adds_block_and_skip(observe, rng, equal, leading):
    inner, out, *before = rng.sample(DISTINCT, 2 + leading)
    out = inner if equal else out
    block = nn.Sequential(nn.Linear(inner, out), nn.Tanh())
    x = torch.randn(*before, inner)

    y, added, registered = observe(
        run_residual,
        block,
        [inner, out],
        x,
        call=say(
            "Residual(block, {inner}, {out})(x) with x {shape}",
            inner=inner,
            out=out,
            shape=tuple(x.shape),
        ),
    )

    expect_equal(
        registered,
        2,
        "Residual does not register its block.",
        slips={
            "a plain list or tuple hides the block from nn.Module": (
                lambda count: count == 0 and len(added) < 2
            )
        },
    )
    expect_added(added, inner, out)
    skip = x if equal else nn.functional.linear(x, added[0])
    expect_close(
        y,
        block(x) + skip,
        "Residual does not compute block(x) + skip(x).",
        slips={
            "the skip is missing": block(x),
            "the block is missing": skip,
            "nothing follows the sum": torch.relu(block(x) + skip),
            "the two are added, not multiplied": block(x) * skip,
        },
    )


def test_residual_leaves_its_input_alone(observe, rng):
    d = rng.choice(DISTINCT)
    x = torch.randn(3, d)

    y, after = observe(
        pass_by_identity, d, x, call=say("Residual(nn.Identity(), {d}, {d})(x); x", d=d)
    )

    expect_equal(
        after,
        x,
        "Residual changes the caller's tensor.",
        slips={"a sum with += works on a tensor that somebody else holds": 2 * x},
    )
    expect_close(y, 2 * x, "Residual does not add the input to the block's output.")


@pytest.mark.parametrize("equal", [True, False], ids=["equal", "unequal"])
def test_residual_leaves_the_blocks_output_alone(observe, rng, equal):
    inner, out = rng.sample(DISTINCT, 2)
    out = inner if equal else out
    block = Keep(inner, out)
    x = torch.randn(3, inner)

    kept = observe(
        keep_in_residual,
        block,
        [inner, out],
        x,
        call=say(
            "Residual(block, {inner}, {out})(x); what block has returned",
            inner=inner,
            out=out,
        ),
    )

    expect_close(
        kept,
        block.linear(x),
        "Residual changes what its block has returned.",
        slips={
            "a sum with += works on a tensor that somebody else holds": lambda _: True
        },
    )


@pytest.mark.parametrize("equal", [True, False], ids=["equal", "unequal"])
def test_residual_passes_the_gradient_on_both_ways(observe, rng, equal):
    inner, out = rng.sample(DISTINCT, 2)
    out = inner if equal else out
    block = nn.Sequential(nn.Linear(inner, out), nn.Tanh())
    x = torch.randn(3, inner)

    gradient, added = observe(
        gradient_of_residual,
        block,
        [inner, out],
        x,
        call=say(
            "Residual(block, {inner}, {out})(x).sum().backward(); x.grad",
            inner=inner,
            out=out,
        ),
    )

    expect_added(added, inner, out)
    leaf = x.clone().requires_grad_()
    (through_block,) = torch.autograd.grad(block(leaf).sum(), leaf)
    through_skip = torch.ones(3, out) @ (torch.eye(inner) if equal else added[0])
    expect_close(
        gradient,
        through_block + through_skip,
        "The gradient does not flow through the block and past it.",
        slips={
            "the skip is cut off from the gradient": through_block,
            "the block is cut off from the gradient": through_skip,
        },
    )
