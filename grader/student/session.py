"""Run visible tests in this process."""

from __future__ import annotations

import os
from collections.abc import Callable, Collection, Iterable

import pytest

from grader.layout import find_course
from grader.observe import plugin
from grader.student import StudentError
from grader.student.collector import Collector
from grader.student.verdict import Verdict
from grader.student.work import test_file
from grader.syllabus import Syllabus

UNUSED = (
    *("cacheprovider", "debugging", "doctest", "faulthandler", "junitxml", "logging"),
    *("pastebin", "setuponly", "setupplan", "stepwise", "terminal", "unittest"),
    *("unraisableexception", "threadexception"),
)
"""Plugins of pytest that no visible test needs: each costs time, the last two most,
since they collect garbage until nothing is left."""


def run_tests(
    syllabus: Syllabus,
    exercises: Collection[str],
    tell: Callable[[Verdict], None],
    *plugins: object,
    by_hand: bool = False,
) -> None:
    """Check exercises, by id; tell each verdict as soon as it is there.

    Args:
        syllabus: the registry.
        exercises: which ones.
        tell: takes each verdict.
        *plugins: of pytest, beside the kit's.
        by_hand: leave the terminal to the student's code, and let it take its time.

    Raises:
        StudentError: the tests do not run.
    """
    topics = {name.partition(".")[0]: None for name in exercises}
    collector = Collector(syllabus, exercises, tell)
    capture = "no" if by_hand else "fd"
    run_pytest(topics, collector, *plugins, options=[f"--capture={capture}"])


def run_pytest(
    topics: Iterable[str], *plugins: object, options: Iterable[str] = ()
) -> None:
    """Run the visible tests of some topics, with the kit's plugin and others.

    Raises:
        StudentError: they do not run.
    """
    layout = find_course()
    arguments = [
        *("-c", os.devnull, f"--rootdir={layout.root}", "--import-mode=importlib"),
        *("--disable-plugin-autoload", "--noconftest"),
        *(f"-pno:{name}" for name in UNUSED),
        *options,
        *(str(test_file(layout, topic)) for topic in topics),
    ]
    status = pytest.main(arguments, plugins=[plugin, *plugins])
    if status not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise StudentError(
            "the visible tests do not run (pytest exit status {status}): "
            "unpack the handout anew beside this one, and bring exercises/ "
            "over",
            status=int(status),
        )
