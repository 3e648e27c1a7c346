"""What a gradebook wants of each student: points, out of how many, and a comment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from fractions import Fraction

from grader.exports.plain import number
from grader.policy import Adjusted
from grader.results.result import Result
from grader.speech import _, mark

OWN_COMMENT = mark("Points: ")
"""How the comments begin that are made here."""


@dataclass(frozen=True)
class Grade:
    """One student's grade, as the course counts it."""

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
    counted = result.adjusted
    if counted is None:
        return Grade(result.student, None, 0.0, result.state)
    said = comment(counted, result.needs_look, result.unread)
    return Grade(result.student, counted.total, counted.max, said)


def comment(
    counted: Adjusted, needs_look: Sequence[str], unread: Sequence[str] = ()
) -> str:
    """Return the points by topic, and why they are not those earned."""
    topics = ", ".join(
        _("{topic} not read").format(topic=t.topic)
        if t.topic in unread
        else f"{t.topic} {number(t.points)}/{number(t.max)}"
        for t in counted.topics
    )
    look = [_("needs a look: {why}").format(why=why) for why in needs_look]
    why = "".join(f"; {reason}" for reason in (*counted.reasons, *look))
    total = (
        _("{points} of {most}, {open} open for want of a GPU ({topics})")
        if counted.open
        else _("{points} of {most} ({topics})")
    ).format(
        points=number(counted.total),
        most=number(counted.max),
        open=number(counted.open),
        topics=topics,
    )
    return f"{_(OWN_COMMENT)}{total}{why}"
