"""What a gradebook wants of each student: points, out of how many, and a comment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.exports.plain import number
from grader.results.result import Result
from grader.scoring.score import Score, add

OWN_COMMENT = "Points: "
"""How the comments begin that are made here."""


@dataclass(frozen=True)
class Grade:
    """One student's grade: as the course counts it, if it has rules of its own."""

    student: str
    points: float | None
    """None where the submission has no score: that is not a zero."""
    max: float
    comment: str

    def out_of(self, most: float | None) -> Grade:
        """Return the grade scaled to another maximum; itself for None."""
        if most is None or self.points is None or not self.max:
            return self
        share = Fraction(str(self.points)) / Fraction(str(self.max))
        points = float(round(share * Fraction(str(most)), 2))
        return replace(self, points=points, max=most)


def grade_of(result: Result) -> Grade:
    """Return a student's grade."""
    counted = result.adjusted or result.score
    if counted is None:
        return Grade(result.student, None, 0.0, result.state)
    return Grade(result.student, counted.total, counted.max, comment(result))


def comment(result: Result) -> str:
    """Return the points by topic, and why they are not those earned."""
    counted = result.adjusted or result.score
    assert counted is not None
    topics = ", ".join(
        f"{name} {number(points)}/{number(most)}"
        for name, points, most in parts(result)
    )
    left = f", {number(counted.open)} open for want of a GPU" if counted.open else ""
    reasons = result.adjusted.reasons if result.adjusted else ()
    look = [f"needs a look: {why}" for why in result.needs_look]
    why = "".join(f"; {reason}" for reason in (*reasons, *look))
    total = f"{number(counted.total)} of {number(counted.max)}"
    return f"{OWN_COMMENT}{total}{left} ({topics}){why}"


def parts(result: Result) -> Iterable[tuple[str, float, float]]:
    """Yield each topic with the points that count in it, and their maximum."""
    if result.adjusted is not None:
        for topic in result.adjusted.topics:
            yield topic.topic, topic.points, topic.max
    elif result.score is not None:
        for name, points in result.score.topics.items():
            yield name, points, max_of(result.score, name)


def max_of(score: Score, topic: str) -> float:
    """Return the points that a topic has."""
    return add(e.max for e in score.exercises if e.topic == topic)
