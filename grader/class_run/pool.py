"""Judges that wait for work; one that fails is replaced."""

from __future__ import annotations

import queue
import threading
from collections import defaultdict
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

from grader.judge import Judge, JudgeError, WarmSuite
from grader.judge.messages import Part
from grader.layout import Layout
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits
from grader.scoring.report import Report, joined
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

        Judges that are free take a topic each, in turn, until all are judged.

        Raises:
            JudgeError: a judge failed on it; another takes its place.
        """
        topics = self._by_topic(exercises)
        crew = self._take(len(topics))
        if crew.qsize() == 1:
            topics = [exercises]

        def grade_some(some: Collection[str]) -> Report:
            judge = crew.get()
            try:
                return judge.grade(submission, seed, some, part)
            except JudgeError:
                judge = self._replace(judge)
                raise
            finally:
                crew.put(judge)

        try:
            with ThreadPoolExecutor(crew.qsize()) as threads:
                return joined([*threads.map(grade_some, topics)])
        finally:
            while not crew.empty():
                self._free.put(crew.get())

    def _by_topic(self, exercises: Collection[str]) -> list[Collection[str]]:
        """Return the exercises of each topic, in the order of the suite's tests."""
        found: dict[str, dict[str, None]] = defaultdict(dict)
        for check in self.manifest.checks:
            if check.exercise in exercises:
                found[check.exercise.partition(".")[0]][check.exercise] = None
        return [*found.values()] or [exercises]

    def _take(self, most: int) -> queue.SimpleQueue[Judge]:
        """Return a judge, and of those that are free as many as can be of use."""
        crew: queue.SimpleQueue[Judge] = queue.SimpleQueue()
        crew.put(self._free.get())
        with suppress(queue.Empty):
            while crew.qsize() < most:
                crew.put(self._free.get_nowait())
        return crew

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
