"""Residual adds block and skip, in value and gradient, and changes neither tensor."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import LAYOUTS, SHAPES, Module, fill, say
from model_construction_helpers import DISTINCT, STATES, expect_used, forms, gives

pytestmark = pytest.mark.exercise("model_construction.Residual")

IN_PLACE = "a sum in place, such as +=, works on a tensor that somebody else holds"
CAUSES = {
    "in-?place": IN_PLACE,
    "The size of tensor a": "where the widths differ, skip is a Linear layer",
}


def run_residual(
    ex: Any, block: nn.Module, widths: list[int], x: Tensor
) -> dict[str, Any]:
    """Return result, x and its gradient; parameters added, how many are the block's."""
    net = fill(ex.Residual(block, *widths))
    blocks = {id(p) for p in block.parameters()}
    parameters = list(net.parameters())
    added = [p for p in parameters if id(p) not in blocks]
    result = net(x.requires_grad_())
    result.sum().backward()
    return {
        "x": x.detach(),
        "parameters of the block": len(parameters) - len(added),
        "parameters added": forms(added),
        "result": result,
        "gradient": x.grad,
    }


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
def test_residual_adds_block_and_skip(sweep, rng, widths):
    inner, out = draw_widths(rng, widths)
    block = fill(nn.Sequential(nn.Linear(inner, out), nn.Tanh()))
    x = torch.randn(rng.choice(DISTINCT), inner, requires_grad=True)
    skip = x if inner == out else fill(nn.Linear(inner, out, bias=False))(x)
    around, through = (
        torch.autograd.grad(t.sum(), x, retain_graph=True)[0] for t in (skip, block(x))
    )
    sweep.cases(
        run_residual,
        {"": (block, [inner, out], x.detach())},
        call=say("Residual(block, {i}, {o})(x), x {x}", i=inner, o=out, x=x.detach()),
        fault="Residual does not give block(x) + skip(x), or has other layers.",
        slips={
            IN_PLACE: lambda seen: not torch.equal(seen["x"], x),
            "a plain list or tuple hides the block from nn.Module": (
                lambda seen: seen["parameters of the block"] == 0
            ),
            "equal widths need no layer: x itself is added": (
                lambda seen: inner == out and seen["parameters added"]
            ),
            "the layer beside the block has no bias": (
                lambda seen: len(seen["parameters added"]) == 2
            ),
            "where the widths differ, skip is a Linear layer made in __init__": (
                lambda seen: inner != out and not seen["parameters added"]
            ),
            "the skip is missing": gives(block(x)),
            "the block is missing": gives(skip),
            "nothing follows the sum": gives(torch.relu(block(x) + skip)),
            "the skip is cut off from the gradient": gives(through, "gradient"),
            "the block is cut off from the gradient": gives(around, "gradient"),
        },
        causes=CAUSES,
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
    x = torch.randn(4, d)
    same, to_out, many = nn.Linear(d, d), nn.Linear(d, out), [300, int("300")]
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
    expect_used(sweep, "Residual", d, lambda net, _: [net], {}, d, d)
