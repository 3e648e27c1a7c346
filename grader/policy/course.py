"""How a course counts points."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction

from grader.errors import GraderError
from grader.identity import same_student
from grader.speech import mark


class CourseError(GraderError):
    """The course's rules are malformed; the message names file, entry and fix."""


class Attempts(StrEnum):
    """Which of a student's attempts counts."""

    BEST = mark("best")
    LAST = mark("last")


class OpenPoints(StrEnum):
    """What points count that only a GPU can decide."""

    OPEN = "open"
    """They stay open: in the maximum, and not earned."""
    FULL = "full"
    """They count as earned."""
    NONE = "none"
    """They do not count: neither as earned nor in the maximum."""


@dataclass(frozen=True)
class LateRule:
    """What being late costs."""

    percent_per_day: Fraction = Fraction(0)
    """Of the points earned in a topic, for each day that has begun."""
    grace_minutes: int = 0
    """So late costs nothing; later, the time counts from the due date on."""
    max_percent: Fraction = Fraction(100)
    marked_days: int = 1
    """So many days count where a platform marks what is late and gives no time."""


@dataclass(frozen=True)
class Extension:
    """A later due date for one student."""

    student: str
    days: int
    topics: tuple[str, ...] = ()
    """All of them if empty."""


@dataclass(frozen=True)
class Policy:
    """How a course counts points."""

    weights: Mapping[str, Fraction] = field(default_factory=dict)
    """By topic; 1 where none is given."""
    bonus: frozenset[str] = frozenset()
    """Exercises that are not part of the maximum."""
    due: Mapping[str, datetime] = field(default_factory=dict)
    """By topic, with time zones."""
    late: LateRule = LateRule()
    extensions: tuple[Extension, ...] = ()
    attempts: Attempts = Attempts.LAST
    open: OpenPoints = OpenPoints.NONE
    parts: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """Topics and exercises by assignment."""
    assignment: str = ""
    """Whose rules these are, where it is one of the course's."""
    text: str = ""
    """The document that says so, to be kept beside the scores."""

    def extension_days(self, student: str, topic: str) -> int:
        """Return by how many days a due date is later for a student."""
        name = same_student(student)
        days = [
            e.days
            for e in self.extensions
            if same_student(e.student) == name and (not e.topics or topic in e.topics)
        ]
        return max(days, default=0)

    def strangers(self, students: Collection[str]) -> list[str]:
        """Return those who have an extension and are not among `students`."""
        known = set(map(same_student, students))
        return [
            e.student for e in self.extensions if same_student(e.student) not in known
        ]


NO_RULES = Policy()
"""Of a course that says nothing."""
