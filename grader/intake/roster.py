"""The roster: who takes the course, and under which ids each platform knows them.

A CSV file with a row per student. `student` is the id that results go by; the other
columns may be left out. `handed_in` holds when, `handed_in:TOPIC` when a topic was; a
file of times has these and the student.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from grader.errors import GraderError, hint_at
from grader.identity import composed, is_fit_id, same_words
from grader.intake.times import parse_local_time
from grader.speech import _

MAX_ROSTER = 4 << 20  # bytes
PLATFORM_COLUMNS = {
    "canvas_id": "canvas",
    "moodle_id": "moodle",
    "sis_id": "sis",
    "login": "login",
    "github": "github",
}
"""Columns of platforms' ids, and the kind of id that each holds."""
COLUMN_OF = {kind: column for column, kind in PLATFORM_COLUMNS.items()}
NAMES = ("name", "sortable")
TIME = "handed_in"
"""The column of a time; behind a colon may stand the topic that it is for."""
COLUMNS = ("student", "name", "email", *PLATFORM_COLUMNS, TIME)


class RosterError(GraderError):
    """The roster cannot be read; the message names the file, the line and the step."""


@dataclass(frozen=True)
class Student:
    """One row of a roster."""

    id: str
    name: str = ""
    email: str = ""
    ids: Mapping[str, str] = field(default_factory=dict)
    """Ids by kind: canvas, moodle, sis, login, github."""
    times: Mapping[str, datetime] = field(default_factory=dict)
    """When handed in, with a time zone, by topic; empty for all without their own."""

    def known_as(self) -> Iterator[tuple[str, str]]:
        """Yield every kind of id, and the id, that means this student."""
        yield "student", self.id
        yield from self.ids.items()
        if self.email:
            yield "email", self.email
        if self.name:
            yield "name", self.name


class Roster:
    """The students of a course, found by whatever they are known as."""

    def __init__(self, students: Sequence[Student] = ()) -> None:
        """Take the students."""
        self.students = tuple(students)
        self._known: dict[tuple[str, str], dict[str, Student]] = {}
        for student in students:
            for kind, folded in keys_of(student):
                if folded:
                    self._known.setdefault((kind, folded), {})[student.id] = student

    def find(self, alias: str, kind: str = "") -> Student | None:
        """Return the one student that an id means; None if none or several.

        Args:
            alias: an id of any kind, an e-mail address or a name, in any case.
            kind: look at ids of this kind only: one of a student's `known_as`, or
                "sortable", Canvas's last name and first name without a space.
        """
        for one in [kind] if kind else ["student", "email", "any", "name"]:
            found = self._meant(one, alias)
            if len(found) == 1:
                return found[0]
        return None

    def owner(self, ids: Sequence[tuple[str, str]]) -> Student | None:
        """Return the student whom a platform means, told by ids of several kinds.

        A name is the last resort: it does not mean a student whose id on the platform
        is known to be another one.
        """
        sure = [(kind, alias) for kind, alias in ids if kind not in NAMES]
        for kind, alias in sure:
            if student := self.find(alias, kind):
                return student
        platforms = {kind for kind, _ in sure}
        for kind, alias in ids:
            found = self._meant(kind, alias)
            others = [student for student in found if not platforms & set(student.ids)]
            if kind in NAMES and len(others) == 1:
                return others[0]
        return None

    def _meant(self, kind: str, alias: str) -> Sequence[Student]:
        return list(self._known.get((kind, fold(alias, kind)), {}).values())


def keys_of(student: Student) -> Iterator[tuple[str, str]]:
    """Yield what a roster looks a student up by."""
    for kind, alias in student.known_as():
        yield kind, fold(alias, kind)
    for alias in student.ids.values():
        yield "any", fold(alias)
    words = student.name.split()
    for i in range(len(words)):
        yield "sortable", fold(" ".join(words[i:] + words[:i]), "sortable")


def fold(text: str, kind: str = "") -> str:
    """Return what is equal for two spellings of an id, or what is left of a name."""
    folded = same_words(text)
    return re.sub(r"\W", "", folded) if kind in NAMES else folded


def read_roster(path: Path, topics: Collection[str] = ()) -> Roster:
    """Read a roster; times may stand in it by topic.

    Raises:
        RosterError: it cannot be read, or a row or column is amiss.
    """
    return Roster(list(parse_roster(read_table(path), str(path), topics)))


