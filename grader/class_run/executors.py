"""Where submissions are judged: an executor turns jobs into reports to come."""

from __future__ import annotations

import queue
from collections.abc import Callable, Collection, Iterator
from concurrent.futures import Executor, Future
from dataclasses import dataclass
from typing import Protocol

from grader.class_run.pool import JudgePool
from grader.errors import GraderError
from grader.judge import JudgeError
from grader.judge.messages import Job
from grader.scoring.manifest import Manifest
from grader.scoring.report import Report
from grader.scoring.score import KitFaultError, read_unpassed

CHECK_SECONDS = 5.0


class ClusterError(GraderError):
    """Judges elsewhere cannot be had; the message names the worker and what to do."""


class Judges(Protocol):
    """Judges that are ready for work."""

    @property
    def manifest(self) -> Manifest:
        """Return what their suite expects of a submission."""

    @property
    def faults(self) -> tuple[type[Exception], ...]:
        """Return what a report to come may raise for a fault of the kit."""

    def submit(self, job: Job) -> Future[Report]:
        """Return the report to come of a submission."""

    def check(self) -> None:
        """Look whether what was submitted can still be done.

        Raises:
            ClusterError: it cannot.
        """


@dataclass(frozen=True)
class LocalJudges:
    """The judges of this machine, behind an executor's threads."""

    pool: JudgePool
    executor: Executor

    faults = (JudgeError, KitFaultError)

    @property
    def manifest(self) -> Manifest:
        """Return what their suite expects of a submission."""
        return self.pool.manifest

    def submit(self, job: Job) -> Future[Report]:
        """Return the report to come of a submission."""
        return self.executor.submit(judge_twice, self.pool, job)

    def check(self) -> None:
        """Find nothing amiss: this machine is here."""


def judge_twice(pool: JudgePool, job: Job) -> Report:
    """Return the report of a submission; after a fault of the kit, try once more.

    Raises:
        JudgeError: the second judge failed on it.
        KitFaultError: a test of the kit failed to run, the second time.
    """
    try:
        return judge_once(pool, job)
    except (JudgeError, KitFaultError):
        return judge_once(pool, job)


def judge_once(pool: JudgePool, job: Job) -> Report:
    """Return the report of a submission, in which every test of the kit has run.

    Its outcomes are read here, and stand in it for all who score it.
    """
    report = pool.grade(job.submission, job.seed, job.exercises, job.part)
    return read_unpassed(report, pool.manifest)


def as_done(
    futures: Collection[Future[Report]],
    check: Callable[[], None],
    seconds: float = CHECK_SECONDS,
) -> Iterator[Future[Report]]:
    """Yield futures as they end; call `check` whenever none does for some seconds."""
    done: queue.SimpleQueue[Future[Report]] = queue.SimpleQueue()
    for future in futures:
        future.add_done_callback(done.put)
    left = len(futures)
    del futures  # a report that was dealt with is to be forgotten
    while left:
        try:
            future = done.get(timeout=seconds)
        except queue.Empty:
            check()
            continue
        left -= 1
        yield future
