"""The owner's handle on a judge process."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Collection
from multiprocessing.connection import Connection
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from grader.child import Child
from grader.errors import GraderError
from grader.judge.messages import Fault, Job, Part, Ready
from grader.layout import KIT, Layout, find_course
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits
from grader.scoring.report import Report
from grader.scoring.submission import Submission
from grader.words import Text, as_text, say

START_SECONDS = 180
GRACE_SECONDS = 60
END_SECONDS = 10


class JudgeError(GraderError):
    """The judge failed: no score, and no fault of the student."""


class Judge:
    """A warm judge with its sandbox; grades one submission after the other."""

    def __init__(
        self,
        level: Level,
        limits: Limits,
        tests: Path,
        course: Layout | None = None,
    ) -> None:
        """Start a judge.

        Args:
            level: how its sandbox is isolated.
            limits: what a submission may use.
            tests: folder with the test files, and with folders of them.
            course: whose registry and reference solutions the tests go by; this
                process's own if left out.

        Raises:
            JudgeError: it does not start.
        """
        self.level, self.limits = level, limits
        if not any(tests.rglob("test_*.py")):
            raise JudgeError(
                "{tests} holds no test_*.py: there is nothing to judge by", tests=tests
            )
        self._child = Child(
            [sys.executable, "-I", "-m", "grader.judge"],
            *(level, json.dumps(limits.as_dict()), str((course or find_course()).root)),
            str(tests.absolute()),
            folder=KIT.root,
            environment={k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"},
        )
        self._owner = Connection(self._child.channel.detach())
        ready = self._receive(START_SECONDS)
        if not isinstance(ready, Ready):
            self.close()
            raise JudgeError(
                "the judge does not start: {text}", text=as_text(ready.words)
            )
        self.manifest = ready.manifest

    @property
    def pid(self) -> int:
        """Return the id of the judge's process."""
        return self._child.process.pid

    def grade(
        self,
        submission: Submission,
        seed: str,
        exercises: Collection[str],
        part: Part = Part.ALL,
    ) -> Report:
        """Return the report of a submission, in pytest-json-report's schema.

        Raises:
            JudgeError: there is none, for a fault of the kit.
        """
        try:
            self._owner.send(Job(submission, seed, frozenset(exercises), part))
        except OSError as error:
            raise JudgeError(
                "the judge is gone: {child}", child=self._child.last_words()
            ) from error
        topics = {exercise.partition(".")[0] for exercise in exercises}
        seconds = self.limits.topic_seconds * len(topics) + GRACE_SECONDS
        reply = self._receive(seconds)
        if isinstance(reply, Fault):
            raise JudgeError(reply.words)
        report: Report = reply
        return report

    def _receive(self, seconds: float) -> Any:
        try:
            if self._owner.poll(seconds):
                reply = self._owner.recv()
                words = self._child.last_words()
                if isinstance(reply, Fault) and words:
                    both: dict[str, Text | str] = {
                        "text": as_text(reply.words),
                        "words": words,
                    }
                    reply = Fault(Text("{text}\n{words}", both))
                return reply
            problem = say("no answer within {seconds:g} seconds", seconds=seconds)
        except (EOFError, OSError):
            words = self._child.last_words()
            problem = Text("its process ended: {words}", {"words": words})
        self.close()
        raise JudgeError("the judge failed: {problem}", problem=problem)

    def close(self) -> None:
        """End the judge and its sandbox."""
        self._owner.close()
        self._child.end(END_SECONDS)

    def __enter__(self) -> Self:
        """Return the judge itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the judge."""
        self.close()
