"""A platform's own table: read, filled in one column, and given back as it was."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from grader.exports.grades import Grade
from grader.exports.plain import ExportError, neutralise_cell, number, to_number
from grader.speech import _

BOM = "\ufeff"
DELIMITERS = (",", ";", "\t")


@dataclass(frozen=True)
class Sheet:
    """A table with a header, and how its file is written."""

    name: str
    """Its file, for messages."""
    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    delimiter: str = ","
    newline: str = "\n"
    bom: bool = False

    def column(self, name: str) -> int:
        """Return where a column is; -1 if it is not there."""
        return self.header.index(name) if name in self.header else -1

    def cell(self, row: int, column: int) -> str:
        """Return a cell without blanks around it; empty if the row is short."""
        cells = self.rows[row]
        return cells[column].strip() if 0 <= column < len(cells) else ""

    def put(self, cells: Mapping[tuple[int, int], str]) -> Sheet:
        """Return the sheet with some cells, by row and column, replaced."""
        rows = [list(row) for row in self.rows]
        for (row, column), text in cells.items():
            rows[row] += [""] * (column + 1 - len(rows[row]))
            rows[row][column] = text
        return replace(self, rows=tuple(map(tuple, rows)))

    def to_text(self) -> str:
        """Return the file's text; no cell of it begins a formula."""
        stream = io.StringIO()
        writer = csv.writer(
            stream, delimiter=self.delimiter, lineterminator=self.newline
        )
        writer.writerow(self.header)
        writer.writerows([neutralise_cell(cell) for cell in row] for row in self.rows)
        return (BOM if self.bom else "") + stream.getvalue()


@dataclass(frozen=True)
class Filled:
    """A file for a platform, and what a person must know about it."""

    text: str
    grades: int
    """How many it holds."""
    notes: tuple[str, ...] = ()
    """Rows without a grade, grades without a row, and values that were changed."""


def read_sheet(data: bytes, name: str) -> Sheet:
    """Read a table.

    Raises:
        ExportError: it is not UTF-8, or not a table.
    """
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise ExportError(
            "{name} is not UTF-8 text: download it again and fill that "
            "file, without a spreadsheet in between",
            name=name,
        ) from error
    bom = text.startswith(BOM)
    text = text.removeprefix(BOM)
    delimiter = max(DELIMITERS, key=text.partition("\n")[0].count)
    try:
        stream = io.StringIO(text, newline="")
        table = list(csv.reader(stream, delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise ExportError(
            "{name} is no table ({error}): download it again", name=name, error=error
        ) from error
    if not table:
        raise ExportError("{name} is empty: download it again", name=name)
    return Sheet(
        name,
        tuple(table[0]),
        tuple(map(tuple, table[1:])),
        delimiter,
        "\r\n" if "\r\n" in text else "\n",
        bom,
    )


def where_is(sheet: Sheet, place: int) -> str:
    """Return what messages call a column."""
    name = sheet.header[place]
    return _("{path}: column {name!r}").format(path=sheet.name, name=name)


def scaled(
    grade: Grade, most: float | None, sheet_max: float | None, where: str
) -> Grade:
    """Return a grade as a column wants it.

    Args:
        grade: the grade.
        most: the maximum to scale to, if asked for.
        sheet_max: the maximum that the sheet states, if it does.
        where: the sheet and the column, for messages.

    Raises:
        ExportError: the sheet counts out of another maximum.
    """
    made = grade.out_of(most)
    if made.points is not None and sheet_max is not None and made.max != sheet_max:
        raise ExportError(
            "{where} counts out of {sheet_max}, these grades out of {max}: "
            "add --out-of {sheet_max} to scale them, or change the "
            "platform's maximum",
            where=where,
            sheet_max=number(sheet_max),
            max=number(made.max),
        )
    return made


def clamped(grade: Grade) -> tuple[Grade, str]:
    """Return a grade that is not above its maximum, and what to say about it.

    A bonus may lead above it, and platforms refuse that: the comment says so, too.
    """
    if grade.points is None or grade.points <= grade.max:
        return grade, ""
    why = _("{comment}; no more than {points} counts here").format(
        comment=grade.comment, points=number(grade.max)
    )
    said = _(
        "{student} has {points} of {most}: the maximum is filled in, more is refused"
    ).format(student=grade.student, points=number(grade.points), most=number(grade.max))
    return replace(grade, points=grade.max, comment=why), said


def missing(grades: Iterable[Grade], rows: Sequence[str]) -> list[str]:
    """Return what to say about grades without a row, and rows without a grade."""
    no_row = _("{student} has a result, but no row in the sheet")
    no_result = _("{row} has a row in the sheet, but no result")
    return [
        *(no_row.format(student=grade.student) for grade in grades),
        *(no_result.format(row=row) for row in rows),
    ]


def maximum(cell: str) -> float | None:
    """Return the maximum that a cell states; None if it states none."""
    return to_number(cell) or None
