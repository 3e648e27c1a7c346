"""A judge: a fork of a process that has collected the hidden suite.

Its socket carries a `Ready` once, then a `Job` from the judge's owner and a reply, in
turn: a report, or a `Fault`.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
import traceback
from collections import defaultdict
from collections.abc import Iterable, Sequence
from itertools import zip_longest
from multiprocessing.connection import Connection, Pipe
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from grader.judge.environment import environment
from grader.judge.messages import Fault, Job, Part, Ready
from grader.judge.observer import SandboxObserver
from grader.layout import Layout
from grader.observe.plugin import (
    OBSERVER,
    SEED,
    SYLLABUS,
    exercise_of,
    is_simulated,
    weight_of,
)
from grader.sandbox import SandboxError
from grader.sandbox.isolation import Level
from grader.sandbox.launch import Sandbox
from grader.sandbox.limits import Limits
from grader.sandbox.payload import Packer
from grader.scoring.manifest import Check, Manifest, suite_digest, topic_digest
from grader.scoring.outcome import Outcome
from grader.scoring.report import Report, joined
from grader.words import say


class JudgeSession:
    """The pytest plugin that runs tests in a fork for each topic."""

    def __init__(self, session: pytest.Session, level: Level, limits: Limits) -> None:
        """Take a session whose tests are collected, and how its sandboxes are."""
        self.session = session
        self.manifest = read_manifest(session.items)
        self.topics = by_topic(session.items)
        self.packer = Packer(modules_below(folder_of(session.config)))
        self.environment = environment(self.manifest.suite, level, limits)
        for item in session.items:
            _ = item.location  # found out once, not in each fork
        self.observer: SandboxObserver | None = None
        self.report: Report | None = None

    def serve(self, owner: Connection, sandbox: Sandbox) -> None:
        """Judge submissions until the owner hangs up."""
        self.sandbox = sandbox
        owner.send(Ready())
        while True:
            try:
                job = owner.recv()
            except EOFError:
                return
            owner.send(self.judge(job))

    def judge(self, job: Job) -> Report | Fault:
        """Return the report of a submission.

        A fork runs the tests of one topic: each test that runs makes its process take
        more of the pages that it has in common with this one, and there are many tests.
        """
        chosen = (items_of(job, items) for items in self.topics.values())
        environment = self.environment | {
            "submission": job.submission.digest,
            "seed": job.seed,
            "exercises": sorted(job.exercises),
            "gpu": self.environment["gpu"] and job.part is not Part.OPEN,
        }
        parts = []
        for items in [items for items in chosen if items] or [[]]:
            part = self.judge_topic(job, items)
            if isinstance(part, Fault):
                return part
            part["environment"] = environment
            parts.append(part)
        return joined(parts)

    def judge_topic(self, job: Job, items: Sequence[pytest.Item]) -> Report | Fault:
        """Let a fork run some tests, return its report, and leave the sandbox empty."""
        here, there = Pipe(duplex=False)
        pid = os.fork()
        if pid == 0:
            here.close()  # or nobody would tell it that the judge is gone
            try:
                there.send(self.run(job, items))
            except BaseException:
                there.send(Fault(traceback.format_exc()))
            finally:
                os._exit(0)
        there.close()
        reply: Report | Fault | None = None
        with here, contextlib.suppress(EOFError):
            reply = here.recv()
        status = os.waitpid(pid, 0)[1]
        try:
            clean = self.sandbox.clear().clean
        except SandboxError:
            clean = False
        if not clean:
            self.sandbox.restart()
        return reply or Fault(
            say("the judge's process ended with status {status}", status=status)
        )

    def run(self, job: Job, items: Sequence[pytest.Item]) -> Report:
        """Run tests on the job's submission and return their report."""
        session, config = self.session, self.session.config
        config.pluginmanager.unregister(name="terminalreporter")
        self.observer = SandboxObserver(self.sandbox, job.submission, self.packer)
        config.stash[OBSERVER] = self.observer
        config.stash[SEED] = job.seed
        config._json_report._start_time = time.time()  # type: ignore[attr-defined]
        session.testscollected = len(items)
        if job.part is Part.OPEN:
            for item in filter(is_cuda, items):
                item.add_marker(pytest.mark.skip(reason=Outcome.NO_GPU))
        try:
            for item, following in zip_longest(items, items[1:]):
                config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        finally:
            self.observer.end()
        session.exitstatus = pytest.ExitCode(min(session.testsfailed, 1))
        config.hook.pytest_sessionfinish(session=session, exitstatus=session.exitstatus)
        assert self.report is not None, "pytest-json-report has made none"
        return self.report

    def pytest_runtest_logstart(self) -> None:
        """Start the clock of the test that begins."""
        if self.observer is not None:
            self.observer.start_test()

    def pytest_json_runtest_stage(
        self, report: pytest.TestReport
    ) -> dict[str, Any] | None:
        """Return what there is to say of a stage that passed, which has no text."""
        if report.longrepr:
            return None
        return {"duration": report.duration, "outcome": report.outcome}

    @pytest.hookimpl(trylast=True)
    def pytest_json_modifyreport(self, json_report: Report) -> None:
        """Keep the report."""
        self.report = json_report


def by_topic(items: Iterable[pytest.Item]) -> dict[str, list[pytest.Item]]:
    """Return the tests of each topic, in the order in which they are run."""
    found: dict[str, list[pytest.Item]] = defaultdict(list)
    for item in sorted(items, key=is_simulated):  # one change of workers, not many
        found[exercise_of(item).topic].append(item)
    return found


def items_of(job: Job, items: Iterable[pytest.Item]) -> list[pytest.Item]:
    """Return the tests of a job; those marked cuda may have to be left out."""
    chosen = [item for item in items if exercise_of(item).id in job.exercises]
    if job.part is Part.CUDA:
        return [item for item in chosen if is_cuda(item)]
    return chosen


def is_cuda(item: pytest.Item) -> bool:
    """Say whether a test needs a GPU."""
    return item.get_closest_marker("cuda") is not None


def read_manifest(items: Sequence[pytest.Item]) -> Manifest:
    """Return what the collected suite expects of a submission."""
    checks = tuple(
        Check(
            item.nodeid,
            exercise_of(item).id,
            weight_of(item),
            is_cuda(item),
        )
        for item in items
    )
    folders: dict[str, set[Path]] = defaultdict(set)
    for item in items:
        folders[exercise_of(item).topic].add(item.path.parent)
    config = items[0].config
    course = course_of(config)
    topics = {
        topic.id: topic_digest(
            topic, folders[topic.id], course.topic_solution(topic.id)
        )
        for topic in config.stash[SYLLABUS].topics
        if topic.id in folders
    }
    suite = suite_digest(course, folder_of(config))
    return Manifest(checks, suite, topics)


def course_of(config: pytest.Config) -> Layout:
    """Return the course that the suite belongs to."""
    registry: Path = config.getoption("--registry")
    return Layout(registry.parents[1])


def folder_of(config: pytest.Config) -> Path:
    """Return the folder that holds the suite."""
    return Path(config.args[0])


def modules_below(folder: Path) -> list[ModuleType]:
    """Return the modules that have been imported from a folder, by name."""
    files = {n: getattr(m, "__file__", None) for n, m in sys.modules.items()}
    return [
        sys.modules[name]
        for name, file in sorted(files.items())
        if file and Path(file).is_relative_to(folder)
    ]
