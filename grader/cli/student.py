"""Verbs for students: test."""

from __future__ import annotations

import difflib
import os
from typing import Annotated

import pytest
import typer

from grader.cli.desk import Desk
from grader.cli.screen import print_error, print_plain
from grader.layout import KIT
from grader.observe import plugin
from grader.syllabus import Syllabus, read_syllabus


def check(
    exercise: Annotated[
        str,
        typer.Argument(help="A topic or an exercise, topic.Symbol; all if left out."),
    ] = "",
) -> None:
    """Check your work in exercises/ with the visible tests."""
    syllabus = read_syllabus(KIT.registry)
    topics = choose(exercise, syllabus)
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


def choose(exercise: str, syllabus: Syllabus) -> list[str]:
    """Return the topics to test for a topic's or an exercise's id."""
    topics = [topic.id for topic in syllabus.topics]
    if exercise == "":
        return topics
    if exercise in topics:
        return [exercise]
    if exercise in syllabus.exercises:
        return [syllabus.exercises[exercise].topic]
    known = [*topics, *syllabus.exercises]
    close = difflib.get_close_matches(exercise, known, 3, 0.4)
    hint = f" Is it {' or '.join(close)}?" if close else ""
    print_error(f"{exercise!r} is neither a topic nor an exercise.{hint}")
    raise typer.Exit(2)
