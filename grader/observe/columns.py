"""The catalogue of what an answer may meet: each column is one kind of case.

A test names the columns that its exercise's docstring promises; what stands for each
is written here once. `when` completes the sentence of a message, `cause` is told only
where the answer is right without the column.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from grader.sandbox.states import map_tensors
from grader.sandbox.trials import Trial

Draw = Callable[..., tuple[Any, ...]]
"""Gives arguments, for a shape of the leading axes."""

ORDINARY = (3,)

STAYS_BEHIND = (
    "a tensor that is no parameter and no buffer does not follow, nor does a fixed "
    "dtype"
)


@dataclass(frozen=True)
class Column:
    """One kind of case."""

    when: str
    trials: Callable[[Draw], Iterable[Trial]]
    cause: str | None = None
    tolerance: tuple[float, float] | None = None
    """rtol and atol, where those of the dtype are too strict."""


def plain(draw: Draw) -> list[Trial]:
    """Return a trial as it comes, with gradients."""
    return [Trial(draw(*ORDINARY), grad=True)]


def shaped(*shapes: tuple[int, ...]) -> Callable[[Draw], list[Trial]]:
    """Return what makes trials with these leading axes."""
    return lambda draw: [Trial(draw(*shape), grad=True) for shape in shapes]


def cast(dtype: torch.dtype) -> Callable[[Draw], list[Trial]]:
    """Return what makes trials with arguments of another dtype, a scalar's too."""

    def change(x: Tensor) -> Tensor:
        if dtype == torch.float64 and x.is_floating_point():
            return x.to(dtype) * (1 + 2**-26)  # no number that float32 holds
        if dtype.is_floating_point or dtype.is_complex:
            return x.to(dtype) if x.is_floating_point() else x
        return (x * 3).to(dtype) if x.is_floating_point() else x

    return lambda draw: [
        Trial(map_tensors(change, draw(*shape)), grad=dtype.is_floating_point)
        for shape in (ORDINARY, ())
    ]


