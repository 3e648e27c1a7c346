"""Run the cells of a notebook as one module, on the untrusted side.

As in Jupyter, each cell is compiled and run on its own: one that fails costs what it
defines, and nothing of the others. Magics and shell commands are left out.
"""

from __future__ import annotations

import ast
import linecache
import os
import re
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

DEFINITIONS = (
    ast.Import,
    ast.ImportFrom,
    ast.FunctionDef,
    ast.AsyncFunctionDef,
    ast.ClassDef,
    ast.Assign,
    ast.AnnAssign,
    ast.AugAssign,
)
PYTHON_MAGICS = ("%%time", "%%timeit", "%%capture", "%%prun")

_MAGIC = re.compile(r"([\w, ]+=\s*)?[%!](?!=)|\?{1,2}\w|[\w.*]+\?{1,2}$")


class Cell(NamedTuple):
    """A cell of code."""

    name: str
    """What the student's messages call it."""
    parts: tuple[str, ...]
    """Its code: more than one part if it was split, or copied."""
    whole: bool
    """Run all of it; otherwise only what its statements define."""


def run_cells(module: dict[str, Any], cells: Iterable[tuple[Any, ...]]) -> None:
    """Run cells in a module's namespace, one after the other.

    A name that is missing afterwards raises what ended the cell that should define it.
    """
    failed: list[tuple[str, BaseException]] = []
    for cell in map(Cell._make, cells):
        for source in sources_of(cell):
            failed += run(module, cell, source)

    def missing(name: str) -> Any:
        pattern = rf"^\s*(class|def)\s+{re.escape(name)}\b|^{re.escape(name)}\b.*="
        for source, error in reversed(failed):
            if re.search(pattern, source, re.MULTILINE):
                raise error
        raise AttributeError(f"module {module['__name__']!r} has no attribute {name!r}")

    module["__getattr__"] = missing


def sources_of(cell: Cell) -> tuple[str, ...]:
    """Return a cell's parts, as one if that is Python."""
    joined = "\n".join(cell.parts)
    if len(cell.parts) > 1:
        try:
            parse(joined, cell.name)
        except Exception:
            return cell.parts
    return (joined,)


def run(
    module: dict[str, Any], cell: Cell, source: str
) -> list[tuple[str, BaseException]]:
    """Run one cell; return what failed of it, and how.

    Messages about it find its lines. Of a cell that is not run whole, each statement
    runs on its own, so that one costs nothing of the others.
    """
    file = os.path.join(os.path.dirname(module["__file__"]), cell.name)
    lines = source.splitlines(keepends=True)
    linecache.cache[file] = (len(source), None, lines, file)
    failed: list[tuple[str, BaseException]] = []
    try:
        tree = parse(source, file)
        parts = [(source, tree)] if cell.whole else list(split(tree, source))
    except BaseException as error:  # whatever it is, the cells behind it run
        return [(source, error)]
    for text, part in parts:
        try:
            exec(compile(part, file, "exec", dont_inherit=True), module)
        except BaseException as error:
            failed.append((text, error))
    return failed


def split(tree: ast.Module, source: str) -> Iterator[tuple[str, ast.Module]]:
    """Yield each statement that defines something, with what changes its meaning."""
    future = [
        node
        for node in tree.body
        if isinstance(node, ast.ImportFrom) and node.module == "__future__"
    ]
    lines = source.split("\n")
    for node in tree.body:
        if isinstance(node, DEFINITIONS) and node not in future:
            text = "\n".join(lines[node.lineno - 1 : node.end_lineno])
            yield text, ast.Module([*future, node], [])


def parse(source: str, file: str) -> ast.Module:
    """Return a cell's statements, without its magics if it has any."""
    try:
        return ast.parse(source, file)
    except SyntaxError:
        if not find_magics(source):
            raise
        return ast.parse(without_magics(source), file)


def find_magics(source: str) -> list[str]:
    """Return the lines that are no Python, but IPython's."""
    lines = map(str.strip, source.splitlines())
    return [line for line in lines if _MAGIC.match(line)]


def without_magics(source: str) -> str:
    """Return a cell with `pass` for its magics; nothing of a cell in another language.

    Lines keep their numbers.
    """
    lines = source.splitlines()
    first = next((line for line in lines if line.strip()), "")
    if first.startswith("%%") and not first.startswith(PYTHON_MAGICS):
        return ""
    for i, line in enumerate(lines):
        if _MAGIC.match(line.strip()):
            lines[i] = f"{line[: len(line) - len(line.lstrip())]}pass"
    return "\n".join(lines)
