"""A pytest session that collects the hidden suite once and forks per submission.

The control socket carries a `Ready` once, then a `Job` from and a reply to the judge's
owner, in turn: a report, or a `Fault`. Both ends are the kit's own.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

import cloudpickle
import pytest

from grader.box.launch import Box, BoxError
from grader.judge.environment import environment
from grader.judge.observer import BoxObserver
from grader.layout import KIT
from grader.manifest import Check, Manifest, suite_digest
from grader.observe.plugin import OBSERVER, SEED, exercise_of
from grader.observe.warm import warm
from grader.submission import Submission


@dataclass(frozen=True)
class Job:
    """One submission to judge."""

    submission: Submission
    seed: str
    """Decides every random input; not to be known to the student beforehand."""
    exercises: frozenset[str]
    """Ids of the exercises to judge it in."""


@dataclass(frozen=True)
class Ready:
    """The suite is collected and the box is warm."""

    manifest: Manifest


@dataclass(frozen=True)
class Fault:
    """The kit failed; there is no report."""

    text: str


class JudgeSession:
    """The pytest plugin that replaces the run loop by one fork per submission."""

    def __init__(self, owner: Connection, box: Box) -> None:
        """Take the channel to the judge's owner and a warm box."""
        self.owner = owner
        self.box = box
        self.observer: BoxObserver | None = None
        self.report: dict[str, Any] = {}

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Judge submissions until the owner hangs up."""
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        manifest = read_manifest(session.items)
        for name in {item.function.__module__ for item in session.items}:  # type: ignore[attr-defined]
            cloudpickle.register_pickle_by_value(sys.modules[name])
        warm()
        self.box.wait()
        self.owner.send(Ready(manifest))
        while True:
            try:
                job = self.owner.recv()
            except EOFError:
                return True
            self.judge(session, job, manifest)

    def judge(self, session: pytest.Session, job: Job, manifest: Manifest) -> None:
        """Let a fork run the tests and send the report; then leave the box empty."""
        pid = os.fork()
        if pid == 0:
            status = 70
            try:
                self.run(session, job, manifest)
                self.owner.send(self.report)
                status = 0
            except BaseException:
                self.owner.send(Fault(traceback.format_exc()))
                status = 0
            finally:
                os._exit(status)
        status = os.waitpid(pid, 0)[1]
        if status:
            self.owner.send(Fault(f"the judge's process ended with status {status}"))
        try:
            clean = self.box.clear().clean
        except BoxError:
            clean = False
        if not clean:
            self.box.restart()

    def run(self, session: pytest.Session, job: Job, manifest: Manifest) -> None:
        """Run the tests of the job's exercises and leave their report in `report`."""
        config = session.config
        config.pluginmanager.unregister(name="terminalreporter")
        self.observer = BoxObserver(self.box, job.submission)
        config.stash[OBSERVER] = self.observer
        config.stash[SEED] = job.seed
        config._json_report._start_time = time.time()  # type: ignore[attr-defined]
        items = [i for i in session.items if exercise_of(i).id in job.exercises]
        session.testscollected = len(items)
        for item, following in zip(items, [*items[1:], None], strict=True):
            config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        session.exitstatus = pytest.ExitCode(min(session.testsfailed, 1))
        config.hook.pytest_sessionfinish(session=session, exitstatus=session.exitstatus)
        self.report["environment"] = environment(
            manifest.suite, self.box.level, self.box.limits
        ) | {
            "submission": job.submission.digest,
            "seed": job.seed,
            "exercises": sorted(job.exercises),
        }

    def pytest_runtest_logstart(self) -> None:
        """Start the clock of the test that begins."""
        if self.observer is not None:
            self.observer.start_test()

    @pytest.hookimpl(trylast=True)
    def pytest_json_modifyreport(self, json_report: dict[str, Any]) -> None:
        """Keep the report."""
        self.report = json_report


def read_manifest(items: Sequence[pytest.Item]) -> Manifest:
    """Return what the collected suite expects of a submission."""
    checks = tuple(
        Check(
            item.nodeid,
            exercise_of(item).id,
            item.get_closest_marker("exercise").kwargs.get("weight", 1),  # type: ignore[union-attr]
            item.get_closest_marker("cuda") is not None,
        )
        for item in items
    )
    return Manifest(checks, suite_digest(KIT.registry, {i.path for i in items}))
