"""Residual adds block and skip, in value and gradient, and changes neither tensor."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import Module, expect_close, expect_equal, expect_unchanged, say
from model_construction_helpers import (
    DISTINCT,
    STATES,
    Failing,
    Hooked,
    expect_used,
    forms,
    frozen,
    in_eval,
)

pytestmark = pytest.mark.exercise("model_construction.Residual")

IN_PLACE = "a sum in place, such as +=, works on a tensor that somebody else holds"
CAUSES = {
    "in-?place": IN_PLACE,
    "The size of tensor a": "where the widths differ, skip is a Linear layer",
}


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
) -> tuple[Tensor, Tensor, Tensor, list[Tensor], int]:
    """Return result, x and its gradient; parameters added, how many are the block's."""
    net = ex.Residual(block, *widths)
    blocks = {id(p) for p in block.parameters()}
    parameters = list(net.parameters())
    added = [p for p in parameters if id(p) not in blocks]
    y = net(x.requires_grad_())
    y.sum().backward()
    return y, x, x.grad, added, len(parameters) - len(added)


def keep_in_residual(ex: Any, d: int, x: Tensor) -> tuple[Tensor, Tensor, bool]:
    """Return result, the block's output, and whether both are one tensor."""
    block = Keep(d, d)
    y = ex.Residual(block, d, d)(x)
    return y, block.kept, y is block.kept


def draw_widths(rng, kind: str) -> tuple[int, int]:
    """Return in_features and out_features: equal, more or fewer."""
    few, many = sorted(rng.sample(DISTINCT, 2))
    return {"equal": (many, many), "more": (few, many), "fewer": (many, few)}[kind]


@pytest.mark.weight(2)
@pytest.mark.parametrize("widths", ["equal", "more", "fewer"])
def test_residual_adds_block_and_skip(observe, rng, widths):
    inner, out = draw_widths(rng, widths)
    more = [nn.PReLU() for _ in range(rng.randrange(50))]
    block = nn.Sequential(nn.Linear(inner, out), nn.Tanh(), *more)
    x = torch.randn(rng.choice(DISTINCT), inner)

    y, after, gradient, added, registered = observe(
        run_residual,
        block,
        [inner, out],
        x,
        call=say("Residual(block, {i}, {o})(x), x {x}", i=inner, o=out, x=x),
        causes=CAUSES,
    )

    expect_unchanged(after, x, "Residual changes the caller's tensor.", cause=IN_PLACE)
    expect_equal(
        registered,
        2 + len(more),
        "Residual does not register its block.",
        slips={"a plain list or tuple hides the block from nn.Module": 0},
    )
    expect_equal(
        forms(added),
        [] if inner == out else [f"float32 ({out}, {inner})"],
        "Residual does not add just the layer that it needs.",
        slips={
            "equal widths need no layer: x itself is added": lambda _: inner == out,
            "the layer beside the block has no bias": lambda got: len(got) == 2,
            "where the widths differ, skip is a Linear layer made in __init__": [],
        },
    )
    x.requires_grad_()
    skip = x if inner == out else nn.functional.linear(x, added[0])
    results = block(x), skip
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
    parts = [torch.autograd.grad(t, x, torch.ones_like(t))[0] for t in results]
    expect_close(
        gradient,
        parts[0] + parts[1],
        "The gradient does not flow through the block and past it.",
        slips={
            "the skip is cut off from the gradient": parts[0],
            "the block is cut off from the gradient": parts[1],
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("equal", [True, False], ids=["equal", "unequal"])
def test_residual_keeps_its_promise_in_every_state(sweep, rng, equal):
    inner, hidden, out = rng.sample(DISTINCT, 3)
    out = inner if equal else out
    block = nn.Sequential(nn.Linear(inner, hidden), nn.Tanh(), nn.Linear(hidden, out))

    sweep(
        Module("Residual"),
        block,
        inner,
        out,
        inputs=lambda *lead: (torch.randn(*lead, inner),),
        columns=STATES,
        call=say("Residual(block, {inner}, {out})(x)", inner=inner, out=out),
        causes=CAUSES,
    )


@pytest.mark.weight(2)
def test_residual_uses_its_block_as_it_is(sweep, rng):
    d = rng.choice(DISTINCT)
    cases = {
        "for a block with hooks": [Hooked(d, d)],
        "for a block in eval mode": [in_eval(Hooked(d, d))],
        "for a frozen block": [frozen(Hooked(d, d))],
        "for a block that is the identity": [nn.Identity()],
        "for a block of blocks": [nn.Sequential(Hooked(d, d), nn.Tanh())],
        "when the block raises an exception": [Failing()],
    }
    x = torch.randn(4, d)
    expect_used(sweep, "Residual", cases, x, d, d)
    sweep.cases(
        keep_in_residual,
        {"": (d, x)},
        call=say("Residual(block, {d}, {d})(x); the block's output", d=d),
        fault="Residual changes what its block has returned.",
        slips={IN_PLACE: lambda seen: torch.equal(seen[0], seen[1])},
        causes=CAUSES,
    )
