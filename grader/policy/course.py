"""A course's own rules, read from `course.toml`."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from grader.errors import GraderError
from grader.identity import same_student
from grader.syllabus import Syllabus
from grader.tables import TableReader, read_document

Choice = TypeVar("Choice", bound=StrEnum)


class CourseError(GraderError):
    """The course's rules are malformed; the message names file, entry and fix."""


class Attempts(StrEnum):
    """Which of a student's attempts counts."""

    BEST = "best"
    LAST = "last"


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
    open: OpenPoints = OpenPoints.OPEN
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


def read_policy(path: Path, syllabus: Syllabus) -> Policy:
    """Read a course's rules.

    Raises:
        CourseError: they cannot be read, or an entry is unknown or wrong.
    """
    return parse_policy(read_document(path, CourseError), str(path), syllabus)


def parse_policy(text: str, source: str, syllabus: Syllabus) -> Policy:
    """Build the rules from a TOML document.

    Raises:
        CourseError: an entry is unknown or wrong.
    """
    return _Reader(source, CourseError).policy(text, syllabus)


class _Reader(TableReader):
    """Checks the entries of one course."""

    def policy(self, text: str, syllabus: Syllabus) -> Policy:
        entry = self.table(
            self.parse(text),
            "the document",
            {},
            {
                "attempts": str(Attempts.LAST),
                "open": str(OpenPoints.OPEN),
                "weights": {},
                "exercises": {},
                "due": {},
                "late": {},
                "extension": [],
            },
        )
        topics = syllabus.topic_ids
        return Policy(
            weights=self.weights(entry["weights"], topics),
            bonus=self.bonus(entry["exercises"], syllabus),
            due=self.due(entry["due"], topics),
            late=self.late(entry["late"]),
            extensions=tuple(
                self.extension(item, f"extension {i + 1}", topics)
                for i, item in enumerate(entry["extension"])
            ),
            attempts=self.choice(Attempts, entry["attempts"], "attempts"),
            open=self.choice(OpenPoints, entry["open"], "open"),
            text=text,
        )

    def choice(self, kinds: type[Choice], value: str, key: str) -> Choice:
        if value not in list(kinds):
            self.fail("the document", f"has {key} {value!r}; known: {', '.join(kinds)}")
        return kinds(value)

    def known(self, name: Any, names: Collection[str], entry: str, what: str) -> str:
        if not isinstance(name, str) or name not in names:
            close = difflib.get_close_matches(str(name), names, 1)
            hint = f" Is it {close[0]!r}?" if close else ""
            self.fail(entry, f"names {name!r}, which is no {what}.{hint}")
        return name

    def within(self, value: float, low: float, high: float, entry: str) -> Fraction:
        if not low <= value <= high:
            self.fail(entry, f"is {value}; {low:g} to {high:g} is expected")
        return Fraction(str(value))

    def weights(self, data: Any, topics: Collection[str]) -> dict[str, Fraction]:
        weights = {}
        for topic, weight in data.items():
            self.known(topic, topics, "weights", "topic")
            self.check_type(weight, float, "weights", topic)
            weights[topic] = self.within(weight, 0, 1000, f"the weight of {topic}")
        return weights

    def bonus(self, data: Any, syllabus: Syllabus) -> frozenset[str]:
        """Return the bonus exercises; the narrowest name that is given decides."""
        kinds = self.table(data, "exercises", {}, {"required": [], "bonus": []})
        names = {*syllabus.levels, *syllabus.topic_ids, *syllabus.exercises}
        is_bonus: dict[str, bool] = {}
        for kind in ("required", "bonus"):
            for name in kinds[kind]:
                what = "level, topic or exercise"
                self.known(name, names, f"exercises: {kind}", what)
                if is_bonus.setdefault(name, kind == "bonus") != (kind == "bonus"):
                    self.fail("exercises", f"calls {name} both required and bonus")
        return frozenset(
            e.id
            for e in syllabus.exercises.values()
            if is_bonus.get(e.id, is_bonus.get(e.topic, is_bonus.get(e.level, False)))
        )

    def due(self, data: Any, topics: Collection[str]) -> dict[str, datetime]:
        for topic, moment in data.items():
            self.known(topic, topics, "due", "topic")
            if not isinstance(moment, datetime) or moment.tzinfo is None:
                self.fail(
                    f"due: {topic}",
                    "needs date, time and time zone, as 2026-10-01T23:59:00-03:00",
                )
        return dict(data)

    def late(self, data: Any) -> LateRule:
        entry = self.table(
            data,
            "late",
            {},
            {"percent_per_day": 0.0, "grace_minutes": 0, "max_percent": 100.0},
        )
        minutes = self.within(entry["grace_minutes"], 0, 10_080, "late: grace_minutes")
        percents = {
            key: self.within(entry[key], 0, 100, f"late: {key}")
            for key in ("percent_per_day", "max_percent")
        }
        return LateRule(grace_minutes=int(minutes), **percents)

    def extension(self, data: Any, where: str, topics: Collection[str]) -> Extension:
        entry = self.table(data, where, {"student": str, "days": int}, {"topics": []})
        self.within(entry["days"], 1, 3650, f"{where}: days")
        for topic in entry["topics"]:
            self.known(topic, topics, where, "topic")
        return Extension(entry["student"], entry["days"], tuple(entry["topics"]))
