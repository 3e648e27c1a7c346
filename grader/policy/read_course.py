"""Read a course's own rules, and those of its assignments, from `course.toml`."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from grader.policy.course import (
    Attempts,
    CourseError,
    Extension,
    LateRule,
    OpenPoints,
    Policy,
)
from grader.syllabus import Syllabus
from grader.tables import TableReader, read_document

Choice = TypeVar("Choice", bound=StrEnum)


def read_policy(path: Path, syllabus: Syllabus, assignment: str = "") -> Policy:
    """Read a course's rules, with those of one of its assignments where it is named.

    Raises:
        CourseError: they cannot be read, an entry is unknown or wrong, or there are
            assignments and none of this name.
    """
    text = read_document(path, CourseError)
    return parse_policy(text, str(path), syllabus, assignment)


def parse_policy(
    text: str, source: str, syllabus: Syllabus, assignment: str = ""
) -> Policy:
    """Build the rules from a TOML document.

    Raises:
        CourseError: an entry is unknown or wrong, or there are assignments and none of
            this name.
    """
    return _Reader(source, CourseError).policy(text, syllabus, assignment)


LANGUAGE = "language"
"""The key of what the command speaks in this course; `grader/language.py` reads it."""
RULES: Mapping[str, Any] = {
    "attempts": str(Attempts.LAST),
    "open": str(OpenPoints.NONE),
    "weights": {},
    "exercises": {},
    "due": {},
    "late": {},
    "extension": [],
}
"""What a course may say, and what holds where it says nothing."""


def overlaid(course: Mapping[str, Any], own: Mapping[str, Any]) -> dict[str, Any]:
    """Return a course's rules with an assignment's own in their place.

    In the lists of required and bonus exercises, a name goes where the assignment has
    it.
    """
    made = {**course, **own}
    for name in ("weights", "due", "late"):
        made[name] = {**course[name], **own.get(name, {})}
    kinds = own["exercises"]
    moved = {name for names in kinds.values() for name in names}
    made["exercises"] = {
        kind: [
            *(n for n in course["exercises"].get(kind, []) if n not in moved),
            *kinds[kind],
        ]
        for kind in kinds
    }
    made["extension"] = [*course["extension"], *own.get("extension", [])]
    return made


class _Reader(TableReader):
    """Checks the entries of one course."""

    def policy(self, text: str, syllabus: Syllabus, assignment: str) -> Policy:
        entry = self.table(
            self.parse(text),
            "the document",
            {},
            {**RULES, "assignment": {}, LANGUAGE: ""},
        )
        parts, own = {}, {}
        for name, data in entry["assignment"].items():
            rules, parts[name] = self.assignment(data, name, syllabus)
            own[name] = overlaid(entry, rules)
        for rules in own.values():
            self.rules(rules, syllabus)
        if parts and assignment:
            self.known(assignment, parts, "--assignment", "assignment")
        made = self.rules(own.get(assignment, entry), syllabus)
        name = assignment if parts else ""
        return replace(made, parts=parts, assignment=name, text=text)

    def assignment(
        self, data: Any, name: str, syllabus: Syllabus
    ) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return an assignment's rules, in the document's form, and its parts."""
        where = f"assignment {name}"
        lists: dict[str, Any] = {
            kind: [] for kind in ("topics", "exercises", "required", "bonus")
        }
        optional = {k: v for k, v in RULES.items() if k not in ("due", "exercises")}
        due = data.get("due", {}) if isinstance(data, Mapping) else {}
        entry = self.table(data, where, {}, {**optional, **lists, "due": due})
        for kind, known in (
            ("topics", syllabus.topic_ids),
            ("exercises", syllabus.exercises),
        ):
            for part in entry[kind]:
                self.known(part, known, where, kind.removesuffix("s"))
        parts = (*entry["topics"], *entry["exercises"])
        if not parts:
            self.fail(where, "holds nothing: name topics or exercises")
        rules = {k: entry[k] for k in optional if k in data}
        rules["exercises"] = {kind: entry[kind] for kind in ("required", "bonus")}
        single = isinstance(due, datetime)
        topics = syllabus.only(*parts).topic_ids
        rules["due"] = dict.fromkeys(topics, due) if single else due
        return rules, parts

    def rules(self, entry: Mapping[str, Any], syllabus: Syllabus) -> Policy:
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
            {
                "percent_per_day": 0.0,
                "grace_minutes": 0,
                "max_percent": 100.0,
                "marked_days": 1,
            },
        )
        days = self.within(entry["marked_days"], 0, 365, "late: marked_days")
        minutes = self.within(entry["grace_minutes"], 0, 10_080, "late: grace_minutes")
        percents = {
            key: self.within(entry[key], 0, 100, f"late: {key}")
            for key in ("percent_per_day", "max_percent")
        }
        return LateRule(grace_minutes=int(minutes), marked_days=int(days), **percents)

    def extension(self, data: Any, where: str, topics: Collection[str]) -> Extension:
        entry = self.table(data, where, {"student": str, "days": int}, {"topics": []})
        self.within(entry["days"], 1, 3650, f"{where}: days")
        for topic in entry["topics"]:
            self.known(topic, topics, where, "topic")
        return Extension(entry["student"], entry["days"], tuple(entry["topics"]))
