"""Work on an exercise in a notebook: check it, get a hint, see the reference."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from types import FrameType, ModuleType
from typing import Any

import pytest

from grader.language import choose_language
from grader.layout import Layout, find_course
from grader.observe import plugin
from grader.observe.local import LocalObserver
from grader.speech import _, speak
from grader.student.cells import read_cells
from grader.student.choice import following
from grader.student.code import asks_somebody
from grader.student.collector import Collector
from grader.student.notebook_view import (
    Shown,
    show_hints,
    show_progress,
    show_solution,
)
from grader.student.reference import read_reference
from grader.student.session import run_pytest
from grader.student.verdict import Verdict
from grader.student.workspace import Workspace
from grader.syllabus import Exercise

CHECKED: set[str] = set()
"""The topics that this kernel has checked answers of."""


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
        find_desk()
        raise NotPassed(
            _(
                "Not graded: student code and verdict must not share a process. Put "
                "`from grader.nbgrader.config import configure` and "
                "`configure(get_config())` into nbgrader_config.py."
            )
        )
    workspace = sit_down()
    asked = workspace.exercise(exercise)
    verdict = judge(workspace, asked, sys._getframe(1))
    name = asked.symbols[0]
    if not verdict.passes:
        said = verdict.message.render() if verdict.message else _("Not started.")
        printed = "".join(f"\n{row}" for row in verdict.printed.rows())
        raise NotPassed(f"✗ {name}\n{said}{printed}")
    print(f"✓ {name}")


def hint(exercise: str = "") -> Shown:
    """Return one further hint; behind the last one, where to read.

    Args:
        exercise: its name; the next one if left out.

    Raises:
        SyllabusError: there is no such exercise.
    """
    workspace = sit_down()
    take_cells(workspace, sys._getframe(1))
    goal = None if exercise else following(workspace.syllabus, workspace.passes)
    asked = goal or workspace.exercise(exercise)
    return show_hints(workspace, asked, workspace.see_hint(asked))


def solution(exercise: str) -> Shown:
    """Return the reference beside the notebook's own answer, once that passes.

    Raises:
        NotPassed: it does not.
        StudentError: there is no reference here.
        SyllabusError: there is no such exercise.
    """
    workspace = sit_down()
    asked = workspace.exercise(exercise)
    reference = read_reference(workspace.layout, workspace.syllabus, asked)
    if not judge(workspace, asked, sys._getframe(1)).passes:
        refusal = _("{name} does not pass yet, and its reference opens when it does.")
        raise NotPassed(refusal.format(name=asked.symbols[0]))
    return show_solution(asked, workspace.own_code(asked, in_notebook=True), reference)


def progress() -> Shown:
    """Return how far one is, in modules and in notebooks as they are saved."""
    workspace = sit_down()
    take_cells(workspace, sys._getframe(1))
    return show_progress(workspace)


def sit_down() -> Workspace:
    """Return the workspace around the notebook."""
    return Workspace(find_desk())


def find_desk() -> Layout:
    """Return where the notebook lies, and speak the language that is spoken there."""
    layout = find_course()
    speak(choose_language(None, layout))
    return layout


def take_cells(workspace: Workspace, caller: FrameType) -> None:
    """Let the cells that were run stand for the notebook, which may not be saved."""
    code = read_cells(caller.f_globals.get("In", ()))
    workspace.notebooks = {**workspace.notebooks, **dict.fromkeys(CHECKED, code)}


def judge(workspace: Workspace, asked: Exercise, caller: FrameType) -> Verdict:
    """Return the verdict on the answer that the kernel holds, and remember it."""
    here = Path(caller.f_code.co_filename).parent
    observer = NotebookObserver(asked.topic, caller.f_globals, here)
    verdicts: list[Verdict] = []
    collector = Collector(workspace.syllabus, {asked.id}, verdicts.append)
    cells = caller.f_globals.get("In", [])
    capture = "no" if any(map(asks_somebody, cells)) else "sys"
    run_pytest([asked.topic], observer, collector, options=[f"--capture={capture}"])
    (verdict,) = verdicts
    CHECKED.add(asked.topic)
    take_cells(workspace, caller)
    workspace.note_cells(verdict)
    return verdict


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
                    where["file"] = _("the notebook")
        return answer
