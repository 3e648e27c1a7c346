"""In what an answer's play differs from the reference's, in words."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any, Literal

import torch

from grader.observe.compare import is_close, is_equal
from grader.observe.describe import describe, tell_apart, to_code
from grader.sandbox.states import tensors_in, wave
from grader.sandbox.trials import same
from grader.words import Words, render, say

Played = dict[str, Any]
Tolerance = tuple[float, float] | Literal["bits"] | None
"""rtol and atol; None for those of the dtype; "bits" where NaN's bits count, too."""
Faults = tuple[str, str]
"""What is wrong always, and what is wrong in some case."""

WRONG = "{symbol} gives a wrong result.", "{symbol} gives a wrong result {when}."
OTHER_CLASS = (
    "{symbol} gives a result of another class.",
    "{symbol} gives a result of another class {when}.",
)
WRONG_GRADIENT = (
    "{symbol} gives wrong gradients.",
    "{symbol} gives wrong gradients {when}.",
)
CHANGED = "{symbol} changes an argument.", "{symbol} changes an argument {when}."
SILENT = "{symbol} does not raise.", "{symbol} does not raise {when}."
ERROR = "{symbol} raises an exception.", "{symbol} raises an exception {when}."
OTHER_ERROR = (
    "{symbol} raises another exception than it must.",
    "{symbol} raises another exception than it must {when}.",
)

AT = "{key}: {part}"

Rounding = Mapping[torch.dtype, tuple[float, float]]

ROUNDING: Rounding = {
    torch.float16: (5e-3, 5e-3),
    torch.bfloat16: (4e-2, 4e-2),
    torch.float32: (1e-4, 1e-5),
    torch.float64: (1e-9, 1e-10),
    torch.complex64: (1e-4, 1e-5),
    torch.complex128: (1e-9, 1e-10),
}
"""What two right ways to compute the same may differ by: rtol and atol."""

SUMMED: Rounding = {
    torch.float16: (2e-2, 2e-2),
    torch.bfloat16: (1e-1, 1e-1),
    torch.float32: (1e-4, 1e-4),
    torch.float64: (1e-9, 1e-9),
    torch.complex64: (1e-4, 1e-4),
    torch.complex128: (1e-9, 1e-9),
}
"""The same for gradients, which add up more roundings than values."""

BITS: Rounding = {}
"""In place of it where every bit counts, NaN's and the sign of zero too."""
EXACT: Rounding = dict.fromkeys(ROUNDING, (0.0, 0.0))
"""Of values that are equal, whatever the bits of a NaN or a zero."""


def differ(
    seen: Played, wanted: Played, tolerance: Tolerance
) -> tuple[Faults, Words, Words] | None:
    """Return in what two plays differ: the faults, what was expected, what was got."""
    got: Words
    if "error" in wanted:
        kind = wanted["error"][0]
        if "error" not in seen:
            return SILENT, kind, describe(seen.get("value"))
        if kind not in seen["error"]:
            got = f"{seen['error'][0]}: {seen.get('message', '')}"
            return OTHER_ERROR, kind, got
        return kept(seen, wanted)
    if "error" in seen:
        got = f"{seen['error'][0]}: {seen.get('message', '')}"
        return ERROR, "a result", got
    one, other = seen.get("value"), wanted["value"]
    rounding = rounding_of(tolerance)
    if not alike(one, other, rounding):
        return WRONG, *tell_parts_apart(one, other, rounding)
    if seen.get("class") != wanted.get("class"):
        names = str(wanted.get("class")), str(seen.get("class"))
        return OTHER_CLASS, *names
    if "gradients" in wanted:
        loose = loosened(other, tolerance)
        mine, theirs = (by_shape(played.get("gradients")) for played in (seen, wanted))
        if not alike(mine, theirs, loose):
            return WRONG_GRADIENT, *tell_parts_apart(mine, theirs, loose)
    return kept(seen, wanted)


def rounding_of(tolerance: Tolerance) -> Rounding:
    """Return what values may differ by."""
    if tolerance == "bits":
        return BITS
    return dict.fromkeys(ROUNDING, tolerance) if tolerance else ROUNDING


