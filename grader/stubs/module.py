"""Make the exercises from the solutions.

A public function or class that the registry lists becomes a stub: signature, docstring
and base classes stay, every body becomes `raise NotStarted`. Private names are the
solution's own helpers and are left out. Everything else is given to the student as it
stands.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from typing import TypeGuard

from grader.errors import GraderError
from grader.stubs.docstring import spoken_docstring
from grader.syllabus import Topic

IMPORT = "from grader import NotStarted"
RAISE = "raise NotStarted"

Definition = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef
DEFINITIONS = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)


class StubError(GraderError):
    """A solution cannot be turned into a stub; the message names file and symbol."""


def make_stub(source: str, topic: Topic, name: str = "") -> str:
    """Return the module of stubs for a module of solutions.

    Args:
        source: the solutions' text.
        topic: says which symbols are exercises.
        name: the file's name, for messages.

    Raises:
        StubError: a symbol of the registry is missing or has no docstring.
    """
    tree, _ = read_definitions(source, topic, name)
    symbols = {symbol for exercise in topic.exercises for symbol in exercise.symbols}
    lines = source.splitlines()
    edits = [edit for n in (tree, *tree.body) for edit in spoken_statement(n)]
    for node in tree.body:
        if is_definition(node) and node.name in symbols:
            edits += empty(node)
        elif is_private(node):
            edits.append((first_line(node), end_of(node), []))
    last_import = max(
        (end_of(n) for n in tree.body if isinstance(n, (ast.Import, ast.ImportFrom))),
        default=end_of(tree.body[0]),
    )
    edits.append((last_import + 1, last_import, ["", IMPORT]))
    for start, end, replacement in sorted(edits, reverse=True):
        lines[start - 1 : end] = replacement
    return tidy(lines)


def spoken_statement(node: ast.AST) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the edits for a definition's docstring, and for those of its members."""
    if isinstance(node, ast.stmt) and is_private(node):
        return
    if isinstance(node, (ast.Module, *DEFINITIONS)) and ast.get_docstring(node):
        stands, text = node.body[0], ast.get_docstring(node) or ""
        said = spoken_docstring(text, stands.col_offset)
        if said != text:
            yield stands.lineno, end_of(stands), quote(said, stands.col_offset)
    if isinstance(node, ast.ClassDef):
        for member in node.body:
            yield from spoken_statement(member)


def quote(docstring: str, indent: int) -> list[str]:
    """Return the lines of a docstring in code."""
    first, *rest = docstring.split("\n")
    lines = [f'"""{first}', *rest, '"""'] if rest else [f'"""{first}"""']
    return [" " * indent + line if line else "" for line in lines]


def read_definitions(
    source: str, topic: Topic, name: str
) -> tuple[ast.Module, dict[str, Definition]]:
    """Return a module of solutions and its definitions by name.

    Raises:
        StubError: a symbol of the registry is missing or has no docstring.
    """
    tree = ast.parse(source, filename=name)
    defined = {node.name: node for node in tree.body if is_definition(node)}
    for exercise in topic.exercises:
        for symbol in exercise.symbols:
            if symbol not in defined:
                raise StubError(
                    "{name}: {symbol} is in the registry but not defined",
                    name=name,
                    symbol=symbol,
                )
            if ast.get_docstring(defined[symbol]) is None:
                raise StubError(
                    "{name}: {symbol} has no docstring to state its contract",
                    name=name,
                    symbol=symbol,
                )
    return tree, defined


def is_definition(node: ast.stmt) -> TypeGuard[Definition]:
    """Say whether a node defines a function or a class."""
    return isinstance(node, DEFINITIONS)


def is_private(node: ast.stmt) -> bool:
    """Say whether a top-level statement defines a name for the solution only."""
    return any(n.startswith("_") and not n.startswith("__") for n in names_of(node))


def names_of(node: ast.stmt) -> list[str]:
    """Return the names that a statement defines."""
    if is_definition(node):
        return [node.name]
    if isinstance(node, ast.Assign):
        return [t.id for t in node.targets if isinstance(t, ast.Name)]
    if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name):
        return [node.target.id]
    return []


def empty(node: ast.stmt) -> Iterator[tuple[int, int, list[str]]]:
    """Yield the edits that empty a function, or every method of a class."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef)):
        body = node.body
        start = body[0].lineno
        if ast.get_docstring(node) is not None:
            start = end_of(body[0]) + 1
        indent = " " * body[0].col_offset
        yield (start, end_of(node), [f"{indent}{RAISE}"])
    elif isinstance(node, ast.ClassDef):
        for member in node.body:
            if is_private(member):
                yield (first_line(member), end_of(member), [])
            else:
                yield from empty(member)


def first_line(node: ast.stmt) -> int:
    """Return the line where a statement starts, its decorators included."""
    decorators = getattr(node, "decorator_list", [])
    return int(min([node.lineno, *(d.lineno for d in decorators)]))


def end_of(node: ast.stmt) -> int:
    """Return the last line of a statement."""
    return node.end_lineno or node.lineno


def tidy(lines: list[str]) -> str:
    """Join lines with at most two blank ones in a row."""
    kept: list[str] = []
    for line in lines:
        if not line.strip() and kept[-2:] == ["", ""]:
            continue
        kept.append(line.rstrip())
    return "\n".join(kept).strip() + "\n"
