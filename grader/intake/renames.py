"""The rename map: which file of a student is which topic's, as an instructor says.

[[rename]]
student = "ana-souza"
file = "work/homework three.py"
topic = "parameters"
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from grader.errors import GraderError, hint_at
from grader.identity import same_student
from grader.tables import DOCUMENT, TableReader, read_document
from grader.words import say

KEYS = {"student": str, "file": str, "topic": str}


class RenamesError(GraderError):
    """The rename map is malformed; the message names file, entry and fix."""


class Renames:
    """Files that an instructor names, by student and topic."""

    def __init__(self, files: Mapping[tuple[str, str], str] | None = None) -> None:
        """Take the files, by student as the map writes it and by topic."""
        self.files = dict(files or {})

    def of(self, student: str) -> dict[str, str]:
        """Return a student's files by topic."""
        name = same_student(student)
        return {t: f for (s, t), f in self.files.items() if same_student(s) == name}

    def strangers(self, students: Collection[str]) -> list[str]:
        """Return those whom the map names and who are not among `students`."""
        known = set(map(same_student, students))
        named = dict.fromkeys(student for student, _ in self.files)
        return [student for student in named if same_student(student) not in known]


def read_renames(path: Path, topics: Collection[str]) -> Renames:
    """Read a rename map.

    Raises:
        RenamesError: it cannot be read, or an entry is unknown or wrong.
    """
    reader = TableReader(str(path), RenamesError)
    data: Any = reader.parse(read_document(path, RenamesError))
    entries = reader.table(data, DOCUMENT, {"rename": list})["rename"]
    files: dict[tuple[str, str], str] = {}
    for number, given in enumerate(entries, 1):
        where = say("rename {number}", number=number)
        entry = reader.table(given, where, KEYS)
        student, topic = key = (entry["student"], entry["topic"])
        if topic not in topics:
            reader.fail(
                "{entry} names {name!r}, which is no topic. {hint}",
                entry=where,
                name=topic,
                hint=hint_at(topic, topics),
            )
        if key in files:
            reader.fail(
                "{entry} names {topic} of {student} once more",
                entry=where,
                topic=topic,
                student=student,
            )
        files[key] = entry["file"]
    return Renames(files)
