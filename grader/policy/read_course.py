"""Read a course's own rules, and those of its assignments, from `course.toml`."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from enum import StrEnum
from fractions import Fraction
from pathlib import Path
from typing import Any, TypeVar

from grader.errors import hint_at
from grader.policy.course import (
    Attempts,
    CourseError,
    Extension,
    LateRule,
    OpenPoints,
    Policy,
)
from grader.syllabus import Syllabus
from grader.tables import DOCUMENT, TableReader, read_document
from grader.words import Text, Words, say

Choice = TypeVar("Choice", bound=StrEnum)
TOPIC = say("topic")


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
            DOCUMENT,
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
            self.known(assignment, parts, "--assignment", say("assignment"))
        made = self.rules(own.get(assignment, entry), syllabus)
        name = assignment if parts else ""
        return replace(made, parts=parts, assignment=name, text=text)

    def assignment(
        self, data: Any, name: str, syllabus: Syllabus
    ) -> tuple[dict[str, Any], tuple[str, ...]]:
        """Return an assignment's rules, in the document's form, and its parts."""
        where = say("assignment {name}", name=name)
        lists: dict[str, Any] = {
            kind: [] for kind in ("topics", "exercises", "required", "bonus")
        }
        optional = {k: v for k, v in RULES.items() if k not in ("due", "exercises")}
        due = data.get("due", {}) if isinstance(data, Mapping) else {}
        entry = self.table(data, where, {}, {**optional, **lists, "due": due})
        for topic in entry["topics"]:
            self.known(topic, syllabus.topic_ids, where, TOPIC)
        for exercise in entry["exercises"]:
            self.known(exercise, syllabus.exercises, where, say("exercise"))
        parts = (*entry["topics"], *entry["exercises"])
        if not parts:
            self.fail("{entry} holds nothing: name topics or exercises", entry=where)
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
                self.extension(item, say("extension {number}", number=i + 1), topics)
                for i, item in enumerate(entry["extension"])
            ),
            attempts=self.choice(Attempts, entry["attempts"], "attempts"),
            open=self.choice(OpenPoints, entry["open"], "open"),
        )

    def choice(self, kinds: type[Choice], value: str, key: str) -> Choice:
        if value not in list(kinds):
            self.fail(
                "{entry} has {key} {value!r}; known: {names}",
                entry=DOCUMENT,
                key=key,
                value=value,
                names=", ".join(kinds),
            )
        return kinds(value)

    def known(
        self, name: Any, names: Collection[str], entry: Words, what: Words
    ) -> str:
        if not isinstance(name, str) or name not in names:
            self.fail(
                "{entry} names {name!r}, which is no {what}. {hint}",
                entry=entry,
                name=name,
                what=what,
                hint=hint_at(str(name), names),
            )
        return name

    def within(self, value: float, low: float, high: float, entry: Words) -> Fraction:
        self.check_range(value, low, high, entry)
        return Fraction(str(value))

    def weights(self, data: Any, topics: Collection[str]) -> dict[str, Fraction]:
        weights = {}
        for topic, weight in data.items():
            self.known(topic, topics, "weights", TOPIC)
            self.check_type(weight, float, "weights", topic)
            weights[topic] = self.within(weight, 0, 1000, f"weights: {topic}")
        return weights

    def bonus(self, data: Any, syllabus: Syllabus) -> frozenset[str]:
        """Return the bonus exercises; the narrowest name that is given decides."""
        kinds = self.table(data, "exercises", {}, {"required": [], "bonus": []})
        names = (*syllabus.levels, *syllabus.topic_ids, *syllabus.exercises)
        is_bonus: dict[str, bool] = {}
        for kind in ("required", "bonus"):
            for name in kinds[kind]:
                what = say("level, topic or exercise")
                self.known(name, names, f"exercises: {kind}", what)
                if is_bonus.setdefault(name, kind == "bonus") != (kind == "bonus"):
                    self.fail(
                        "{entry} calls {name} both required and bonus",
                        entry="exercises",
                        name=name,
                    )
        return frozenset(
            e.id
            for e in syllabus.exercises.values()
            if is_bonus.get(e.id, is_bonus.get(e.topic, is_bonus.get(e.level, False)))
        )

    def due(self, data: Any, topics: Collection[str]) -> dict[str, datetime]:
        for topic, moment in data.items():
            self.known(topic, topics, "due", TOPIC)
            if not isinstance(moment, datetime) or moment.tzinfo is None:
                self.fail(
                    "{entry} needs date, time and zone, as 2026-10-01T23:59:00-03:00",
                    entry=f"due: {topic}",
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

    def extension(self, data: Any, where: Text, topics: Collection[str]) -> Extension:
        entry = self.table(data, where, {"student": str, "days": int}, {"topics": []})
        days = say("{entry}: {key}", entry=where, key="days")
        self.within(entry["days"], 1, 3650, days)
        for topic in entry["topics"]:
            self.known(topic, topics, where, TOPIC)
        return Extension(entry["student"], entry["days"], tuple(entry["topics"]))
