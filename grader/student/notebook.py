"""Check an exercise in a notebook, as `make test` checks it in a module."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.layout import find_course
from grader.observe import plugin
from grader.observe.local import LocalObserver
from grader.student.code import asks_somebody
from grader.student.collector import Collector
from grader.student.session import run_pytest
from grader.student.verdict import Verdict
from grader.syllabus import read_syllabus


class NotPassed(AssertionError):  # noqa: N818 - it reads as a state, not a fault
    """An exercise does not pass; the message is the one of `make test`."""

    def _render_traceback_(self) -> list[str]:
        """Return what IPython shows instead of a traceback."""
        return [str(self)]


def check(exercise: str) -> None:
    """Check the notebook's own answer to an exercise with the visible tests.

    Raises:
        NotPassed: a test does not pass.
        StudentError: the tests do not run.
        SyllabusError: there is no such exercise.
    """
    if os.environ.get("NBGRADER_EXECUTION") == "autograde":
        raise NotPassed(
            "Not graded: student code and verdict must not share a process. Put "
            "`from grader.nbgrader.config import configure` and "
            "`configure(get_config())` into nbgrader_config.py."
        )
    syllabus = read_syllabus(find_course().registry)
    (topic,) = syllabus.only(exercise).topics
    (asked,) = topic.exercises
    caller = sys._getframe(1)
    here = Path(caller.f_code.co_filename).parent
    observer = NotebookObserver(topic.id, caller.f_globals, here)
    verdicts: list[Verdict] = []
    collector = Collector(syllabus, {asked.id}, verdicts.append)
    cells = caller.f_globals.get("In", [])
    capture = "no" if any(map(asks_somebody, cells)) else "sys"
    run_pytest([topic.id], observer, collector, options=[f"--capture={capture}"])
    (verdict,) = verdicts
    if not verdict.passes:
        said = verdict.message.render() if verdict.message else "Not started."
        printed = "".join(f"\n{row}" for row in verdict.printed.rows())
        raise NotPassed(f"✗ {asked.symbols[0]}\n{said}{printed}")
    print(f"✓ {asked.symbols[0]}")


class NotebookObserver(LocalObserver):
    """Plays scenarios beside the names that a notebook defines, in its own process."""

    def __init__(self, topic: str, names: Mapping[str, Any], folder: Path) -> None:
        """Take the topic, the notebook's names, and where Jupyter files its cells."""
        super().__init__(folder, plugin.LOCAL_TEST_SECONDS)
        self.module = ModuleType(topic)
        vars(self.module).update(names)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Take the place of the observer of exercises/."""
        self.test_seconds = plugin.local_seconds(config)
        config.stash[plugin.OBSERVER] = self

    def play(
        self, topic: str, scenario: Callable[..., Any], args: tuple[Any, ...], seed: int
    ) -> Any:
        """Return the scenario's answer; an error lies somewhere in the notebook."""
        sys.modules[topic] = self.module
        answer = super().play(topic, scenario, args, seed)
        errors = answer["value"] if type(answer.get("value")) is list else [answer]
        for error in errors:
            match error:
                case {"where": {"file": _} as where} | {
                    "error": {"where": {"file": _} as where}
                }:
                    where["file"] = "the notebook"
        return answer
