"""Grades for Moodle: its offline grading worksheet filled, or a table to import.

The worksheet's column names are those of the teacher's language, and Moodle takes it
back only under these names.
"""

from __future__ import annotations

import csv
import html
import io
import re
import tomllib
from collections import defaultdict
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources

from grader.exports.grades import OWN_COMMENT, Grade
from grader.exports.people import match, spellings
from grader.exports.plain import ExportError, neutralise, number
from grader.exports.sheet import (
    Filled,
    Sheet,
    clamped,
    maximum,
    missing,
    scaled,
    where_is,
)
from grader.speech import _


@cache
def read_words() -> Mapping[str, frozenset[str]]:
    """Return what Moodle calls each field, in any language that is known."""
    file = resources.files("grader.exports") / "moodle.toml"
    languages = tomllib.loads(file.read_text(encoding="utf-8")).values()
    words: dict[str, set[str]] = defaultdict(set)
    for language in languages:
        for field, names in language.items():
            words[field].update(map(str.casefold, names))
    return {field: frozenset(names) for field, names in words.items()}


def fill(
    sheet: Sheet, grades: Sequence[Grade], column: str = "", most: float | None = None
) -> Filled:
    """Fill grades and comments into an offline grading worksheet.

    Args:
        sheet: the worksheet that Moodle gave.
        grades: what to fill in.
        column: the grades' column, where its name is not known.
        most: scale to this maximum.

    Raises:
        ExportError: the column is not clear, or it counts out of another maximum.
    """
    place = find_column(sheet, column)
    feedback = first_of(sheet, "feedback")
    where = where_is(sheet, place)
    found = match([g.student for g in grades], people(sheet))
    cells: dict[tuple[int, int], str] = {}
    notes = list(found.notes)
    by_student = {grade.student: grade for grade in grades}
    for row, student in found.student_of.items():
        sheet_max = maximum(sheet.cell(row, first_of(sheet, "maximum")))
        grade, said = clamped(scaled(by_student[student], most, sheet_max, where))
        if grade.points is None:
            said = _("{student} has no score ({why}): left as it is")
            notes.append(said.format(student=student, why=grade.comment))
            continue
        cells[row, place] = number(grade.points)
        notes += [said] if said else []
        old = sheet.cell(row, feedback)
        if feedback >= 0 and (not old or old.startswith((OWN_COMMENT, _(OWN_COMMENT)))):
            cells[row, feedback] = as_html(grade.comment)
        elif feedback >= 0:
            said = _("{student} has another comment in the sheet: left as it is")
            notes.append(said.format(student=student))
    if feedback < 0:
        notes.append(
            _("no column for comments is known in the sheet: none is filled in")
        )
    matched = set(found.student_of.values())
    rows = [
        label(sheet, row)
        for row in range(len(sheet.rows))
        if row not in found.student_of and any(sheet.rows[row])
    ]
    notes += missing([g for g in grades if g.student not in matched], rows)
    count = sum(1 for _row, filled in cells if filled == place)
    return Filled(sheet.put(cells).to_text(), count, tuple(notes))


def to_import(grades: Sequence[Grade], most: float | None = None) -> Filled:
    """Return a table for the gradebook's import: map `student` to a user field there.

    An unknown student or a grade above the maximum stops the whole import, so the field
    must be the one that the submissions are named by.
    """
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["student", "grade", "feedback"])
    notes = []
    for grade in grades:
        made, said = clamped(grade.out_of(most))
        text = "" if made.points is None else number(made.points)
        writer.writerow([neutralise(grade.student), text, as_html(made.comment)])
        notes += [said] if said else []
        if made.points is None:
            said = _("{student} has no score ({why}): left empty")
            notes.append(said.format(student=grade.student, why=grade.comment))
    count = sum(grade.points is not None for grade in grades)
    return Filled(stream.getvalue(), count, tuple(notes))


def as_html(comment: str) -> str:
    """Return a comment as Moodle takes it: for HTML, in a cell of a table."""
    return neutralise(html.escape(comment, quote=False))


def find_column(sheet: Sheet, wanted: str) -> int:
    """Return where the grades' column is.

    Raises:
        ExportError: there is none of a known name.
    """
    place = sheet.column(wanted) if wanted else first_of(sheet, "grade")
    if place < 0:
        missed = (
            _("{name} has no column {wanted!r}")
            if wanted
            else _("{name} has no column for grades of a known name")
        )
        raise ExportError(
            "{problem}: name it with --column. There are: {listed}",
            problem=missed.format(name=sheet.name, wanted=wanted),
            listed="; ".join(sheet.header),
        )
    return place


def first_of(sheet: Sheet, field: str) -> int:
    """Return where the first column of a field is; -1 if there is none."""
    names = read_words()[field]
    places = (i for i, name in enumerate(sheet.header) if name.casefold() in names)
    return next(places, -1)


def people(sheet: Sheet) -> dict[int, list[list[str]]]:
    """Return what each row's student is known by, the surest first."""
    fields = [first_of(sheet, field) for field in ("username", "id_number", "email")]
    name = first_of(sheet, "name")
    return {
        row: [
            participant(sheet, row),
            *([sheet.cell(row, place)] for place in fields),
            spellings(sheet.cell(row, name)),
        ]
        for row in range(len(sheet.rows))
    }


def participant(sheet: Sheet, row: int) -> list[str]:
    """Return a row's number of the participant, with and without the word before it."""
    words = "|".join(map(re.escape, sorted(read_words()["participant"])))
    for cell in sheet.rows[row]:
        if found := re.fullmatch(rf"(?:{words})\s*(\d+)", cell.strip(), re.IGNORECASE):
            return [found[0], found[1]]
    return [""]


def label(sheet: Sheet, row: int) -> str:
    """Return what a person calls a row."""
    name = sheet.cell(row, first_of(sheet, "name"))
    return name or next(filter(None, sheet.rows[row]), "")