def valued(*values: float) -> Callable[[Draw], list[Trial]]:
    """Return what makes trials in which some entries have a value."""

    def put(value: float, x: Tensor) -> Tensor:
        if not x.is_floating_point() or not x.numel():
            return x
        changed = x.clone()
        changed.view(-1)[:: max(x.numel() // 2, 2)] = value
        return changed

    def make(draw: Draw) -> list[Trial]:
        changes = [partial(put, value) for value in values]
        return [Trial(map_tensors(put_in, draw(*ORDINARY))) for put_in in changes]

    return make


def as_dtype(dtype: torch.dtype, args: tuple[Any, ...]) -> tuple[Any, ...]:
    """Return arguments with their tensors cast."""
    cast_all: tuple[Any, ...] = map_tensors(lambda x: x.to(dtype), args)
    return cast_all


def blank(draw: Draw) -> list[Trial]:
    """Return trials with zeros alone."""
    zeros = map_tensors(torch.zeros_like, draw(*ORDINARY))
    dtypes = torch.float32, torch.float16, torch.bfloat16
    return [Trial(as_dtype(dtype, zeros), grad=True) for dtype in dtypes]


def odd_half(draw: Draw) -> list[Trial]:
    """Return trials of half precision in which some entries are extreme."""
    odd = valued(torch.inf, torch.nan, -6e4)(draw)
    dtypes = torch.float16, torch.bfloat16
    return [Trial(as_dtype(dtype, t.args)) for dtype in dtypes for t in odd]


def backward(column: Column) -> Column:
    """Return a column that asks for gradients, too."""
    return replace(
        column, trials=lambda draw: [replace(t, grad=True) for t in column.trials(draw)]
    )


def tied(draw: Draw) -> list[Trial]:
    """Return a trial whose entries are few values, many times each."""

    def tie(x: Tensor) -> Tensor:
        return x.round() if x.is_floating_point() else x

    return [Trial(map_tensors(tie, draw(*ORDINARY)))]


def laid(name: str) -> Callable[[Draw], list[Trial]]:
    """Return what makes trials whose tensors lie in memory in another way."""
    shapes = ORDINARY, (2, *ORDINARY)
    return lambda draw: [
        Trial(draw(*s), layout=name, grad=name != "expanded") for s in shapes
    ]


def under(mode: str) -> Callable[[Draw], list[Trial]]:
    """Return what makes a trial in a mode."""
    return lambda draw: [Trial(draw(*ORDINARY), mode=mode)]


def upon(moment: str) -> Callable[[Draw], list[Trial]]:
    """Return what makes a trial after something has happened."""
    return lambda draw: [Trial(draw(*ORDINARY), moment=moment, grad=True)]


COLUMNS = {
    "plain": Column("", plain),
    "other": Column(
        "for other values", plain, "something is remembered from an earlier call"
    ),
    "single": Column(
        "for a batch of one", shaped((1,)), "a size of 1 is squeezed away"
    ),
    "vector": Column("without leading axes", shaped(())),
    "deep": Column("for more leading axes", shaped((2, 3), (2, 1, 3))),
    "empty": Column("for an empty batch", shaped((0,), (2, 0))),
    "float64": Column(
        "for float64", cast(torch.float64), "a dtype is fixed, in place of the input's"
    ),
    "float16": Column("for float16", cast(torch.float16)),
    "bfloat16": Column("for bfloat16", cast(torch.bfloat16)),
    "int64": Column("for integers", cast(torch.int64)),
    "bool": Column("for truth values", cast(torch.bool)),
    "complex": Column("for complex numbers", cast(torch.complex64)),
    "inf": Column("for infinite entries", valued(torch.inf, -torch.inf)),
    "nan": Column("for NaN", valued(torch.nan)),
    "zero": Column("for zeros and -0.0", valued(0.0, -0.0)),
    "tiny": Column("for subnormal numbers", valued(1e-40)),
    "huge": Column("for huge numbers", valued(1e30, -1e30)),
    "ties": Column("for equal entries", tied),
    "blank": Column("for a tensor of zeros", blank),
    "odd_half": Column("for inf, NaN and large entries in half precision", odd_half),
    "apart": Column(
        "for a tensor that is not contiguous",
        laid("apart"),
        "view and raw memory need a contiguous tensor: reshape copies where it must",
    ),
    "across": Column(
        "for a transposed tensor",
        laid("across"),
        "view and raw memory need a contiguous tensor: reshape copies where it must",
    ),
    "behind": Column("for a view into a larger tensor", laid("behind")),
    "expanded": Column(
        "for an expanded tensor",
        laid("expanded"),
        "an expanded tensor holds one entry for many: writing in place fails",
    ),
    "no_grad": Column("under torch.no_grad()", under("no_grad")),
    "inference": Column("under torch.inference_mode()", under("inference")),
    "default_double": Column(
        "where float64 is the default dtype",
        under("default_double"),
        "a new tensor takes the default dtype: give it the input's",
    ),
    "default_bfloat16": Column(
        "where bfloat16 is the default dtype",
        under("default_bfloat16"),
        "a new tensor takes the default dtype, which may be too narrow: name its own",
    ),
    "again": Column(
        "when it is called a second time",
        upon("after_a_call"),
        "something is remembered from the first call",
    ),
    "after_an_error": Column(
        "after a call that failed",
        upon("after_an_error"),
        "something is left over from the call that failed",
    ),
    "copied": Column(
        "for a deep copy of it",
        upon("as_a_copy"),
        "the copy still uses the original's tensors",
    ),
    "double": Column(
        "after .double()",
        upon("in_double"),
        STAYS_BEHIND,
    ),
    "half": Column(
        "after .bfloat16()",
        lambda draw: [Trial(draw(*ORDINARY), moment="in_bfloat16")],
        STAYS_BEHIND,
        (0.2, 0.2),
    ),
    "restored": Column(
        "after its state dict is loaded into another one",
        upon("from_a_state"),
        "something is in no parameter and no buffer, so it is not saved",
    ),
    "sibling": Column(
        "when there is a second one",
        upon("beside_another"),
        "something lies on the class or is shared by all instances",
    ),
    "trained": Column(
        "after a step of SGD",
        upon("after_a_step"),
        "a parameter is not registered, or cut from the gradient",
    ),
    "eval": Column("in eval mode", upon("in_eval")),
    "changed": Column(
        "after its state changes in eval mode",
        upon("after_a_change"),
        "what follows from the state is remembered from an earlier call",
    ),
}

SHAPES = ("single", "vector", "deep", "empty")
DTYPES = ("float64", "float16", "bfloat16")
LAYOUTS = ("apart", "across", "behind", "expanded")
VALUES = ("inf", "nan", "zero", "tiny", "huge", "ties")
SLOPES = tuple(f"{name}_backward" for name in VALUES)
"""Those, and their gradients."""
COLUMNS |= {f"{name}_backward": backward(COLUMNS[name]) for name in VALUES}
MODES = ("no_grad", "inference", "default_double")
CALLS = ("again", "after_an_error")
TENSORS = ("plain", "other", *SHAPES, *DTYPES, *LAYOUTS, *MODES, *CALLS)
"""What a function of tensors meets in ordinary use."""
MODULES = (
    *("sibling", "copied", "double", "half", "restored", "trained", "eval", "changed"),
)
"""What a module meets beside that."""
