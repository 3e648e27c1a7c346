"""Verbs for students: test."""

from __future__ import annotations

import os
from typing import Annotated

import pytest
import typer

from grader.cli.desk import Desk
from grader.cli.screen import print_error, print_plain
from grader.layout import KIT
from grader.observe import plugin
from grader.syllabus import read_syllabus


def check(
    exercise: Annotated[
        str,
        typer.Argument(help="A topic or an exercise, topic.Symbol; all if left out."),
    ] = "",
) -> None:
    """Check your work in exercises/ with the visible tests."""
    syllabus = read_syllabus(KIT.registry)
    topics = syllabus.only(exercise).topic_ids
    print_plain("Everything fails at first: that is how it starts.", "bold")
    desk = Desk(syllabus, exercise)
    arguments = [
        *("-c", os.devnull, f"--rootdir={KIT.root}", "--import-mode=importlib"),
        *("--disable-plugin-autoload", "-pno:terminal", "-pno:cacheprovider"),
        *(str(KIT.visible_tests / f"test_{topic}.py") for topic in topics),
    ]
    status = pytest.main(arguments, plugins=[plugin, desk])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        print_error(f"the visible tests do not run (pytest exit status {int(status)})")
        raise typer.Exit(2)
    desk.conclude()
    raise typer.Exit(0 if desk.all_required_pass() else 1)