def tell_parts_apart(one: Any, other: Any, rounding: Rounding) -> tuple[Words, Words]:
    """Return how two values read; of containers of tensors, the first unlike parts.

    A part of a dict is named by its key.
    """
    pairs = parts(one, other) if any(True for _ in tensors_in(other)) else []
    for key, a, b in pairs:
        if not alike(a, b, rounding):
            expected, got = tell_parts_apart(a, b, rounding)
            if key is None:
                return expected, got
            return say(AT, key=key, part=expected), say(AT, key=key, part=got)
    if rounding is BITS and alike(one, other, EXACT):
        return "the same bits", "other bits, of a NaN or a zero"
    expected, got = tell_apart(one, other)
    if render(expected) == render(got):
        return "the same values", "other values"
    return expected, got


def parts(one: Any, other: Any) -> list[tuple[str | None, Any, Any]]:
    """Return the parts of two containers of one form; none of anything else."""
    if type(one) is not type(other) or isinstance(other, torch.Tensor):
        return []
    if isinstance(other, dict):
        same = list(one) == list(other)
        return [(to_code(k), one[k], other[k]) for k in other] if same else []
    if len(one) != len(other):
        return []
    return [(None, a, b) for a, b in zip(one, other, strict=True)]


def kept(seen: Played, wanted: Played) -> tuple[Faults, Words, Words] | None:
    """Return that an argument was changed which the reference leaves alone."""
    if seen.get("kept") != wanted.get("kept"):
        return CHANGED, "the same tensor", "a changed one"
    return None


def alike(one: Any, other: Any, rounding: Rounding) -> bool:
    """Compare plain data by type and value, floating point tensors up to rounding."""
    if isinstance(other, torch.Tensor):
        if not isinstance(one, torch.Tensor) or one.shape != other.shape:
            return False
        if one.dtype != other.dtype:
            return False
        if rounding is BITS:
            return same(one, other)
        if not (other.is_floating_point() or other.is_complex()):
            return is_equal(one, other)
        return is_close(one, other, *rounding.get(other.dtype, (None, None)))
    if type(one) is not type(other):
        return False
    if isinstance(other, dict):
        return list(one) == list(other) and all(
            alike(one[key], other[key], rounding) for key in other
        )
    if isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(
            alike(a, b, rounding) for a, b in zip(one, other, strict=True)
        )
    if isinstance(other, float):
        return alike(torch.tensor(one), torch.tensor(other), rounding)
    return is_equal(one, other)


def loosened(value: Any, tolerance: Tolerance) -> Rounding:
    """Return what gradients may differ by; a coarse result makes them coarse, too."""
    dtypes = {tensor.dtype for tensor in tensors_in(value)} & SUMMED.keys()
    least = tolerance if isinstance(tolerance, tuple) else (0.0, 0.0)
    pairs = [least, *(SUMMED[dtype] for dtype in dtypes)]
    rtol, atol = (max(part) for part in zip(*pairs, strict=True))
    return {dtype: (max(rtol, r), max(atol, a)) for dtype, (r, a) in SUMMED.items()}


def by_shape(gradients: Any) -> Any:
    """Return gradients with those of parameters in the order of shapes and sizes.

    It is done here, since the student's process may have another `sorted`.
    """
    match gradients:
        case [list(inputs), [*pairs]] if all(map(is_shape_with_gradient, pairs)):
            times = Counter(shape for shape, _ in pairs)
            key = [(s, size(g) if times[s] > 1 else 0.0) for s, g in pairs]
            order = sorted(range(len(pairs)), key=key.__getitem__)
            return [inputs, [pairs[i] for i in order]]
    return gradients


def size(gradient: torch.Tensor | None) -> float:
    """Return a number that tells apart gradients of one shape, in any order."""
    if gradient is None:
        return -1.0
    sizes = gradient.to(torch.complex128).abs().nan_to_num()
    return float((sizes * (wave(sizes.shape, 1.3) + 1)).sum())


def is_shape_with_gradient(pair: Any) -> bool:
    """Say whether this is a parameter's shape, and its gradient or None."""
    match pair:
        case [tuple(shape), None | torch.Tensor()]:
            return all(type(size) is int for size in shape)
    return False
