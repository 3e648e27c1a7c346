"""Grades for Moodle: its offline grading worksheet filled, or a table to import.

The worksheet's column names are those of the teacher's language, and Moodle takes it
back only under these names.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Sequence

from grader.exports.grades import OWN_COMMENT, Grade
from grader.exports.people import match, spellings
from grader.exports.plain import ExportError, neutralise, number
from grader.exports.sheet import Filled, Sheet, clamped, maximum, missing, scaled

PARTICIPANT = re.compile(r"(?:Participant|Participante|Teilnehmer/in)\s*(\d+)")

# English, Portuguese, German, Spanish, as Moodle's language packs say
GRADE = {"grade", "nota", "avaliação", "bewertung", "calificación"}
MAXIMUM = {
    "maximum grade",
    "nota máxima",
    "avaliação máxima",
    "bestwertung",
    "calificación máxima",
}
FEEDBACK = {
    "feedback comments",
    "comentários de feedback",
    "feedback als kommentar",
    "comentarios de retroalimentación",
}
USERNAME = {
    "username",
    "identificação de usuário",
    "nome de utilizador",
    "anmeldename",
    "nombre de usuario",
}
ID_NUMBER = {"id number", "número de identificação", "id-nummer", "número de id"}
EMAIL = {
    "email address",
    "endereço de email",
    "endereço de e-mail",
    "e-mail-adresse",
    "dirección de correo",
    "dirección de correo electrónico",
}
NAME = {"full name", "nome completo", "vollständiger name", "nombre completo"}


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
    feedback = first_of(sheet, FEEDBACK)
    where = f"{sheet.name}: column {sheet.header[place]!r}"
    found = match([g.student for g in grades], people(sheet))
    cells: dict[tuple[int, int], str] = {}
    notes = list(found.notes)
    by_student = {grade.student: grade for grade in grades}
    for row, student in found.student_of.items():
        sheet_max = maximum(sheet.cell(row, first_of(sheet, MAXIMUM)))
        grade, said = clamped(scaled(by_student[student], most, sheet_max, where))
        if grade.points is None:
            notes.append(f"{student} has no score ({grade.comment}): left as it is")
            continue
        cells[row, place] = number(grade.points)
        notes += [said] if said else []
        old = sheet.cell(row, feedback)
        if feedback >= 0 and (not old or old.startswith(OWN_COMMENT)):
            cells[row, feedback] = grade.comment
        elif feedback >= 0:
            notes.append(f"{student} has another comment in the sheet: left as it is")
    if feedback < 0:
        notes.append("no column for comments is known in the sheet: none is filled in")
    matched = set(found.student_of.values())
    rows = [
        label(sheet, row)
        for row in range(len(sheet.rows))
        if row not in found.student_of and any(sheet.rows[row])
    ]
    notes += missing([g for g in grades if g.student not in matched], rows)
    count = sum(1 for _, filled in cells if filled == place)
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
        writer.writerow([neutralise(grade.student), text, neutralise(grade.comment)])
        notes += [said] if said else []
        if made.points is None:
            notes.append(f"{grade.student} has no score ({grade.comment}): left empty")
    count = sum(grade.points is not None for grade in grades)
    return Filled(stream.getvalue(), count, tuple(notes))


def find_column(sheet: Sheet, wanted: str) -> int:
    """Return where the grades' column is.

    Raises:
        ExportError: there is none of a known name.
    """
    place = sheet.column(wanted) if wanted else first_of(sheet, GRADE)
    if place < 0:
        missed = f"column {wanted!r}" if wanted else "column for grades of a known name"
        listed = "; ".join(sheet.header)
        raise ExportError(
            f"{sheet.name} has no {missed}: name it with --column. There are: {listed}"
        )
    return place


def first_of(sheet: Sheet, names: set[str]) -> int:
    """Return where the first column of one of these names is; -1 if there is none."""
    places = (i for i, name in enumerate(sheet.header) if name.casefold() in names)
    return next(places, -1)


def people(sheet: Sheet) -> dict[int, list[list[str]]]:
    """Return what each row's student is known by, the surest first."""
    fields = [first_of(sheet, names) for names in (USERNAME, ID_NUMBER, EMAIL)]
    name = first_of(sheet, NAME)
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
    for cell in sheet.rows[row]:
        if found := PARTICIPANT.fullmatch(cell.strip()):
            return [found[0], found[1]]
    return [""]


def label(sheet: Sheet, row: int) -> str:
    """Return what a person calls a row."""
    name = sheet.cell(row, first_of(sheet, NAME))
    return name or next(filter(None, sheet.rows[row]), "")
