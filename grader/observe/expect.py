"""Expectations: compare what a submission gave with what the docstring promises.

Each takes the fault as one sentence in the present tense, and `slips`: known mistakes
with the evidence for them. A slip's cause is told only when its evidence fits what was
observed. Evidence is the value that the slip would have given, or a predicate of the
observed value.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from torch import Tensor

from grader.observe.causes import likely_cause
from grader.observe.compare import is_close, is_equal
from grader.observe.describe import describe, tell_apart, unlike
from grader.observe.finding import Finding, Raised
from grader.words import Words, say

Slips = Mapping[Words, Any | Callable[[Any], bool]]
"""Causes with their evidence: the value that one gives, or a predicate of a value."""


def expect_close(
    got: Any,
    expected: Tensor,
    fault: Words,
    *,
    slips: Slips | None = None,
    cause: Words | None = None,
    rtol: float | None = None,
    atol: float | None = None,
    any_dtype: bool = False,
) -> None:
    """Expect a tensor of the same shape, dtype and, up to rounding, values."""
    expected = expected.detach()
    same_kind = (
        isinstance(got, Tensor)
        and got.shape == expected.shape
        and (any_dtype or got.dtype == expected.dtype)
    )
    if not same_kind:
        raise finding(fault, describe(expected), describe(got), got, slips, cause)
    if not is_close(got, expected, rtol, atol):
        seen = unlike(got, expected)
        raise finding(fault, describe(expected), seen, got, slips, cause)


def expect_equal(
    got: Any,
    expected: Any,
    fault: Words,
    *,
    slips: Slips | None = None,
    cause: Words | None = None,
) -> None:
    """Expect plain data of the same type and value."""
    if not is_equal(got, expected):
        wanted, seen = tell_apart(got, expected)
        raise finding(fault, wanted, seen, got, slips, cause)


def expect_unchanged(
    after: Any,
    before: Any,
    fault: Words,
    *,
    cause: Words | None = "an operation in place changes what the caller still holds",
) -> None:
    """Expect that what was passed in is, after the call, as it was before."""
    expect_equal(after, before, fault, cause=cause)


def expect_true(
    holds: bool,
    fault: Words,
    *,
    expected: Words,
    got: Words,
    cause: Words | None = None,
) -> None:
    """Expect a condition; say in words what it is and what was seen instead."""
    if not holds:
        raise Finding(fault, expected=expected, got=got, cause=cause)


def expect_error(
    raised: Raised | None,
    kind: type[Exception],
    fault: Words,
    *,
    mentions: str = "",
    cause: Words | None = None,
    causes: Mapping[str, Words] | None = None,
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
    expected: Words = kind.__name__
    if mentions:
        expected = say(
            "{error} that mentions {text}", error=kind.__name__, text=repr(mentions)
        )
    if raised is None:
        raise Finding(fault, expected=expected, got="no exception", cause=cause)
    if kind.__name__ not in raised.types:
        fault = say(
            "It raises {error}, and must raise {kind}.",
            error=raised.types[0],
            kind=kind.__name__,
        )
    elif mentions in raised.message:
        return
    cause = likely_cause(raised, causes)
    raise Finding(
        fault, expected=expected, got=str(raised), at=raised.line, cause=cause
    )


def finding(
    fault: Words,
    expected: Words,
    got: Words,
    value: Any,
    slips: Slips | None,
    cause: Words | None,
) -> Finding:
    """Return the finding with the cause whose evidence fits `value`, else `cause`."""
    causes = (slip for slip, sign in (slips or {}).items() if fits(value, sign))
    return Finding(fault, expected=expected, got=got, cause=next(causes, cause))


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
