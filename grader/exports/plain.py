"""Text and numbers that no spreadsheet takes for something else."""

from __future__ import annotations

import re

from grader.errors import GraderError

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")

_NUMBER = re.compile(r"[+-]?\d+(?:[.,]\d+)*%?")


class ExportError(GraderError):
    """Scores cannot be exported; the message names the file and the next step."""


def neutralise(text: str) -> str:
    """Return text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def neutralise_cell(cell: str) -> str:
    """Return a cell of a sheet neutralised, unless it is a number, or - for none."""
    harmless = cell == "-" or _NUMBER.fullmatch(cell)
    return cell if harmless else neutralise(cell)


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
