"""Expectations: compare what a submission gave with what the docstring promises.

Each takes the fault as one sentence in the present tense, and `slips`: known mistakes
with the evidence for them. A slip's cause is told only when its evidence fits what was
observed. Evidence is the value that the slip would have given, or a predicate of the
observed value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Tensor
from torch.testing import _comparison, assert_close

from grader.observe.causes import likely_cause
from grader.observe.finding import MAX_VALUE, Finding, Raised
from grader.sandbox.wire import Opaque

# What is compared is never distributed; to find that out, the first comparison would
# import sympy and all of torch.distributed.tensor, which costs half an `import torch`.
_comparison._HAS_DTENSOR = False

Slips = Mapping[str, Any | Callable[[Any], bool]]


def expect_close(
    got: Any,
    expected: Tensor,
    fault: str,
    *,
    slips: Slips | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    any_dtype: bool = False,
) -> None:
    """Expect a tensor of the same shape, dtype and, up to rounding, values."""
    expected = expected.detach()
    if not isinstance(got, Tensor):
        fail(fault, describe(expected), describe(got), got, slips)
    same_kind = got.shape == expected.shape and (
        any_dtype or got.dtype == expected.dtype
    )
    if not same_kind:
        fail(fault, describe(expected), describe(got), got, slips)
    if not is_close(got, expected, rtol, atol):
        difference = describe_difference(got, expected)
        fail(fault, describe(expected), f"{describe(got)}, {difference}", got, slips)


def expect_equal(
    got: Any, expected: Any, fault: str, *, slips: Slips | None = None
) -> None:
    """Expect plain data of the same type and value."""
    if not is_equal(got, expected):
        wanted, seen = describe(expected), describe(got)
        if seen == wanted and isinstance(got, Tensor) and got.numel():
            seen = f"{seen}, {describe_difference(got, expected)}"
        elif max(len(seen), len(wanted)) > MAX_VALUE and are_alike(got, expected):
            wanted, seen = f"{len(expected)} entries", describe_change(got, expected)
        fail(fault, wanted, seen, got, slips)


def expect_true(
    holds: bool,
    fault: str,
    *,
    expected: str,
    got: str,
    cause: str | None = None,
) -> None:
    """Expect a condition; say in words what it is and what was seen instead."""
    if not holds:
        raise Finding(fault, expected=expected, got=got, cause=cause)


def expect_error(
    raised: Raised | None,
    kind: type[Exception],
    fault: str,
    *,
    mentions: str = "",
    cause: str | None = None,
    causes: Mapping[str, str] | None = None,
) -> None:
    """Expect an exception of the given class, or one below it.

    Args:
        raised: what `observe.error` gave.
        kind: the class that the docstring promises.
        fault: what is wrong otherwise.
        mentions: text that the exception's message must contain.
        cause: what to tell when nothing is raised at all.
        causes: what is behind another exception, by a pattern of `Class: message`.
    """
    expected = f"{kind.__name__}{f' that mentions {mentions!r}' if mentions else ''}"
    if raised is None:
        raise Finding(fault, expected=expected, got="no exception", cause=cause)
    if kind.__name__ not in raised.types or mentions not in raised.message:
        cause = likely_cause(raised, causes)
        raise Finding(
            fault, expected=expected, got=str(raised), at=raised.place, cause=cause
        )


def fail(fault: str, expected: str, got: str, value: Any, slips: Slips | None) -> None:
    """Raise the finding, with the cause whose evidence fits `value`."""
    causes = [cause for cause, sign in (slips or {}).items() if fits(value, sign)]
    raise Finding(fault, expected=expected, got=got, cause=next(iter(causes), None))


def fits(value: Any, evidence: Any) -> bool:
    """Say whether `value` is what a slip would have given."""
    if callable(evidence):
        try:
            return bool(evidence(value))
        except Exception:  # evidence that cannot be had does not fit
            return False
    if isinstance(evidence, Tensor):
        return (
            isinstance(value, Tensor)
            and value.shape == evidence.shape
            and is_close(value, evidence.detach(), None, None)
        )
    return is_equal(value, evidence)


def is_close(
    got: Tensor, expected: Tensor, rtol: float | None, atol: float | None
) -> bool:
    """Compare values only; NaN equals NaN. One tolerance alone makes the other 0."""
    if (rtol is None) != (atol is None):
        rtol, atol = rtol or 0.0, atol or 0.0
    try:
        assert_close(
            got, expected, rtol=rtol, atol=atol, check_dtype=False, equal_nan=True
        )
    except AssertionError:
        return False
    return True


def is_equal(got: Any, expected: Any) -> bool:
    """Compare plain data by type and value, tensors bitwise."""
    if isinstance(expected, Tensor):
        return (
            isinstance(got, Tensor)
            and got.dtype == expected.dtype
            and got.shape == expected.shape
            and bool(torch.equal(got, expected.detach()))
        )
    if type(got) is not type(expected):
        return False
    if isinstance(expected, (list, tuple)):
        return len(got) == len(expected) and all(map(is_equal, got, expected))
    if isinstance(expected, dict):
        return list(got) == list(expected) and all(
            is_equal(got[key], expected[key]) for key in expected
        )
    return bool(got == expected)


def describe(value: Any) -> str:
    """Return a short form: tensors by dtype and shape, everything else as it is."""
    if isinstance(value, Opaque):
        return f"an object of type {value.type_name}"
    if isinstance(value, Tensor):
        kind = f"{str(value.dtype).removeprefix('torch.')} {tuple(value.shape)}"
        return f"{kind} of {value.item():.6g}" if is_real_scalar(value) else kind
    if isinstance(value, list):
        return f"[{', '.join(map(describe, value))}]"
    if isinstance(value, tuple):
        inner = ", ".join(map(describe, value))
        return f"({inner},)" if len(value) == 1 else f"({inner})"
    if isinstance(value, dict):
        pairs = (f"{describe(k)}: {describe(v)}" for k, v in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, float):
        return f"{value:.6g}"
    return repr(value)


def is_real_scalar(value: Tensor) -> bool:
    """Say whether a tensor is one real number."""
    return value.dim() == 0 and not value.is_complex()


def are_alike(got: Any, expected: Any) -> bool:
    """Say whether both are of one kind of container that can be told apart in parts."""
    return type(got) is type(expected) and isinstance(got, (list, tuple, dict))


def describe_change(got: Any, expected: Any) -> str:
    """Return how a container of many entries differs: without which, with which."""
    if isinstance(got, dict):
        got, expected = list(got.items()), list(expected.items())
    lost = [e for e in expected if not any(is_equal(g, e) for g in got)]
    new = [g for g in got if not any(is_equal(g, e) for e in expected)]
    text = f"{len(got)} entries"
    if lost:
        text += f", without {describe(lost[0])}{and_more(lost)}"
    if new:
        text += f", with {describe(new[0])}{and_more(new)}"
    if not lost and not new:
        pairs = zip(got, expected, strict=False)
        at = next((i for i, p in enumerate(pairs) if not is_equal(*p)), len(expected))
        text += f", in another order or number from [{at}] on"
    return text


def and_more(entries: list[Any]) -> str:
    """Return how many entries there are beside the first."""
    return f" and {len(entries) - 1} more" if len(entries) > 1 else ""


def describe_difference(got: Tensor, expected: Tensor) -> str:
    """Return where two tensors of one shape differ most, and by how much."""
    wide = (
        torch.complex128 if got.is_complex() or expected.is_complex() else torch.float64
    )
    mine, theirs = got.to(wide), expected.to(wide)
    unlike = mine.isnan() != theirs.isnan()
    gap = (mine - theirs).abs().nan_to_num(nan=0.0, posinf=torch.inf)
    worst = int((unlike if unlike.any() else gap).to(torch.float64).argmax())
    index = [int(i) for i in torch.unravel_index(torch.tensor(worst), got.shape)]
    place = f" at {index}" if index else ""
    here, there = (t.reshape(-1)[worst].item() for t in (mine, theirs))
    return f"most unlike{place}: {here:.6g} instead of {there:.6g}"
