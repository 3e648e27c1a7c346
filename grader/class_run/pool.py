"""Judges that wait for work; one that fails is replaced."""

from __future__ import annotations

import queue
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.judge import Judge, JudgeError
from grader.judge.messages import Part
from grader.layout import Layout
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits
from grader.scoring.manifest import Manifest
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
        """Start `jobs` judges of the test files in `tests`, all at once.

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
        self.level, self.limits, self.tests = level, limits, tests
        self.course = course
        self._free: queue.Queue[Judge] = queue.Queue()
        with ThreadPoolExecutor(jobs) as starters:
            for judge in starters.map(lambda _: self._start(), range(jobs)):
                self._free.put(judge)
                self.manifest: Manifest = judge.manifest

    def _start(self) -> Judge:
        return Judge(self.level, self.limits, self.tests, self.course)

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
        judge.close()
        return self._start()

    def close(self) -> None:
        """End all judges that are free."""
        while True:
            try:
                self._free.get_nowait().close()
            except queue.Empty:
                return

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
