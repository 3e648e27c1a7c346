"""A topic's module from a notebook: the code of its cells, nothing of it run here."""

from __future__ import annotations

import itertools
import json
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from grader.intake.answers import Symbols, count_answers, count_stubs
from grader.intake.candidate import UnfitError
from grader.sandbox.run_cells import find_magics
from grader.speech import _
from grader.stubs import check_id, desk_id
from grader.words import say

MAX_NOTEBOOK = 64 << 20  # bytes, outputs and all
MAX_CONTAINERS = 2_000_000
"""Lists and tables in a notebook's JSON: each takes far more memory than bytes."""

CellTuple = tuple[str, tuple[str, ...], bool]
"""What `run_cells` makes a cell of."""

_MODULE = """\
from grader.sandbox.run_cells import run_cells

run_cells(
    globals(),
    [
{cells}    ],
)
"""


@dataclass(frozen=True)
class Module:
    """A topic's module, read from a file or made of a notebook's cells."""

    name: str
    """Of the file it comes from."""
    source: bytes
    notes: tuple[str, ...] = ()
    """What an instructor should know about it."""
    answers: int = 0
    """How many exercises it answers, as far as can be told without running it."""
    left: int = 0
    """How many bodies are still those of a stub."""

    def noted(self, *notes: str) -> Module:
        """Return it with more to know about it."""
        return replace(self, notes=(*self.notes, *notes))


@dataclass(frozen=True)
class CodeCell:
    """A cell of code as it was handed in."""

    number: int
    """Its place among all cells, from 1."""
    grade_id: str
    """Its name in nbgrader; empty for a cell that the student added."""
    source: str


def read_notebook(
    name: str, data: bytes, topic: str, max_source: int, exercises: Symbols = ()
) -> Module:
    """Return the module that a notebook's cells make.

    Args:
        name: the file's name.
        data: its bytes.
        topic: the module's name.
        max_source: bytes of all its code, at most.
        exercises: what the topic asks for.

    Raises:
        UnfitError: it is no notebook, or holds no code or far too much.
    """
    document = parse(name, data)
    cells = list(code_cells(name, document))
    size = sum(len(cell.source) for cell in cells)
    if size > max_source:
        raise UnfitError(
            "{name} holds {size:,} characters of code; at most "
            "{max_source:,} are graded.",
            name=name,
            size=size,
            max_source=max_source,
        )
    groups = [group for group in group_parts(cells) if not is_help(group[0])]
    if not groups:
        raise UnfitError("{name} holds no code to grade.", name=name)
    text = "\n".join(cell.source for group in groups for cell in group)
    made = make_module(
        name, [as_cell(group, name, topic) for group in groups], text, exercises
    )
    return made.noted(*(f"{name}: {note}" for note in notes_on(document, cells)))


def make_module(
    name: str, cells: Sequence[CellTuple], text: str, exercises: Symbols
) -> Module:
    """Return the module that runs cells, whose whole text tells what they answer."""
    lines = "".join(f"        {cell!a},\n" for cell in cells)
    source = _MODULE.format(cells=lines).encode()
    return Module(name, source, (), count_answers(text, exercises), count_stubs(text))


def parse(name: str, data: bytes) -> dict[str, Any]:
    """Return a notebook's JSON.

    Raises:
        UnfitError: it is none, or one that fills the memory.
    """
    if data.count(b"{") + data.count(b"[") > MAX_CONTAINERS:
        raise UnfitError(
            "{name} holds far too much: clear all its outputs and hand it in again.",
            name=name,
        )
    try:
        document = json.loads(data)
    except (ValueError, RecursionError) as error:
        deep = isinstance(error, RecursionError)
        reason = say("nested too deep") if deep else error
        raise UnfitError(
            "{name} is not a notebook ({reason}): open it in Jupyter, save "
            "it and hand it in again.",
            name=name,
            reason=reason,
        ) from error
    if not isinstance(document, dict):
        raise UnfitError(
            "{name} is not a notebook: its JSON is not a table.", name=name
        )
    return document


def code_cells(name: str, document: dict[str, Any]) -> Iterator[CodeCell]:
    """Yield the cells of code, in every version of the format that has them.

    Raises:
        UnfitError: there is no list of cells.
    """
    cells = document.get("cells")
    if cells is None and isinstance(sheets := document.get("worksheets"), list):
        sheets = [s for s in sheets if isinstance(s, dict)]
        lists = [s["cells"] for s in sheets if isinstance(s.get("cells"), list)]
        cells = [cell for cells in lists for cell in cells]
    if not isinstance(cells, list):
        raise UnfitError(
            "{name} holds no cells: save it with Jupyter, in version 4 of the format.",
            name=name,
        )
    for number, cell in enumerate(cells, 1):
        if isinstance(cell, dict) and cell.get("cell_type") == "code":
            source = text_of(cell.get("source", cell.get("input")))
            yield CodeCell(number, grade_id_of(cell), source)


def text_of(source: Any) -> str:
    """Return a cell's text, kept as one or as lines."""
    if isinstance(source, list):
        return "".join(line for line in source if isinstance(line, str))
    return source if isinstance(source, str) else ""


def grade_id_of(cell: dict[str, Any]) -> str:
    """Return a cell's name in nbgrader, or nothing."""
    found: Any = cell
    for key in ("metadata", "nbgrader", "grade_id"):
        found = found.get(key) if isinstance(found, dict) else None
    is_name = isinstance(found, str) and re.fullmatch(r"[A-Za-z0-9_-]{1,128}", found)
    return found if is_name else ""


def is_help(cell: CodeCell) -> bool:
    """Say whether a cell checks an exercise, or brings what helps at it."""
    return cell.grade_id.endswith((check_id(""), desk_id("")))


def group_parts(cells: Iterable[CodeCell]) -> Iterator[list[CodeCell]]:
    """Yield cells; together, if they are neighbours with one name, as after a split."""
    for _name, group in itertools.groupby(cells, lambda c: c.grade_id or c.number):
        yield list(group)


def as_cell(parts: Sequence[CodeCell], name: str, topic: str) -> CellTuple:
    """Return a cell as `run_cells` takes it."""
    grade_id = parts[0].grade_id
    mine = grade_id.startswith(f"{topic}-")
    which = grade_id.removeprefix(f"{topic}-") if mine else parts[0].number
    sources = tuple(part.source for part in parts)
    return f"{name}#{which}", sources, bool(grade_id)


def notes_on(document: dict[str, Any], cells: Sequence[CodeCell]) -> Iterator[str]:
    """Yield what is unusual about a notebook, in an instructor's words."""
    version = document.get("nbformat")
    if version != 4:
        said = _("of nbformat {version}, read like version 4")
        yield said.format(version=f"{version!r:.20}")
    for grade_id, count in Counter(c.grade_id for c in cells).items():
        if grade_id and count > 1:
            said = _("{n} cells are called {name}: all are run, in their order")
            yield said.format(n=count, name=grade_id)
    magics = [magic for cell in cells for magic in find_magics(cell.source)]
    if magics:
        more = len(magics) - 1
        said = (
            _("left out, since it is no Python: {line:.60} and {n} more")
            if more
            else _("left out, since it is no Python: {line:.60}")
        )
        yield said.format(line=magics[0], n=more)
