"""Judges that wait for work; one that fails is replaced."""

from __future__ import annotations

import queue
import threading
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.judge import Judge, JudgeError, WarmSuite
from grader.judge.messages import Part
from grader.layout import Layout
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits
from grader.scoring.report import Report
from grader.scoring.submission import Submission


class JudgePool:
    """Warm judges, each with a sandbox of its own, for use from several threads."""

    def __init__(
        self,
        level: Level,
        jobs: int,
        limits: Limits,
        tests: Path,
        course: Layout | None = None,
    ) -> None:
        """Collect the test files in `tests` once, and start `jobs` judges of them.

        Args:
            level: how their sandboxes are isolated.
            jobs: how many.
            limits: what a submission may use.
            tests: folder with the test files.
            course: whose registry and reference solutions the tests go by; this
                process's own if left out.

        Raises:
            JudgeError: one does not start.
        """
        self._how = (level, limits, tests, course)
        self._free: queue.Queue[Judge] = queue.Queue()
        self._starting = threading.Lock()
        self._suite = WarmSuite(*self._how)
        self.manifest = self._suite.manifest
        try:
            for _ in range(jobs):
                self._free.put(Judge(self._suite))
        except JudgeError:
            self.close()
            raise

    @property
    def pid(self) -> int:
        """Return the id of the process that all of its processes descend from."""
        return self._suite.zygote.pid

    def grade(
        self,
        submission: Submission,
        seed: str,
        exercises: Collection[str],
        part: Part = Part.ALL,
    ) -> Report:
        """Return the report of a submission.

        Raises:
            JudgeError: the judge failed on it; another takes its place.
        """
        judge = self._free.get()
        try:
            return judge.grade(submission, seed, exercises, part)
        except JudgeError:
            judge = self._replace(judge)
            raise
        finally:
            self._free.put(judge)

    def _replace(self, judge: Judge) -> Judge:
        """Return a judge in place of one that failed; of a fresh suite, if need be.

        Raises:
            JudgeError: none starts.
        """
        judge.close()
        with self._starting:
            with suppress(JudgeError):
                return Judge(self._suite)
            self._suite.close()
            self._suite = WarmSuite(*self._how)
            return Judge(self._suite)

    def close(self) -> None:
        """End all judges that are free, and their suite."""
        with suppress(queue.Empty):
            while True:
                self._free.get_nowait().close()
        self._suite.close()

    def __enter__(self) -> Self:
        """Return the pool itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End the judges."""
        self.close()
