"""What a catalogue is made from: texts, each with the places where it stands."""

from __future__ import annotations

import ast
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError
from grader.source import read_source


class CatalogueError(GraderError):
    """A catalogue cannot be made or read; the message names the file."""


@dataclass(frozen=True)
class Found:
    """A text to be translated."""

    text: str
    place: str
    """The file, from the course's or the kit's folder."""
    many: str = ""
    """The form for several things, where there are two."""
    note: str = ""
    """What a translator should know."""


def read_tree(path: Path) -> ast.Module:
    """Return a module's tree.

    Raises:
        CatalogueError: the file cannot be read.
    """
    return ast.parse(read_source(path, CatalogueError), filename=str(path))


def docstrings_of(tree: ast.AST) -> Iterator[ast.Constant]:
    """Yield the docstrings of a tree, those of attributes too."""
    for node in ast.walk(tree):
        match node:
            case ast.Expr(value=ast.Constant(value=str()) as text):
                yield text


def by_catalogue(texts: Iterable[tuple[str, Found]]) -> dict[str, list[Found]]:
    """Return texts by the name of their catalogue."""
    founds: dict[str, list[Found]] = defaultdict(list)
    for name, found in texts:
        founds[name].append(found)
    return founds
