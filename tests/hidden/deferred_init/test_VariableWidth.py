"""VariableWidth sums over chunks, so that inputs of any width share its weights."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import DISTINCT
from grader.observe import (
    MODULES,
    SHAPES,
    TENSORS,
    Module,
    expect_close,
    expect_equal,
    expect_true,
    say,
)
from grader.sandbox.trials import fill

pytestmark = pytest.mark.exercise("deferred_init.VariableWidth")


def run_variable_width(
    ex: Any, width: int, out: int, xs: list[Tensor]
) -> tuple[list[Tensor], list[Tensor], list[Tensor], list[bool]]:
    """Return parameters before, results, parameters after, and which get gradients."""
    layer = ex.VariableWidth(width, out)
    before = [p.detach().clone() for p in layer.parameters()]
    ys = [layer(x) for x in xs]
    total = sum(y.square().sum() for y in ys)
    if total.requires_grad:
        total.backward()
    parameters = list(layer.parameters())
    return before, ys, parameters, [p.grad is not None for p in parameters]


def in_bfloat16(ex: Any, width: int, out: int) -> nn.Module:
    return fill(ex.VariableWidth(width, out)).bfloat16()


def expect_weight_and_bias(parameters: list[Tensor], width: int, out: int) -> None:
    expect_equal(
        sorted((str(p.dtype), *p.shape) for p in parameters),
        sorted([("torch.float32", out, width), ("torch.float32", out)]),
        "VariableWidth does not hold one weight and one bias from the beginning.",
        slips={
            "layers made in forward are not there before, and new at every call": [],
            "every chunk has weights of its own: use one and the same layer": (
                lambda shapes: len(shapes) > 2
            ),
        },
    )


def sum_over_chunks(chunks: Tensor, weight: Tensor, bias: Tensor) -> Tensor:
    """Sum `linear(chunk)` over chunks (..., number, width)."""
    return nn.functional.linear(chunks, weight, bias).sum(dim=-2)


def expect_sum_over_chunks(
    y: Tensor, parameters: list[Tensor], x: Tensor, width: int
) -> None:
    weight, bias = sorted(parameters, key=Tensor.dim, reverse=True)
    zeros = x.new_zeros(*x.shape[:-1], -x.shape[-1] % width)
    filled, left = torch.cat([x, zeros], -1), torch.cat([zeros, x], -1)
    chunks = filled.unflatten(-1, (-1, width))
    number, whole = chunks.shape[-2], x.shape[-1] // width
    right = sum_over_chunks(chunks, weight, bias)
    cut = x[..., : whole * width].unflatten(-1, (whole, width))
    every_nth = filled.unflatten(-1, (width, -1)).mT
    expect_close(
        y,
        right,
        "VariableWidth does not sum its Linear over the chunks of the input.",
        slips={
            "the zeros belong on the right": sum_over_chunks(
                left.unflatten(-1, (-1, width)), weight, bias
            ),
            "a chunk holds neighbours": sum_over_chunks(every_nth, weight, bias),
            "the results are summed, not averaged": right / number,
            "the bias counts once for each chunk": right - (number - 1) * bias,
            "one chunk too many, of zeros only: a multiple of width needs none": (
                right + bias
            ),
            "the last chunk is cut off: fill it up with zeros": sum_over_chunks(
                cut, weight, bias
            ),
        },
    )


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


@pytest.mark.weight(3)
@pytest.mark.parametrize("kind", ["narrow", "multiple", "between", "all"])
def test_variable_width_sums_over_chunks(observe, rng, kind):
    width, out = rng.choice([5, 7]), rng.choice([2, 4, 6])
    widths = widths_to_try(rng, width)
    leading = rng.sample(DISTINCT, 2)
    some = list(widths.values()) if kind == "all" else [widths[kind]]
    xs = [torch.randn(*leading, n) for n in some]
    zeros = -some[0] % width

    before, ys, after, learns = observe(
        run_variable_width,
        width,
        out,
        xs,
        call=say(
            "VariableWidth({width}, {out})(x) with x {shapes}",
            width=width,
            out=out,
            shapes=" or ".join(str(tuple(x.shape)) for x in xs),
        ),
        causes={
            "values to unpack": "only the last axis is cut: any number of axes may "
            "come before it",
            "[Uu]nflatten|is invalid for|divisible|cannot be multiplied": say(
                "the chunks do not come out even: -n % width zeros are to be added, "
                "here {zeros}, and not n % width",
                zeros=zeros,
            ),
        },
    )

    expect_weight_and_bias(before, width, out)
    expect_weight_and_bias(after, width, out)
    expect_equal(len(ys), len(xs), "VariableWidth does not give one result each.")
    for x, y in zip(xs, ys, strict=True):
        expect_sum_over_chunks(y, after, x, width)
    expect_true(
        all(learns),
        "Parameters of VariableWidth get no gradient.",
        expected="weight and bias get one",
        got="not both do",
        cause="the output does not depend on both, or is detached",
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("kind", ["between", "multiple", "narrow", "one chunk"])
def test_variable_width_works_in_all_states(sweep, rng, kind):
    width, out = rng.choice([5, 7]), rng.choice([2, 4, 6])
    n = widths_to_try(rng, width)[kind]

    sweep(
        Module("VariableWidth"),
        width,
        out,
        inputs=lambda *lead: (torch.randn(*lead, n),),
        columns=(*TENSORS, *MODULES),
        call=say(
            "VariableWidth({width}, {out})(x) with x (…, {n})",
            width=width,
            out=out,
            n=n,
        ),
        causes={
            "dtype|Double": "zeros need the dtype of x: nn.functional.pad keeps it",
            "values to unpack": "only the last axis is cut: any number of axes may "
            "come before it",
        },
    )


@pytest.mark.parametrize(("width", "n"), [(1, 1), (1, 3), (4, 1), (4, 5)])
def test_variable_width_takes_widths_of_one_and_other_dtypes(sweep, width, n):
    for make, columns in (
        (Module("VariableWidth"), ("plain", *SHAPES)),
        (in_bfloat16, ("bfloat16",)),
    ):
        sweep(
            make,
            width,
            1,
            inputs=lambda *lead: (torch.randn(*lead, n),),
            columns=columns,
            call=say("VariableWidth({width}, 1)(x) with x (…, {n})", width=width, n=n),
            causes={"dtype": "zeros need the dtype of x: nn.functional.pad keeps it"},
        )
