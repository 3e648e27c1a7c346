"""What a Dask worker holds for a class run: the suite, and judges of its own.

The first job starts the judges, as many as the worker has threads; they stay warm until
the run ends. Submissions, seeds and reports travel; the course's secret does not.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
import threading
import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from distributed import Worker, WorkerPlugin, get_worker

from grader.class_run.executors import ClusterError, judge_once
from grader.class_run.pool import JudgePool
from grader.class_run.suite import Suite, SuiteError
from grader.judge import JudgeError
from grader.judge.messages import Job, Part
from grader.judge.versions import versions
from grader.layout import find_course
from grader.sandbox.isolation import Level, NoIsolationError, choose_level
from grader.sandbox.limits import Limits
from grader.scoring.manifest import Manifest
from grader.scoring.report import Report, with_tests, with_unpassed
from grader.speech import mark
from grader.words import say


class DaskWorker(WorkerPlugin):
    """Judges on one worker; the scheduler puts one on every worker, also later ones."""

    def __init__(
        self, suite: Suite, level: Level, limits: Limits, versions: Mapping[str, str]
    ) -> None:
        """Take what decides a score, and the versions that a worker must have."""
        self.name = f"grader-{uuid.uuid4().hex}"
        self.suite, self.level, self.limits = suite, level, limits
        self.versions = dict(versions)
        self.problem: ClusterError | None = None

    def setup(self, worker: Worker) -> None:
        """Take the suite, where kit and torch are the right ones.

        Raises:
            ClusterError: they are not, or the suite does not arrive.
        """
        self.address, self.jobs = worker.address, worker.state.nthreads
        self.lock = threading.Lock()
        self.pool: JudgePool | None = None
        self.closed = False
        self.folder = Path(
            tempfile.mkdtemp(dir=worker.local_directory, prefix="grader-")
        )
        try:
            refuse_other_versions(self.address, versions(), self.versions)
            self.course, self.tests = self.suite.unpack(self.folder)
        except SuiteError as error:
            self.problem = ClusterError(
                "worker {address}: {error}: run the same command again",
                address=self.address,
                error=error,
            )
            raise self.problem from error
        except ClusterError as error:
            self.problem = error
            raise

    def judges(self) -> JudgePool:
        """Return the judges; the first call starts them.

        Raises:
            ClusterError: this worker is none for this run, or the run has ended.
            JudgeError: one does not start.
        """
        if self.problem:
            raise self.problem
        with self.lock:
            if self.pool is None:
                self.pool = JudgePool(
                    self.level, self.jobs, self.limits, self.tests, self.course
                )
            if self.closed:
                self.pool.close()
                raise ClusterError(
                    "worker {address}: the class run has ended", address=self.address
                )
            return self.pool

    def judge(self, job: Job) -> Report:
        """Return the report of a submission."""
        pool = self.judges()
        try:
            report = judge_once(pool, job)
        finally:
            if self.closed:
                pool.close()
        if job.part is Part.CUDA and not report["environment"]["gpu"]:
            raise JudgeError(
                "worker {address} offers the resource GPU, but torch finds "
                "none there: see `grader doctor`",
                address=self.address,
            )
        return report

    async def teardown(self, worker: Worker) -> None:  # noqa: ARG002 - Dask gives it
        """End the judges and remove the suite; a judge at work ends after it."""
        self.closed = True
        if self.pool is not None:
            await asyncio.to_thread(self.pool.close)
        shutil.rmtree(self.folder, ignore_errors=True)


def dask_worker(name: str) -> DaskWorker:
    """Return what the worker that runs this task holds for a class run."""
    found: DaskWorker = get_worker().plugins[name]  # type: ignore[assignment]
    return found


def judge(name: str, job: Job) -> Report:
    """Return the report of a submission; a task for a worker."""
    return dask_worker(name).judge(job)


def manifest(name: str) -> Manifest:
    """Return what the suite expects; a task for a worker."""
    return dask_worker(name).judges().manifest


def overlay(report: Report, cuda: Report) -> Report:
    """Return a report in which the tests marked cuda are those that a GPU decided."""
    decided = {test["nodeid"]: test for test in cuda["tests"]}
    tests = [decided.get(test["nodeid"], test) for test in report["tests"]]
    lost = {n: o for n, o in report["unpassed"].items() if n not in decided}
    lost |= {n: o for n, o in cuda["unpassed"].items() if n in decided}
    return with_unpassed(with_tests(report, tests), lost)


async def describe(unsandboxed: bool) -> dict[str, Any]:
    """Return a worker's versions and its level of isolation, or why it has none."""
    layout = find_course()
    secrets = [layout.solutions, layout.hidden_tests]

    def probe() -> dict[str, Any]:
        try:
            level = choose_level(secrets, unsandboxed=unsandboxed)
        except NoIsolationError as error:
            return {"versions": versions(), "level": None, "reason": str(error)}
        return {"versions": versions(), "level": level, "reason": ""}

    return await asyncio.to_thread(probe)


def refuse_other_versions(
    worker: str, found: Mapping[str, str], expected: Mapping[str, str]
) -> None:
    """Compare the versions of a worker with those that the class is graded with.

    Raises:
        ClusterError: one differs.
    """
    for name, version in expected.items():
        if found.get(name) != version:
            raise ClusterError(
                "worker {worker} has {names} {found}; here it is {version}: "
                "install the same kit on both, with constraints.txt",
                worker=worker,
                names=say(NAMES[name]),
                found=found.get(name, "?")[:12],
                version=version[:12],
            )


NAMES = {
    "python": "Python",
    "torch": "torch",
    "kit": mark("the kit's version"),
    "code": mark("the grader's code with hash"),
}
