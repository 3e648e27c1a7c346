"""What the command says: its own texts, those of its pages, and of its parser."""

from __future__ import annotations

import ast
import builtins
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

from babel.messages.extract import extract_from_file

from grader.catalogues.found import CatalogueError, Found, read_tree
from grader.catalogues.makefile import texts_of_makefile
from grader.catalogues.tests import texts_of_tests
from grader.layout import PACKAGE, TEMPLATES
from grader.source import read_source

CALLS = {"_", "mark", "translate", "say", "fail"}
"""Functions that are given a text, as errors are; `several` is given two forms."""
FORMS = {"_": None, "gettext": None, "ngettext": (1, 2)}
"""What templates call, and the parser."""
SPOKEN = ("judge", "observe")
"""Rooms whose every text is told to students, as tests' are."""
VERBS = "cli"
PARSER = "typer"


def texts_of_command() -> Iterator[Found]:
    """Yield the texts of the command, but for its verbs' docstrings.

    Raises:
        CatalogueError: a file cannot be read.
    """
    for path in sorted(PACKAGE.rglob("*.py")):
        place = path.relative_to(PACKAGE.parent).as_posix()
        yield from texts_of_calls(path, place)
        room = path.relative_to(PACKAGE).parts[0]
        if room in SPOKEN:
            yield from texts_of_tests(path, place)
        elif room == VERBS:
            yield from texts_of_help(path, place)
    for path in sorted(TEMPLATES.rglob("*.html")):
        yield from extracted("jinja2", path, PACKAGE.parent)
    makefile = TEMPLATES / "handout" / "Makefile"
    for text in texts_of_makefile(read_source(makefile, CatalogueError)):
        yield Found(text, makefile.relative_to(PACKAGE.parent).as_posix())
    spec = find_spec(PARSER)
    for folder in (spec and spec.submodule_search_locations) or ():
        for path in sorted(Path(folder).rglob("*.py")):
            yield from extracted("python", path, Path(folder).parent)


def extracted(method: str, path: Path, above: Path) -> Iterator[Found]:
    """Yield what Babel finds in a file."""
    place = path.relative_to(above).as_posix()
    for _, text, _, _ in extract_from_file(method, path, FORMS):
        one, many = text if isinstance(text, tuple) else (text, "")
        if one:
            yield Found(one, place, many)


def texts_of_calls(path: Path, place: str) -> Iterator[Found]:
    """Yield what is given to functions that translate, and to errors."""
    for node in ast.walk(read_tree(path)):
        match node:
            case ast.Call(
                func=ast.Name(id="several"),
                args=[ast.Constant(value=str(one)), ast.Constant(value=str(many)), *_],
            ):
                yield Found(one, place, many)
            case ast.Call(
                func=ast.Name(id=name) | ast.Attribute(attr=name),
                args=[given, *_],
            ) if name in CALLS or is_own_error(name):
                yield from (Found(text, place) for text in texts_in(given))


def texts_in(given: ast.expr) -> Iterator[str]:
    """Yield the text that is given, or each of those that one is chosen from."""
    match given:
        case ast.Constant(value=str(text)):
            yield text
        case ast.IfExp(body=one, orelse=other):
            yield from texts_in(one)
            yield from texts_in(other)


def is_own_error(name: str) -> bool:
    """Say whether a name is that of an error of the kit."""
    return name.endswith("Error") and not hasattr(builtins, name)


def texts_of_help(path: Path, place: str) -> Iterator[Found]:
    """Yield the help of options and arguments."""
    for node in ast.walk(read_tree(path)):
        match node:
            case ast.keyword(
                arg="help" | "show_default", value=ast.Constant(str(text))
            ):
                yield Found(text, place)
