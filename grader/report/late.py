"""Who handed in late, by the course's rules or the platform's mark."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction

from grader.policy import Policy
from grader.policy.adjust import lateness_of
from grader.results.result import Result


@dataclass(frozen=True)
class Late:
    """Topics of a student that are equally late."""

    student: str
    topics: tuple[str, ...]
    """Their ids; none where the platform's mark is all that is known."""
    days: int | None
    """Days that have begun; 0 within the grace, None if unknown."""
    percent: float
    """What it costs."""
    marked: bool
    """Whether the platform says so."""


def find_late(result: Result, policy: Policy) -> Iterator[Late]:
    """Yield what a student handed in late; of several topics together what is alike."""
    if result.score is None:
        return
    found: dict[tuple[int, Fraction], list[str]] = {}
    for topic in result.score.topics:
        moment = result.times.get(topic, result.submitted_at)
        late = lateness_of(
            topic, moment, policy, result.student, marked_late=result.marked_late
        )
        if late.days is not None:
            found.setdefault((late.days, late.percent), []).append(topic)
    for (days, percent), topics in found.items():
        yield Late(
            result.student, tuple(topics), days, float(percent), result.marked_late
        )
    if result.marked_late and not found:
        yield Late(result.student, (), None, 0.0, marked=True)
