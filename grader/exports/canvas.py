"""Grades for Canvas: one column of the gradebook that it exports, filled.

Canvas matches people by its own ids, and assignments by the id in a column's name. So
its own export is filled; a sheet made from nothing would offer new assignments.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.exports.grades import Grade
from grader.exports.people import match, spellings
from grader.exports.plain import ExportError, number
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

EXCUSED = "EX"
COMPUTED = re.compile(
    r"(Unposted )?(Current|Final|Override) (Score|Points|Grade|Status)\b"
)
_ID = re.compile(r"(?P<title>.*) \((?P<id>\d+)\)")
_NO_STUDENT = re.compile(r"\s*(Muted|Manual Posting.*)?\s*", re.IGNORECASE)


def fill(
    sheet: Sheet, grades: Sequence[Grade], column: str = "", most: float | None = None
) -> Filled:
    """Fill an assignment's column of Canvas's gradebook export.

    Args:
        sheet: the export.
        grades: what to fill in.
        column: the assignment: its column's name, title or id; may be left out if
            there is only one.
        most: scale to this maximum.

    Raises:
        ExportError: it is not Canvas's export, the column is not clear, or it counts
            out of another maximum.
    """
    names = name_columns(sheet)
    place = find_column(sheet, column)
    where = where_is(sheet, place)
    points_row = next(
        (i for i in range(len(sheet.rows)) if "Points Possible" in sheet.cell(i, 0)),
        None,
    )
    sheet_max = None if points_row is None else maximum(sheet.cell(points_row, place))
    people = {
        row: keys_of(sheet, row, names)
        for row in range(len(sheet.rows))
        if row != points_row and not is_empty(sheet.rows[row])
    }
    found = match([grade.student for grade in grades], people)
    cells: dict[tuple[int, int], str] = {}
    notes = list(found.notes)
    by_student = {grade.student: grade for grade in grades}
    for row, student in found.student_of.items():
        grade, said = clamped(scaled(by_student[student], most, sheet_max, where))
        if sheet.cell(row, place).upper() == EXCUSED:
            said = _("{student} is excused in the sheet: left so")
            notes.append(said.format(student=student))
        elif grade.points is None:
            said = _("{student} has no score ({why}): left as it is")
            notes.append(said.format(student=student, why=grade.comment))
        else:
            cells[row, place] = number(grade.points)
            notes += [said] if said else []
    matched = set(found.student_of.values())
    rows = [sheet.cell(row, 0) for row in people if row not in found.student_of]
    notes += missing([g for g in grades if g.student not in matched], rows)
    return Filled(sheet.put(cells).to_text(), len(cells), tuple(notes))


def name_columns(sheet: Sheet) -> int:
    """Return how many columns hold the name: one, or last and first.

    Raises:
        ExportError: the sheet is not Canvas's.
    """
    header = (*sheet.header, "", "", "")
    if "Section" in header:
        if "Student" in header[0] and "ID" in header[1]:
            return 1
        if header[:2] == ("LastName", "FirstName") and "ID" in header[2]:
            return 2
    raise ExportError(
        "{name} is not a gradebook export of Canvas: it begins with "
        "Student, ID and Section. In Canvas: Grades, Export, Export "
        "Entire Gradebook",
        name=sheet.name,
    )


def find_column(sheet: Sheet, wanted: str) -> int:
    """Return where the assignment's column is.

    Raises:
        ExportError: there is none, or it is not clear which.
    """
    first = sheet.header.index("Section") + 1
    columns = {
        place: name
        for place, name in enumerate(sheet.header)
        if place >= first and name.strip() and not COMPUTED.match(name)
        if not is_read_only(sheet, place)
    }
    fitting = [place for place, name in columns.items() if fits(name, wanted)]
    if len(fitting) == 1:
        return fitting[0]
    listed = "; ".join(columns.values()) or _("none")
    if fitting and wanted:
        problem = _("{name} has several columns of {wanted!r}")
    elif fitting:
        problem = _("{name} has several columns of an assignment")
    elif wanted:
        problem = _("{name} has no column of {wanted!r}")
    else:
        problem = _("{name} has no column of an assignment")
    raise ExportError(
        "{problem}: name one with --column. There are: {listed}",
        problem=problem.format(name=sheet.name, wanted=wanted),
        listed=listed,
    )


def fits(name: str, wanted: str) -> bool:
    """Say whether a column's name, its title or its id is the one wanted."""
    parts = _ID.fullmatch(name)
    known = {name, *(parts.group("title", "id") if parts else ())}
    return not wanted or wanted in known


def is_read_only(sheet: Sheet, place: int) -> bool:
    """Say whether Canvas computes a column, as it marks below its name."""
    return any(
        "read only" in sheet.cell(row, place) for row in range(min(3, len(sheet.rows)))
    )


def is_empty(row: Sequence[str]) -> bool:
    """Say whether a row is about no student, as Canvas tells it."""
    return all(_NO_STUDENT.fullmatch(cell) for cell in row)


def keys_of(sheet: Sheet, row: int, names: int) -> list[list[str]]:
    """Return what a row's student is known by, in Canvas's own order."""
    if names == 1:
        name = spellings(sheet.cell(row, 0))
    else:
        name = [f"{sheet.cell(row, 1)} {sheet.cell(row, 0)}"]
    return [
        [sheet.cell(row, names)],
        [sheet.cell(row, sheet.column("SIS User ID"))],
        [sheet.cell(row, sheet.column("SIS Login ID"))],
        name,
    ]
