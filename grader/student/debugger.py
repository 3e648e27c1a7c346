"""Play the test that does not pass in a debugger, stopped at the student's lines."""

from __future__ import annotations

import ast
import pdb
from collections.abc import Callable, Collection
from types import FrameType
from typing import Any

import pytest

from grader.observe import plugin
from grader.observe.local import LocalObserver
from grader.student.code import Code, is_documented
from grader.student.verdict import Verdict
from grader.syllabus import Exercise


class Stops(pdb.Pdb):
    """Asks at breakpoints alone, not at the first line that it meets."""

    def __init__(self, path: str, lines: Collection[int]) -> None:
        """Take the file and the lines to stop at."""
        super().__init__()
        self.begun = False
        for line in lines:
            self.set_break(path, line)

    def user_line(self, frame: FrameType) -> None:
        """Go on from the first line; ask at the others."""
        if self.begun:
            super().user_line(frame)
        else:
            self.begun = True
            self.set_continue()


class DebuggedTest(LocalObserver):
    """Runs one test alone, and plays its scenarios in a debugger."""

    def __init__(self, test: str, path: str, lines: Collection[int]) -> None:
        """Take the test's id in pytest, and where to stop."""
        self.test, self.path, self.lines = test, path, lines

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Take the place of the observer that asks nobody."""
        super().__init__(config.getoption("--submission"), plugin.local_seconds(config))
        config.stash[plugin.OBSERVER] = self

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep the one test."""
        items[:] = [item for item in items if item.nodeid == self.test]

    def play(
        self, topic: str, scenario: Callable[..., Any], args: tuple[Any, ...], seed: int
    ) -> Any:
        """Return the scenario's answer, once the student lets it go on."""
        debugger = Stops(self.path, self.lines)

        def debugged(*given: Any) -> Any:
            return debugger.runcall(scenario, *given)

        return super().play(topic, debugged, args, seed)


def lines_to_stop_at(code: Code, exercise: Exercise, verdict: Verdict) -> list[int]:
    """Return the line that a verdict names, else where each function begins.

    Args:
        code: the topic's file.
        exercise: whose verdict it is.
        verdict: the one on it.
    """
    at = verdict.message.at if verdict.message else None
    if at is not None:
        return [at.number]
    spans = [(s.first, s.last) for s in code.defining(exercise.symbols)]
    return [
        node.body[-1 if len(node.body) == 1 else is_documented(node)].lineno
        for node in ast.walk(ast.parse(code.text))
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef))
        and any(first <= node.lineno <= last for first, last in spans)
    ]
