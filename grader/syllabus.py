"""The registry of topics and exercises, read from `exercises/syllabus.toml`."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.errors import GraderError, hint_at
from grader.exercise import Course, Exercise, Topic
from grader.speech import ENGLISH, _, spoken, translate
from grader.tables import DOCUMENT, TableReader, read_document
from grader.text import alike
from grader.words import Words, as_text, say

__all__ = [
    "ASSIGNMENT",
    "LANGUAGES",
    "MEANINGS",
    "Course",
    "Exercise",
    "Syllabus",
    "SyllabusError",
    "Topic",
    "parse_syllabus",
    "read_syllabus",
]

ASSIGNMENT = "assignment.toml"
"""Beside the registry in a handout of an assignment: the exercises that it holds."""
MEANINGS = {"required": True, "optional": False}
"""What a level can be."""
LANGUAGES = ("en", "pt-BR")
"""Those that a handout's README is written in."""


class SyllabusError(GraderError):
    """The registry is malformed; the message names the file, the entry and the fix."""


@dataclass(frozen=True)
class Syllabus:
    """All topics, or a part of them, in the order in which they are taught."""

    topics: tuple[Topic, ...]
    modules: Mapping[str, Sequence[Sequence[str]]]
    """The symbols of each exercise, by topic, of the parts that are left out, too."""
    course: Course
    levels: tuple[str, ...]

    @cached_property
    def exercises(self) -> Mapping[str, Exercise]:
        """Return the exercises by id, in order."""
        return {e.id: e for topic in self.topics for e in topic.exercises}

    @cached_property
    def numbers(self) -> Mapping[str, str]:
        """Return each exercise's place in the course, as 2.3, by id."""
        return {
            exercise.id: f"{i}.{j}"
            for i, topic in enumerate(self.topics, 1)
            for j, exercise in enumerate(topic.exercises, 1)
        }

    @cached_property
    def topic_ids(self) -> tuple[str, ...]:
        """Return the topics' ids, in order."""
        return tuple(topic.id for topic in self.topics)

    def topic(self, name: str) -> Topic:
        """Return the topic called `name`.

        Raises:
            ValueError: there is none.
        """
        return self.topics[self.topic_ids.index(name)]

    def only(self, *names: str) -> Syllabus:
        """Return the part that the names stand for: topics and exercises; all for none.

        A name may be several, with commas between them. An exercise is also found by
        one of its symbols alone.

        Raises:
            SyllabusError: there is no such part; the message hints at a like one.
        """
        single = [n.strip() for name in names for n in name.split(",") if n.strip()]
        found = {exercise for name in single for exercise in self.ids_of(name)}
        return self.restricted(found) if single else self

    def ids_of(self, name: str) -> Collection[str]:
        """Return the ids of the exercises that one name stands for.

        Raises:
            SyllabusError: there are none.
        """
        if name in self.topic_ids:
            return [e.id for e in self.topic(name).exercises]
        if name in self.exercises:
            return [name]
        found = {e.id for e in self.exercises.values() if name in e.symbols}
        if len(found) == 1:
            return found
        known = [(part, part) for part in (*self.topic_ids, *self.exercises)]
        known += [(s, e.id) for e in self.exercises.values() for s in e.symbols]
        if likely := _(" or ").join(alike(name, known)):
            raise SyllabusError(
                "{name!r} is neither a topic nor an exercise. Is it {likely}?",
                name=name,
                likely=likely,
            )
        topics = ", ".join(self.topic_ids)
        raise SyllabusError(
            "{name!r} is neither a topic nor an exercise. The topics are "
            "{topics}; `make list`, or `python -m grader list`, names all "
            "exercises.",
            name=name,
            topics=topics,
        )

    def restricted(self, exercises: Collection[str]) -> Syllabus:
        """Return the part with these exercises, by id."""
        parts = (
            replace(t, exercises=tuple(e for e in t.exercises if e.id in exercises))
            for t in self.topics
        )
        return replace(self, topics=tuple(part for part in parts if part.exercises))

    def read_on(self, exercise: Exercise) -> Words:
        """Return what to read: a section of the book, or of another page."""
        if exercise.page:
            return exercise.section
        title = as_text(self.topic(exercise.topic).title)
        return say(
            "{topic}, “{section}”", topic=title, section=as_text(exercise.section)
        )

    def address(self, exercise: Exercise) -> str:
        """Return where that is read, in the language that is spoken if it can be."""
        return translate(exercise.page or self.topic(exercise.topic).book)

    def address_and_language(self, exercise: Exercise) -> str:
        """Return that address, marked where what it shows is in English after all."""
        address = self.address(exercise)
        own = address not in (exercise.page, self.topic(exercise.topic).book)
        if own or spoken() == ENGLISH:
            return address
        return translate("{address} (in English)").format(address=address)


def read_syllabus(path: Path) -> Syllabus:
    """Read and check the registry; beside an assignment's file, its part of it.

    Raises:
        SyllabusError: it cannot be read, or an entry is missing, unknown or wrong.
    """
    reader = TableReader(str(path), SyllabusError)
    data = reader.parse(read_document(path, SyllabusError))
    syllabus = parse_syllabus(data, str(path))
    given = path.with_name(ASSIGNMENT)
    if not given.exists():
        return syllabus
    reader = TableReader(str(given), SyllabusError)
    data = reader.parse(read_document(given, SyllabusError))
    entry = reader.table(data, DOCUMENT, {"exercises": list})
    part = syllabus.only(*entry["exercises"])
    modules = {t: syllabus.modules[t] for t in part.topic_ids}
    return replace(part, modules=modules)


