"""Give a student's notebook the cells that nbgrader looks for."""

from __future__ import annotations

from typing import Any

from nbformat.notebooknode import NotebookNode, from_dict
from nbgrader.preprocessors import NbGraderPreprocessor

from grader.nbgrader.source_cells import SourceCell, source_cells
from grader.stubs.grade_cells import SCHEMA


class RepairCells(NbGraderPreprocessor):  # type: ignore[misc] # nbgrader has no types
    """Makes nbgrader's metadata what it was; adds cells that have points and are gone.

    nbgrader refuses a whole notebook for a cell that was renamed, and leaves a grade
    open for one that was deleted. What is graded is read from the file as handed in.
    """

    def preprocess(
        self, nb: NotebookNode, resources: dict[str, Any]
    ) -> tuple[NotebookNode, dict[str, Any]]:
        """Mend a notebook of this kit; leave others as they are."""
        left = source_cells(resources["nbgrader"])
        if not left:
            return nb, resources
        for cell in nb.cells:
            name = name_of(cell)
            if name in left:
                cell.metadata["nbgrader"] = metadata(name, left.pop(name))
            else:
                cell.metadata.pop("nbgrader", None)
        nb.cells += [
            new_cell(name, source)
            for name, source in left.items()
            if source.points is not None
        ]
        return nb, resources


def name_of(cell: NotebookNode) -> str:
    """Return a cell's name in nbgrader; empty if it has none."""
    given = cell.metadata.get("nbgrader")
    name = given.get("grade_id") if isinstance(given, dict) else None
    return name if isinstance(name, str) else ""


def metadata(name: str, source: SourceCell) -> NotebookNode:
    """Return nbgrader's metadata of a cell as it was handed out."""
    data: dict[str, Any] = {
        "schema_version": SCHEMA,
        "grade_id": name,
        "grade": source.points is not None,
        "solution": not source.locked,
        "locked": source.locked,
        "task": False,
        "cell_type": source.cell_type,
    }
    if source.points is not None:
        data["points"] = source.points
    return to_node(data)


def new_cell(name: str, source: SourceCell) -> NotebookNode:
    """Return a cell as it was handed out."""
    return to_node(
        {
            "cell_type": source.cell_type,
            "execution_count": None,
            "id": name[:64],
            "metadata": {"nbgrader": metadata(name, source)},
            "outputs": [],
            "source": source.source,
        }
    )


def to_node(data: dict[str, Any]) -> NotebookNode:
    """Return data in nbformat's form, in which keys are attributes."""
    node: NotebookNode = from_dict(data)  # type: ignore[no-untyped-call]
    return node
