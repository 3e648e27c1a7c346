"""Cells of a notebook, as nbgrader and Jupyter know them."""

from __future__ import annotations

import json
from typing import Any

SCHEMA = 3
"""Version of nbgrader's metadata."""

Cell = dict[str, Any]


def grade_id(exercise: str) -> str:
    """Return the id of an exercise's answer cell: its own, with a hyphen for the dot.

    nbgrader takes letters, digits, `_` and `-` only.
    """
    return exercise.replace(".", "-")


def check_id(exercise: str) -> str:
    """Return the id of the cell that checks an exercise and has its points."""
    return f"{grade_id(exercise)}-check"


def desk_id(topic: str) -> str:
    """Return the id of the cell that brings `hint` and the like to a notebook."""
    return f"{topic}-desk"


def markdown(name: str, text: str) -> Cell:
    """Return a cell of text."""
    return {
        "cell_type": "markdown",
        "id": name,
        "metadata": {},
        "source": text.splitlines(keepends=True),
    }


def code(name: str, text: str, *, points: int | None = None, locked: bool) -> Cell:
    """Return a cell of code that nbgrader knows under a name.

    Args:
        name: the cell's id.
        text: its code.
        points: for the cell that checks an exercise.
        locked: the student cannot change it.
    """
    nbgrader: dict[str, Any] = {
        "schema_version": SCHEMA,
        "grade_id": name,
        "grade": points is not None,
        "solution": not locked,
        "locked": locked,
        "task": False,
    }
    if points is not None:
        nbgrader["points"] = points
    editing = {"deletable": False, **({"editable": False} if locked else {})}
    return {
        "cell_type": "code",
        "execution_count": None,
        "id": name,
        "metadata": {**editing, "nbgrader": nbgrader},
        "outputs": [],
        "source": text.splitlines(keepends=True),
    }


def to_text(cells: list[Cell]) -> str:
    """Return the file of a notebook in Python, the same for the same cells."""
    notebook = {
        "cells": cells,
        "metadata": {
            "kernelspec": {
                "display_name": "Python 3 (ipykernel)",
                "language": "python",
                "name": "python3",
            },
            "language_info": {"name": "python"},
        },
        "nbformat": 4,
        "nbformat_minor": 5,
    }
    return json.dumps(notebook, indent=1, ensure_ascii=False, sort_keys=True) + "\n"
