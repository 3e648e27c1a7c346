"""Which attempts of a student are graded, and which of them counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from grader.intake import SubmissionSource
from grader.policy import Attempts, Policy, adjust
from grader.policy.overrides import Overrides
from grader.results.output import attempt_name, report_name
from grader.results.result import Result, Status
from grader.scoring.manifest import Manifest
from grader.speech import _
from grader.syllabus import Syllabus


@dataclass(frozen=True)
class Attempt:
    """One attempt of a student, to be graded."""

    origin: SubmissionSource
    number: int
    of: int
    report: str
    """Where its report lies."""


def attempts_of(origin: SubmissionSource, policy: Policy) -> list[Attempt]:
    """Return the attempts to grade: the last, or all where the best counts."""
    of = len(origin.earlier) + 1
    if policy.attempts is Attempts.LAST or of == 1:
        return [Attempt(origin, of, of, report_name(origin.student))]
    return [
        Attempt(one, number, of, attempt_name(origin.student, number))
        for number, one in enumerate([*origin.earlier, origin], 1)
    ]


def decided(
    result: Result, overrides: Overrides, manifest: Manifest, syllabus: Syllabus
) -> Result:
    """Return a result with the points that a person decided on."""
    if result.score is None:
        return result
    return replace(result, score=overrides.apply(result.score, manifest, syllabus))


def counted(results: Sequence[Result], policy: Policy) -> Result:
    """Return the attempt that counts, its points adjusted, and say which it is.

    A fault of the kit in one of them leaves open which is the best: there is no score.
    """
    for result in results:
        if result.status is Status.KIT_ERROR:
            return result
    graded = [adjusted(result, policy) for result in results if result.score]
    if not graded:
        return in_view_of(results, results[-1])
    return in_view_of(results, max(graded, key=worth))


def adjusted(result: Result, policy: Policy) -> Result:
    """Return a graded result with the points that the course counts."""
    assert result.score is not None
    points = adjust(
        result.score,
        result.submitted_at,
        policy,
        result.student,
        times=result.times,
        marked_late=result.marked_late,
    )
    if result.of > 1:
        why = _("attempt {n} of {total} counts: the {which}").format(
            n=result.attempt, total=result.of, which=_(policy.attempts)
        )
        points = replace(points, reasons=(*points.reasons, why))
    return replace(result, adjusted=points)


def worth(result: Result) -> tuple[float, float, int]:
    """Return what makes one attempt better than another; of equal ones the later."""
    assert result.adjusted is not None
    return result.adjusted.total, result.adjusted.open, result.attempt


def in_view_of(results: Sequence[Result], result: Result) -> Result:
    """Return a result with what is to be known about the attempts beside it."""
    if len(results) == 1:
        return result
    others = (
        _("attempt {n}: {state}").format(n=other.attempt, state=other.state)
        for other in results
        if other.score is None and other.attempt != result.attempt
    )
    return replace(result, notes=(*result.notes, *others), attempts=tuple(results))
