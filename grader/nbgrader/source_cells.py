"""What nbgrader's gradebook knows about a notebook of this kit."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from nbgrader.api import Gradebook, MissingEntry

from grader.layout import find_course
from grader.stubs import check_id
from grader.syllabus import Syllabus, read_syllabus


@dataclass(frozen=True)
class SourceCell:
    """A cell of the notebook that was handed out."""

    cell_type: str
    locked: bool
    source: str
    points: float | None
    """For a cell that checks an exercise."""


@cache
def syllabus() -> Syllabus:
    """Return the registry."""
    return read_syllabus(find_course().registry)


def source_cells(ids: Mapping[str, str]) -> dict[str, SourceCell]:
    """Return the cells that the gradebook knows, by name; none if it is another's.

    Args:
        ids: what nbgrader tells its steps: `db_url`, `assignment`, `notebook`.
    """
    with Gradebook(ids["db_url"]) as book:
        try:
            notebook = book.find_notebook(ids["notebook"], ids["assignment"])
        except MissingEntry:
            return {}
        points = {cell.name: cell.max_score for cell in notebook.grade_cells}
        cells = {
            cell.name: SourceCell(
                cell.cell_type, cell.locked, cell.source, points.get(cell.name)
            )
            for cell in notebook.source_cells
        }
    return cells if exercises_of(ids["notebook"], cells) else {}


def exercises_of(notebook: str, cells: Mapping[str, Any]) -> list[str]:
    """Return the exercises that a notebook's cells check, by id."""
    topics = (topic for topic in syllabus().topics if topic.id == notebook)
    exercises = (e.id for topic in topics for e in topic.exercises)
    return [exercise for exercise in exercises if check_id(exercise) in cells]
