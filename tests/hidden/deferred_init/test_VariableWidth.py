"""VariableWidth sums over chunks, so that inputs of any width share its weights."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import Seen
from grader.observe import MODULES, TENSORS, Module, fill, say

pytestmark = pytest.mark.exercise("deferred_init.VariableWidth")


def results_of(ex: Any, width: int, out: int, *xs: Tensor) -> Seen:
    layer = fill(ex.VariableWidth(width, out))
    shapes = sorted(tuple(p.shape) for p in layer.parameters())
    return {"parameters": shapes, "results": [layer(x) for x in xs]}


def widths_to_try(rng, width: int) -> dict[str, int]:
    """Return input widths on both sides of each case, none of them 1."""
    rest = rng.choice([r for r in range(2, width) if 2 * r != width])
    times = rng.randint(2, 4)
    return {
        "between": width * times + rest,
        "multiple": width * times,
        "narrow": rest,
        "one chunk": width,
    }


ALL = (*TENSORS, *MODULES, "nan", "inf")
CAUSES = {
    "values to unpack": "only the last axis is cut: any number of axes may come before "
    "it",
    "dtype|Double": "zeros need the dtype of x: nn.functional.pad keeps it",
    "second time": "what was computed from the parameters is kept from an earlier call",
}


@pytest.mark.weight(3)
@pytest.mark.parametrize("kind", ["between", "multiple", "narrow", "one chunk"])
def test_variable_width_sums_over_chunks_in_all_states(sweep, rng, kind):
    width, out = sizes = rng.choice([5, 7]), rng.choice([2, 4, 6])
    n = widths_to_try(rng, width)[kind]
    x = torch.randn(3, n)
    zeros, linear = x.new_zeros(3, -n % width), fill(nn.Linear(width, out))
    filled, left = torch.cat([x, zeros], -1), torch.cat([zeros, x], -1)
    each, full = linear(filled.unflatten(-1, (-1, width))), n // width
    right, number = each.sum(1), each.shape[1]

    sweep(
        Module("VariableWidth"),
        width,
        out,
        inputs=lambda *lead: (x if lead == (3,) else torch.randn(*lead, n),),
        columns=ALL if kind in ("between", "multiple") else TENSORS,
        call=say("VariableWidth{sizes}(x) with x (…, {n})", sizes=sizes, n=n),
        fault="VariableWidth does not sum its Linear over the chunks of the input.",
        slips={
            "the zeros belong on the right": (
                linear(left.unflatten(-1, (-1, width))).sum(1)
            ),
            "a chunk holds neighbours": (
                linear(filled.unflatten(-1, (width, -1)).mT).sum(1)
            ),
            "the results are summed, not averaged": right / number,
            "the bias counts once for each chunk": right - (number - 1) * linear.bias,
            "a chunk that is filled up has the bias, too": right - linear.bias,
            "one chunk too many, of zeros only: a multiple of width needs none": (
                right + linear.bias
            ),
            "the last chunk is cut off: fill it up with zeros": each[:, :full].sum(1),
        },
        causes={
            **CAUSES,
            "[Uu]nflatten|is invalid for|divisible|cannot be multiplied": say(
                "the chunks do not come out even: -n % width zeros are to be added, "
                "here {zeros}, and not n % width",
                zeros=zeros.shape[-1],
            ),
        },
    )


@pytest.mark.weight(2)
def test_variable_width_takes_one_width_after_the_other(sweep, rng):
    x = torch.randn(2, 3, 11)
    after = "for an input after a wider one"

    sweep.cases(
        results_of,
        {
            "": (4, 3, x[..., :5], x),
            after: (4, 3, x, x[..., :5], x[..., :8], x[..., :3]),
            "for chunks of width 1": (1, 1, x[..., :3], x[..., :1], x),
            "for an input of width 1": (4, 1, x[..., :1], x),
            "for a vector, and for rows": (4, 1, x[0, 0], x[0], x[:0]),
        },
        call="layer = VariableWidth(…); layer(x) for one x after the other",
        slips={
            "layers made in forward are not there before, and new at every call": (
                lambda seen: not seen["parameters"]
            ),
            "every chunk has weights of its own: use one and the same layer": (
                lambda seen: len(seen["parameters"]) > 2
            ),
        },
        because={after: "something is remembered from the wider input"},
        causes=CAUSES,
    )
