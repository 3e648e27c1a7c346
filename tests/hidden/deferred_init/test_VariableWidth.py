"""VariableWidth sums over chunks, so that inputs of any width share its weights."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import DISTINCT, is_same
from grader.observe import expect_close, expect_equal, expect_true, say

pytestmark = pytest.mark.exercise("deferred_init.VariableWidth")


def run_variable_width(
    ex: Any, width: int, out: int, xs: list[Tensor]
) -> tuple[list[Tensor], list[Tensor]]:
    layer = ex.VariableWidth(width, out)
    parameters = list(layer.parameters())
    return [layer(x) for x in xs], parameters


def parameters_of_variable_width(
    ex: Any, width: int, out: int, x: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    layer = ex.VariableWidth(width, out)
    before = [p.detach().clone() for p in layer.parameters()]
    layer(x)
    return before, list(layer.parameters())


def run_variable_width_in_double(ex: Any, width: int, out: int, x: Tensor) -> Tensor:
    return ex.VariableWidth(width, out).double()(x)


def train_variable_width(
    ex: Any, width: int, out: int, x: Tensor
) -> tuple[list[Tensor], list[Tensor]]:
    layer = ex.VariableWidth(width, out)
    before = [p.detach().clone() for p in layer.parameters()]
    optimizer = torch.optim.SGD(layer.parameters(), lr=0.1)
    layer(x).square().sum().backward()
    optimizer.step()
    return before, list(layer.parameters())


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


def sum_over_chunks(chunks: Tensor, parameters: list[Tensor]) -> Tensor:
    """Sum `linear(chunk)` over chunks (..., number, width)."""
    weight, bias = sorted(parameters, key=Tensor.dim, reverse=True)
    return nn.functional.linear(chunks, weight, bias).sum(dim=-2)


def fill_up(x: Tensor, width: int, *, left: bool = False) -> Tensor:
    zeros = x.new_zeros(*x.shape[:-1], -x.shape[-1] % width)
    return torch.cat([zeros, x] if left else [x, zeros], dim=-1)


def expect_sum_over_chunks(
    y: Tensor, parameters: list[Tensor], x: Tensor, width: int
) -> None:
    _, bias = sorted(parameters, key=Tensor.dim, reverse=True)
    filled = fill_up(x, width)
    chunks = filled.unflatten(-1, (-1, width))
    number = chunks.shape[-2]
    right = sum_over_chunks(chunks, parameters)
    from_left = fill_up(x, width, left=True).unflatten(-1, (-1, width))
    cut = x[..., : x.shape[-1] // width * width]
    slips = {
        "the zeros belong on the right": sum_over_chunks(from_left, parameters),
        "a chunk holds neighbours": sum_over_chunks(
            filled.unflatten(-1, (width, -1)).mT, parameters
        ),
        "the results are summed, not averaged": right / number,
        "the bias counts once for each chunk": right - (number - 1) * bias,
        "one chunk too many, of zeros only: a multiple of width needs none": (
            right + bias
        ),
        "the last chunk is cut off: fill it up with zeros": sum_over_chunks(
            cut.unflatten(-1, (cut.shape[-1] // width, width)), parameters
        ),
    }
    expect_close(
        y,
        right,
        "VariableWidth does not sum its Linear over the chunks of the input.",
        slips=slips,
    )


@pytest.mark.weight(3)
@pytest.mark.parametrize("leading", [0, 1, 2], ids=["vector", "batch", "two_dims"])
@pytest.mark.parametrize("kind", ["narrow", "multiple", "between"])
def test_variable_width_sums_over_chunks(observe, rng, kind, leading):
    width, out = rng.choice([3, 5, 7]), rng.choice([2, 4, 6])
    rest = rng.choice([r for r in range(1, width) if 2 * r != width])
    n = {
        "narrow": rest,
        "multiple": width * rng.randint(2, 4),
        "between": width * rng.randint(1, 3) + rest,
    }[kind]
    x = torch.randn(*rng.sample(DISTINCT, leading), n)
    call = say(
        "VariableWidth({width}, {out})(x) with x {shape}",
        width=width,
        out=out,
        shape=tuple(x.shape),
    )

    ys, parameters = observe(
        run_variable_width,
        width,
        out,
        [x],
        call=call,
        causes={
            "[Uu]nflatten|is invalid for input of size|divisible": "the chunks do not "
            f"come out even: -{n} % {width} = {-n % width} zeros are to be added, and "
            f"not {n} % {width}",
            "values to unpack": "only the last axis is cut: any number of axes may "
            "come before it",
            "shapes cannot be multiplied": "each chunk has width entries: fill up with "
            f"-n % width zeros, here {-n % width}",
        },
    )

    expect_weight_and_bias(parameters, width, out)
    expect_equal(len(ys), 1, "VariableWidth does not give one result.")
    expect_sum_over_chunks(ys[0], parameters, x, width)


@pytest.mark.weight(2)
def test_variable_width_uses_the_same_weights_for_all_widths(observe, rng):
    width, out = rng.choice([3, 5, 7]), rng.choice([2, 4, 6])
    rest = rng.choice([r for r in range(1, width) if 2 * r != width])
    xs = [torch.randn(4, n) for n in (width, 3 * width, rest, 2 * width + rest, width)]

    ys, parameters = observe(
        run_variable_width,
        width,
        out,
        xs,
        call=say(
            "layer = VariableWidth({width}, {out}); layer(x) for x of the widths "
            "{names}",
            width=width,
            out=out,
            names=", ".join(str(x.shape[-1]) for x in xs),
        ),
    )

    expect_weight_and_bias(parameters, width, out)
    expect_equal(len(ys), len(xs), "VariableWidth does not give one result each.")
    for x, y in zip(xs, ys, strict=True):
        expect_sum_over_chunks(y, parameters, x, width)


def test_variable_width_gets_no_new_parameters(observe, rng):
    width, out = rng.choice([3, 5, 7]), rng.choice([2, 4, 6])

    before, after = observe(
        parameters_of_variable_width,
        width,
        out,
        torch.randn(4, 3 * width + 1),
        call=say(
            "layer = VariableWidth({width}, {out}); layer(x); layer.parameters()",
            width=width,
            out=out,
        ),
    )

    expect_weight_and_bias(before, width, out)
    expect_equal(after, before, "A call of VariableWidth changes its parameters.")


def test_variable_width_follows_to_double(observe, rng):
    width, out = rng.choice([3, 5, 7]), rng.choice([2, 4, 6])
    x = torch.randn(4, width + 1, dtype=torch.float64)

    call = say(
        "VariableWidth({width}, {out}).double()(x) with x in float64",
        width=width,
        out=out,
    )

    y = observe(
        run_variable_width_in_double,
        width,
        out,
        x,
        call=call,
        causes={"dtype": "zeros need the dtype of x: nn.functional.pad keeps it"},
    )

    expect_equal(
        (str(y.dtype), tuple(y.shape)),
        ("torch.float64", (4, out)),
        "VariableWidth does not follow to double.",
    )


def test_variable_width_learns(observe, rng):
    width, out = rng.choice([3, 5, 7]), rng.choice([2, 4, 6])

    x = torch.randn(4, 2 * width + 1)
    call = "one step of SGD on the parameters of VariableWidth"

    before, after = observe(
        train_variable_width,
        width,
        out,
        x,
        call=call,
        causes={"does not require grad": "the output is detached from the parameters"},
    )

    expect_weight_and_bias(before, width, out)
    expect_weight_and_bias(after, width, out)
    expect_true(
        not any(map(is_same, before, after)),
        "A step of SGD leaves parameters of VariableWidth as they were.",
        expected="weight and bias change",
        got="not both do",
        cause="the output does not depend on both, or is detached",
    )
