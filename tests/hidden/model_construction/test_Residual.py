"""Residual adds block and skip, in value and gradient, and changes neither tensor."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import (
    LAYOUTS,
    SHAPES,
    Module,
    expect_close,
    expect_equal,
    expect_unchanged,
    say,
)
from model_construction_helpers import DISTINCT, STATES, expect_used, forms

pytestmark = pytest.mark.exercise("model_construction.Residual")

IN_PLACE = "a sum in place, such as +=, works on a tensor that somebody else holds"
CAUSES = {
    "in-?place": IN_PLACE,
    "The size of tensor a": "where the widths differ, skip is a Linear layer",
}


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


def keep_output(
    ex: Any, block: nn.Module, widths: list[int], x: Tensor, grad: bool
) -> dict[str, Any]:
    """Return what becomes of the block's output, and all parameters."""
    outputs: list[Tensor] = []
    block.register_forward_hook(lambda _, __, y: outputs.append(y))
    net = ex.Residual(block, *widths)
    with torch.set_grad_enabled(grad):
        y = net(x)
    return {
        "the block's output": outputs[0],
        "is returned": y is outputs[0],
        "parameters": forms(list(net.parameters())),
    }


def draw_widths(rng, kind: str) -> tuple[int, int]:
    """Return in_features and out_features."""
    few, many = sorted(rng.sample(DISTINCT, 2))
    widths = {"more": (few, many), "fewer": (many, few)}
    widths |= {"from one": (1, many), "to one": (many, 1)}
    return widths.get(kind, (many, many))


@pytest.mark.weight(2)
@pytest.mark.parametrize("widths", ["equal", "more", "fewer", "from one", "to one"])
def test_residual_adds_block_and_skip(observe, rng, widths):
    inner, out = draw_widths(rng, widths)
    block = nn.Sequential(nn.Linear(inner, out), nn.Tanh())
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
        2,
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
def test_residual_keeps_its_promise_in_every_state(sweep, rng):
    inner, hidden, other = rng.sample(DISTINCT, 3)
    few = "plain", *SHAPES, *LAYOUTS, "no_grad", "inference", "half"
    for out, columns in ((inner, few), (other, STATES)):
        layers = nn.Linear(inner, hidden), nn.Tanh(), nn.Linear(hidden, out)
        sweep(
            Module("Residual"),
            nn.Sequential(*layers),
            inner,
            out,
            inputs=lambda *lead: (torch.randn(*lead, inner),),
            columns=columns,
            call=say("Residual(block, {inner}, {out})(x)", inner=inner, out=out),
            causes=CAUSES,
        )


@pytest.mark.weight(2)
def test_residual_uses_its_block_as_it_is(sweep, rng):
    d, out = rng.sample(DISTINCT, 2)
    expect_used(sweep, "Residual", d, lambda net, _: [net], {}, d, d)
    x = torch.randn(4, d)
    same, to_out, many = nn.Linear(d, d), nn.Linear(d, out), [300, 300]
    kept = {
        "": (same, [d, d], x, True),
        "for unequal widths": (to_out, [d, out], x, True),
        "under torch.no_grad()": (same, [d, d], x, False),
        "for unequal widths under torch.no_grad()": (to_out, [d, out], x, False),
        "for 300 units": (nn.Tanh(), many, torch.randn(2, 300), True),
    }
    sweep.cases(
        keep_output,
        kept,
        call="Residual(block, in_features, out_features)(x); the block's output",
        fault="Residual changes what its block has returned.",
        slips={IN_PLACE: lambda seen: seen["is returned"]},
        because=dict.fromkeys(kept, IN_PLACE)
        | {"for 300 units": "`is` tells equal ints above 256 apart: compare with =="},
        causes=CAUSES,
    )
