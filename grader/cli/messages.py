"""The verb for translators: messages."""

from __future__ import annotations

import importlib
import inspect
from collections.abc import Iterator
from typing import Annotated

import typer

from grader.catalogues.found import Found, by_catalogue
from grader.cli.screen import print_plain
from grader.language import folder_of, languages_in
from grader.layout import KIT, Layout, find_course
from grader.speech import COMMAND, _


def messages(
    add: Annotated[
        str, typer.Option("--add", help="A new language, as pt_BR.", show_default=False)
    ] = "",
) -> None:
    """Bring the catalogues up to date: what is new is listed, and left to translate."""
    from grader.catalogues.po import (
        key_of,
        merge,
        path_of,
        read_catalogue,
        write_catalogue,
    )

    layout = find_course()
    folder = folder_of(layout)
    founds = by_catalogue(texts_of(layout))
    languages = {*languages_in(folder), *([add.replace("-", "_")] if add else [])}
    for language in sorted(languages):
        paths = {name: path_of(folder, language, name) for name in founds}
        read = {name: read_catalogue(path, language) for name, path in paths.items()}
        known = {key_of(m): m for found in read.values() for m in found if m.string}
        for name, texts in founds.items():
            path, catalogue = paths[name], read[name]
            merge(catalogue, texts, known)
            write_catalogue(path, catalogue)
            left = [m for m in catalogue if m.id and not m.string]
            print_plain(
                _("{path}: {n} texts, {left} to translate").format(
                    path=path.relative_to(layout.root), n=len(catalogue), left=len(left)
                )
            )


def texts_of(layout: Layout) -> Iterator[tuple[str, Found]]:
    """Yield the texts of a course, and of the command with the kit's own course.

    Raises:
        CatalogueError: a file cannot be read.
    """
    from grader.catalogues.command import texts_of_command
    from grader.catalogues.course import texts_of_course

    yield from texts_of_course(layout)
    if layout.root == KIT.root:
        yield from ((COMMAND, found) for found in texts_of_verbs())
        yield from ((COMMAND, found) for found in texts_of_command())


def texts_of_verbs() -> Iterator[Found]:
    """Yield what each verb is for."""
    from grader.cli.main import PANELS, VERBS

    yield from (Found(panel, "grader/cli/main.py") for panel in PANELS)
    for address, _who in VERBS.values():
        module, name = address.split(".")
        function = getattr(importlib.import_module(f"grader.cli.{module}"), name)
        yield Found(inspect.getdoc(function) or "", f"grader/cli/{module}.py")
