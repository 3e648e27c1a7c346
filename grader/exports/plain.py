"""Text and numbers that no spreadsheet takes for something else."""

from __future__ import annotations

import re

from grader.errors import GraderError

SIGNS = r"=+\-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b"
"""What a formula begins with, for a character class; some systems know wide signs."""

_BEGINS = re.compile(rf"[{SIGNS}\t\r\n]")
_BEHIND = re.compile(rf"(?<=[;\t\r\n])(?=[{SIGNS}])")
_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")


class ExportError(GraderError):
    """Scores cannot be exported; the message names the file and the next step."""


def neutralise(text: str) -> str:
    """Return text that a spreadsheet does not take for a formula.

    Where it parts columns by semicolons and opens a table that has commas, quotes mean
    nothing to it: a cell begins behind each semicolon and line end of the text.
    """
    return _BEHIND.sub("'", neutralise_start(text))


def neutralise_start(text: str) -> str:
    """Return text that begins no formula."""
    return f"'{text}" if _BEGINS.match(text) else text


def neutralise_cell(cell: str) -> str:
    """Return a cell of a sheet neutralised, unless it is a number, or - for none."""
    harmless = cell == "-" or _NUMBER.fullmatch(cell)
    return cell if harmless else neutralise_start(cell)


def to_number(cell: str) -> float | None:
    """Return the number in a cell, with a decimal point or comma; None for others.

    The last point or comma of a number is taken for the decimal one, as Canvas does.
    """
    if not re.fullmatch(r"\d+(?:[.,]\d+)*", cell.strip()):
        return None
    *whole, part = re.split(r"[.,]", cell.strip())
    return float(f"{''.join(whole)}.{part}" if whole else part)


def number(points: float) -> str:
    """Return points with two decimals at most."""
    return f"{points:.2f}".rstrip("0").rstrip(".")