def read_table(path: Path) -> str:
    """Return the text of a CSV file.

    Raises:
        RosterError: it cannot be read, is far too large, or not UTF-8.
    """
    try:
        with open(path, "rb") as stream:
            data = stream.read(MAX_ROSTER + 1)
    except OSError as error:
        raise RosterError(
            "{path} cannot be read: {strerror}. Name a CSV file",
            path=path,
            strerror=error.strerror,
        ) from error
    if len(data) > MAX_ROSTER:
        raise RosterError(
            "{path} has more than {max_roster:,} bytes: is it a roster?",
            path=path,
            max_roster=MAX_ROSTER,
        )
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise RosterError(
            "{path}, line {line}: not UTF-8 text. Save it as CSV UTF-8",
            path=path,
            line=line,
        ) from error


def parse_roster(
    text: str, name: str, topics: Collection[str] = ()
) -> Iterator[Student]:
    """Yield the students of a roster's text; commas or semicolons part its columns.

    Raises:
        RosterError: a row or a column is amiss; `name` is the file to tell of.
    """
    first = text.partition("\n")[0]
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    columns: Sequence[str] = ()
    lines: dict[tuple[str, str], int] = {}
    try:
        for row in reader:
            cells = [composed(cell.strip()) for cell in row]
            if not any(cells):
                continue
            try:
                if columns:
                    student = to_student(cells, columns)
                    refuse_double(student, lines, reader.line_num)
                    yield student
                else:
                    columns = check_columns(cells, topics)
            except ValueError as error:
                raise RosterError(
                    "{name}, line {line_num}: {error}",
                    name=name,
                    line_num=reader.line_num,
                    error=error,
                ) from error
    except csv.Error as error:
        raise RosterError(
            "{name}, line {line_num}: {error}",
            name=name,
            line_num=reader.line_num,
            error=error,
        ) from error
    if not columns:
        raise RosterError(
            "{name} is empty: it needs the columns {names}",
            name=name,
            names=", ".join(COLUMNS),
        )


def check_columns(cells: Sequence[str], topics: Collection[str]) -> Sequence[str]:
    """Return the names of the columns.

    Raises:
        ValueError: one is unknown, stands there twice, or is missing.
    """
    known = (*COLUMNS, *(f"{TIME}:{topic}" for topic in topics))
    columns = [cell.casefold() for cell in cells]
    for cell, column in zip(cells, columns, strict=True):
        if column not in known:
            hint = hint_at(column, known).render()
            said = _("unknown column {column!r}. {hint}")
            raise ValueError(said.format(column=cell, hint=hint))
        if columns.count(column) > 1:
            said = _("the column {column} stands there twice: keep one")
            raise ValueError(said.format(column=column))
    if "student" not in columns:
        raise ValueError(_("the column student is missing: results go by it"))
    return columns


def to_student(cells: Sequence[str], columns: Sequence[str]) -> Student:
    """Return the student of a row.

    Raises:
        ValueError: the row is longer than the header, its id cannot name a file, or a
            time is none.
    """
    if len(cells) > len(columns):
        raise ValueError(
            _("{cells} cells for {columns} columns: quote what holds a comma").format(
                cells=len(cells), columns=len(columns)
            )
        )
    row = dict(zip(columns, cells, strict=False))
    if not is_fit_id(row.get("student", "")):
        raise ValueError(
            _(
                "{student!r} is no id for a student: results are files of that name, "
                "so it has no slash or control character and no dot in front"
            ).format(student=row.get("student", ""))
        )
    ids = {kind: row[c] for c, kind in PLATFORM_COLUMNS.items() if row.get(c)}
    times = {
        column.removeprefix(TIME).removeprefix(":"): parse_local_time(cell)
        for column, cell in row.items()
        if column.startswith(TIME) and cell
    }
    named = (row["student"], row.get("name", ""), row.get("email", ""))
    return Student(*named, ids, times)


def refuse_double(
    student: Student, lines: dict[tuple[str, str], int], line: int
) -> None:
    """Note the line of a student's ids.

    Raises:
        ValueError: another student has one of them.
    """
    for kind, alias in student.known_as():
        first = lines.setdefault((kind, fold(alias)), line)
        if kind != "name" and first != line:
            said = _("{column} {alias!r} stands in line {line} too")
            column = COLUMN_OF.get(kind, kind)
            raise ValueError(said.format(column=column, alias=alias, line=first))
