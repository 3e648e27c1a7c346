"""A pytest session that collects the hidden suite once and forks per submission.

The control socket carries a `Ready` once, then a `Job` from and a reply to the judge's
owner, in turn: a report, or a `Fault`.
"""

from __future__ import annotations

import os
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Iterable, Sequence
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

import pytest

from grader.box.launch import Box, BoxError
from grader.box.parcel import Packer
from grader.box.warm import warm
from grader.judge.environment import environment
from grader.judge.messages import Fault, Job, Part, Ready
from grader.judge.observer import BoxObserver
from grader.manifest import Check, Manifest, suite_digest, topic_digest
from grader.observe.plugin import (
    OBSERVER,
    SEED,
    SYLLABUS,
    exercise_of,
    is_simulated,
)
from grader.outcome import Outcome


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
        names = {item.function.__module__ for item in session.items}  # type: ignore[attr-defined]
        self.packer = Packer(sys.modules[name] for name in sorted(names))
        self.environment = environment(manifest.suite, self.box.level, self.box.limits)
        warm()
        self.box.wait()
        self.owner.send(Ready(manifest))
        while True:
            try:
                job = self.owner.recv()
            except EOFError:
                return True
            self.judge(session, job)

    def judge(self, session: pytest.Session, job: Job) -> None:
        """Let a fork run the tests and send the report; then leave the box empty."""
        pid = os.fork()
        if pid == 0:
            status = 70
            try:
                self.run(session, job)
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

    def run(self, session: pytest.Session, job: Job) -> None:
        """Run the tests of the job's exercises and leave their report in `report`."""
        config = session.config
        config.pluginmanager.unregister(name="terminalreporter")
        self.observer = BoxObserver(self.box, job.submission, self.packer)
        config.stash[OBSERVER] = self.observer
        config.stash[SEED] = job.seed
        config._json_report._start_time = time.time()  # type: ignore[attr-defined]
        items = items_of(job, session.items)
        session.testscollected = len(items)
        try:
            for item, following in zip(items, [*items[1:], None], strict=True):
                config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        finally:
            self.observer.end()
        session.exitstatus = pytest.ExitCode(min(session.testsfailed, 1))
        config.hook.pytest_sessionfinish(session=session, exitstatus=session.exitstatus)
        self.report["environment"] = self.environment | {
            "submission": job.submission.digest,
            "seed": job.seed,
            "exercises": sorted(job.exercises),
            "gpu": self.environment["gpu"] and job.part is not Part.OPEN,
        }

    def pytest_runtest_logstart(self) -> None:
        """Start the clock of the test that begins."""
        if self.observer is not None:
            self.observer.start_test()

    @pytest.hookimpl(trylast=True)
    def pytest_json_modifyreport(self, json_report: dict[str, Any]) -> None:
        """Keep the report."""
        self.report = json_report


def items_of(job: Job, items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the tests of a job; those marked cuda may have to stay open."""
    chosen = [item for item in items if exercise_of(item).id in job.exercises]
    chosen.sort(key=is_simulated)  # one change of workers, not one in each exercise
    marked = [item for item in chosen if item.get_closest_marker("cuda")]
    if job.part is Part.CUDA:
        return marked
    if job.part is Part.OPEN:
        for item in marked:
            item.add_marker(pytest.mark.skip(reason=Outcome.NO_GPU))
    return chosen


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
    files: dict[str, set[Path]] = defaultdict(set)
    for item in items:
        files[exercise_of(item).topic].add(item.path)
    config = items[0].config
    topics = {
        topic.id: topic_digest(topic, files[topic.id])
        for topic in config.stash[SYLLABUS].topics
        if topic.id in files
    }
    suite = suite_digest(config.getoption("--registry"), set().union(*files.values()))
    return Manifest(checks, suite, topics)
