"""A topic's code in a notebook: what its cells define, saved or just run."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Mapping

from grader.intake.candidate import UnfitError
from grader.intake.notebook_source import code_cells, parse
from grader.layout import Layout
from grader.sandbox.run_cells import without_magics
from grader.source import BrokenCodeError
from grader.student.code import Code, read_code
from grader.syllabus import Syllabus

DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


def read_cells(sources: Iterable[str]) -> Code:
    """Return the code that cells define: of each name its last definition.

    What is no Python is left out, and so are the assignments of a cell that defines no
    function or class: it tries something.
    """
    kept: list[tuple[frozenset[str], str]] = []
    for source in sources:
        try:
            code = read_cell(source)
        except BrokenCodeError:
            continue
        body = ast.parse(code.text).body
        defines = any(isinstance(node, DEFINITIONS) for node in body)
        kept += [
            (statement.names, "\n".join(code.lines(statement)))
            for statement in code.statements
            if statement.names and (defines or statement.is_import)
        ]
    last = {name: place for place, (names, _) in enumerate(kept) for name in names}
    return read_code(
        "\n\n\n".join(kept[place][1] for place in sorted({*last.values()}))
    )


def read_cell(source: str) -> Code:
    """Return the code in a cell, without its magics if it has any.

    Raises:
        BrokenCodeError: it is no Python.
    """
    try:
        return read_code(source)
    except BrokenCodeError:
        return read_code(without_magics(source))


def read_notebooks(layout: Layout, syllabus: Syllabus) -> Mapping[str, Code]:
    """Return the code in the notebooks as they are saved, by topic.

    One that is missing or cannot be read is left out.
    """
    found = {}
    for topic in syllabus.topic_ids:
        path = layout.topic_notebook(topic)
        try:
            cells = list(code_cells(path.name, parse(path.name, path.read_bytes())))
        except (OSError, UnfitError):
            continue
        found[topic] = read_cells(cell.source for cell in cells)
    return found
