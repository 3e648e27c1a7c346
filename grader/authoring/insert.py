"""Put a new part into a file that somebody has written by hand, and leave the rest."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Mapping

from grader.authoring import AuthoringError


def insert_table(
    text: str, header: str, is_wanted: Callable[[str], bool], entry: str
) -> str:
    """Return a TOML document with an entry at the end of one of its tables.

    Args:
        text: the document.
        header: a pattern of the lines that tables of this kind begin with.
        is_wanted: says whether a table, as text, is the one.
        entry: what to put there.

    Raises:
        AuthoringError: none is the one.
    """
    first, *blocks = re.split(rf"(?m)^(?={header})", text)
    for i, block in enumerate(blocks):
        if is_wanted(block):
            rest = "\n" if i + 1 < len(blocks) else ""
            blocks[i] = f"{block.rstrip()}\n{entry.rstrip()}\n{rest}"
            return first + "".join(blocks)
    raise AuthoringError("the table to add to is not written as a line of its own")


def append_code(text: str, code: str, imports: Mapping[str, str]) -> str:
    """Return a module with some code at its end, and with the imports that it needs.

    Args:
        text: the module, which begins with a docstring.
        code: what to append.
        imports: for each name, the statement that gives it.
    """
    tree = ast.parse(text)
    used = {node.id for node in ast.walk(ast.parse(code)) if isinstance(node, ast.Name)}
    known = {
        alias.asname or alias.name
        for node in tree.body
        if isinstance(node, (ast.Import, ast.ImportFrom))
        for alias in node.names
    }
    missing = [line for name, line in imports.items() if name in used - known]
    lines = text.rstrip().splitlines()
    if missing:
        heads = (ast.Import, ast.ImportFrom)
        found = [node for node in tree.body if isinstance(node, heads)]
        end = (found or tree.body)[-1 if found else 0].end_lineno or 0
        lines[end:end] = missing if found else ["", *missing]
    return "\n".join([*lines, "", "", code])