def parse_syllabus(data: Mapping[str, Any], source: str) -> Syllabus:
    """Build a syllabus from a TOML document's data.

    Raises:
        SyllabusError: an entry is missing, unknown or wrong.
    """
    reader = _Reader(source, SyllabusError)
    kinds = {"course": dict, "levels": dict, "topic": list}
    document = reader.table(data, DOCUMENT, kinds)
    levels = reader.levels(document["levels"])
    topics = tuple(
        reader.topic(entry, i, levels) for i, entry in enumerate(document["topic"])
    )
    reader.refuse_twice([t.id for t in topics])
    modules = {t.id: tuple(e.symbols for e in t.exercises) for t in topics}
    course = reader.course(document["course"])
    syllabus = Syllabus(topics, modules, course, tuple(levels))
    ids = [e.id for topic in topics for e in topic.exercises]
    reader.refuse_twice(ids)
    for exercise in syllabus.exercises.values():
        for needed in exercise.needs:
            if needed not in ids:
                reader.fail(
                    "{entry} needs {name!r}, which is no exercise. {hint}",
                    entry=exercise.id,
                    name=needed,
                    hint=hint_at(needed, ids),
                )
    return syllabus


class _Reader(TableReader):
    """Checks topics and exercises."""

    def course(self, data: Any) -> Course:
        texts = dict.fromkeys(("id", "title", "book", "url"), str)
        entry = self.table(data, "course", texts, {"languages": [LANGUAGES[0]]})
        if not re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", entry["id"]):
            self.fail(
                "{entry} has id {name!r}; it is made of a-z, 0-9 and -",
                entry="course",
                name=entry["id"],
            )
        languages = tuple(entry.pop("languages"))
        if not languages or any(name not in LANGUAGES for name in languages):
            self.fail(
                "{entry} has languages other than {names}",
                entry="course",
                names=", ".join(LANGUAGES),
            )
        return Course(**entry, languages=languages)

    def levels(self, data: Mapping[str, Any]) -> dict[str, bool]:
        for name, meaning in data.items():
            if meaning not in list(MEANINGS):
                self.fail(
                    "{entry} calls {name} {meaning!r}; known: {names}",
                    entry="levels",
                    name=name,
                    meaning=meaning,
                    names=", ".join(MEANINGS),
                )
        return {name: MEANINGS[meaning] for name, meaning in data.items()}

    def topic(self, data: Any, index: int, levels: Mapping[str, bool]) -> Topic:
        texts = {"id": str, "title": str, "book": str, "exercise": list}
        entry = self.table(data, say("topic {number}", number=index + 1), texts)
        name = entry["id"]
        if not name.isidentifier():
            self.fail("topic {name!r} is no name of a module", name=name)
        exercises = tuple(
            self.exercise(item, name, i, levels)
            for i, item in enumerate(entry["exercise"])
        )
        return Topic(name, entry["title"], entry["book"], exercises)

    def exercise(
        self, data: Any, topic: str, index: int, levels: Mapping[str, bool]
    ) -> Exercise:
        where: Words = say("{topic}: exercise {number}", topic=topic, number=index + 1)
        required = {
            "symbols": list,
            "title": str,
            "section": str,
            "level": str,
            "minutes": int,
            "difficulty": int,
            "hints": list,
        }
        optional = {"points": 0, "cuda_points": 0, "needs": [], "page": ""}
        entry = self.table(data, where, required, optional)
        if "points" not in data:
            entry["points"] = entry["difficulty"]
        symbols, hints = entry["symbols"], entry["hints"]
        if not symbols or not all(
            isinstance(s, str) and s.isidentifier() for s in symbols
        ):
            self.fail("{entry} has symbols that are no names", entry=where)
        where = f"{topic}.{symbols[0]}"
        if entry["level"] not in levels:
            self.fail(
                "{entry} has level {name!r}; known: {names}",
                entry=where,
                name=entry["level"],
                names=", ".join(levels),
            )
        for key, low, high in (
            ("minutes", 1, 240),
            ("difficulty", 1, 4),
            ("points", 1, 100),
            ("cuda_points", 0, 100),
        ):
            self.check_range(entry[key], low, high, f"{where}: {key}")
        if len(hints) < 2 or not all(isinstance(h, str) and h.strip() for h in hints):
            self.fail(
                "{entry} needs two hints or more, none of them empty", entry=where
            )
        if entry["page"] and not entry["page"].startswith("https://"):
            self.fail(
                "{entry} has page {page!r}; it begins with https://",
                entry=where,
                page=entry["page"],
            )
        if not all(isinstance(needed, str) for needed in entry["needs"]):
            self.fail("{entry} has needs that are no ids", entry=where)
        fields = {
            **entry,
            **{k: tuple(entry[k]) for k in ("symbols", "needs", "hints")},
        }
        return Exercise(topic=topic, required=levels[entry["level"]], **fields)
