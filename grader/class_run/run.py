"""Grade a class: what has not been graded yet, or has changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from grader.box.isolation import Level
from grader.box.limits import Limits
from grader.class_run.output import OutputFolder, report_name
from grader.class_run.pool import JudgePool
from grader.class_run.result import Result, Status
from grader.class_run.reuse import merge, topic_keys, topics_that_hold
from grader.class_run.seeds import seed_for
from grader.intake import Handin, HandinError, read_handin
from grader.judge import JudgeError
from grader.judge.environment import environment
from grader.layout import KIT
from grader.manifest import Check, Manifest, suite_digest
from grader.scoring import KitFaultError, Score, score
from grader.submission import Submission
from grader.syllabus import Syllabus

MANIFEST = "manifest.json"


@dataclass(frozen=True)
class Setting:
    """How a class is graded: what decides a score beside the submission."""

    level: Level
    limits: Limits
    tests: Path
    syllabus: Syllabus
    secret: bytes

    def environment(self) -> dict[str, Any]:
        """Return what the reports of this setting have in common."""
        suite = suite_digest(KIT.registry, self.tests.glob("test_*.py"))
        return environment(suite, self.level, self.limits) | {
            "exercises": sorted(self.syllabus.exercises)
        }

    def read(self, handin: Handin) -> Submission:
        """Read a submission.

        Raises:
            HandinError: nothing of it can be read.
        """
        return read_handin(handin, self.syllabus.modules, self.limits.source)

    def score(
        self, student: str, report: Mapping[str, Any], manifest: Manifest
    ) -> Score:
        """Score a report in the exercises of this setting.

        Raises:
            KitFaultError: a test of the kit failed to run.
        """
        return score(student, report, manifest, self.syllabus)

    def start_pool(self, jobs: int) -> JudgePool:
        """Start judges.

        Raises:
            JudgeError: one does not start.
        """
        return JudgePool(self.level, jobs, self.limits, self.tests)


@dataclass(frozen=True)
class Task:
    """A submission to judge, and what an earlier report says that still holds."""

    submission: Submission
    earlier: Mapping[str, Any] = field(default_factory=dict)
    held: frozenset[str] = frozenset()
    """Topics whose tests need not be run again."""


def judge_task(
    pool: JudgePool, task: Task, setting: Setting
) -> tuple[Score, dict[str, Any]]:
    """Return score and report of one submission; a fault of the kit is tried again.

    Raises:
        JudgeError: no judge ended its work on it.
        KitFaultError: a test of the kit failed to run.
    """
    try:
        return judge_once(pool, task, setting)
    except (JudgeError, KitFaultError):
        return judge_once(pool, task, setting)


def judge_once(
    pool: JudgePool, task: Task, setting: Setting
) -> tuple[Score, dict[str, Any]]:
    """Return score and report of one submission."""
    student = task.submission.student
    exercises = {
        exercise.id
        for exercise in setting.syllabus.exercises.values()
        if exercise.topic not in task.held
    }
    seed = seed_for(setting.secret, student)
    report = pool.grade(task.submission, seed, exercises)
    report["environment"]["topics"] = topic_keys(task.submission, pool.manifest)
    if task.held:
        report = merge(task.earlier, report, task.held, pool.manifest)
    return setting.score(student, report, pool.manifest), report


class ClassRun:
    """Grades submissions side by side and keeps a signed report of each.

    What an earlier run's report says of a topic is used again if the topic's sources
    and tests, limits, seed and environment are the same.
    """

    def __init__(self, setting: Setting, output: OutputFolder) -> None:
        """Take the setting and the folder of results."""
        self.setting = setting
        self.output = output
        self.environment = setting.environment()

    def grade_all(
        self,
        handins: Sequence[Handin],
        jobs: int,
        done: Callable[[Result], None],
        *,
        fresh: bool = False,
    ) -> list[Result]:
        """Return every student's result, in the order given.

        Args:
            handins: the submissions.
            jobs: how many judges to start at most; none if there is nothing to judge.
            done: is called with each result.
            fresh: grade again what has not changed.

        Raises:
            JudgeError: no judge starts.
            OutputError: results cannot be written.
        """
        with ExitStack() as stack:

            @cache
            def start_pool() -> JudgePool:
                made = self.setting.start_pool(min(jobs, len(handins)))
                pool = stack.enter_context(made)
                self.keep_manifest(pool.manifest)
                return pool

            manifest = self.manifest or start_pool().manifest
            results: dict[str, Result] = {}
            tasks = []
            for handin in handins:
                found = self.read(handin, manifest, fresh=fresh)
                if isinstance(found, Task):
                    tasks.append(found)
                else:
                    results[found.student] = found
                    done(found)
            if tasks:
                for result in self.judge_all(start_pool(), tasks, jobs):
                    results[result.student] = result
                    done(result)
        return [results[handin.student] for handin in handins]

    def read(self, handin: Handin, manifest: Manifest, *, fresh: bool) -> Result | Task:
        """Return what is to be judged of a submission, or its result if nothing is."""
        try:
            submission = self.setting.read(handin)
        except HandinError as error:
            return Result(handin.student, Status.NOT_GRADED, reason=str(error))
        except Exception as error:  # ours, whatever it is: the others go on
            reason = f"reading it failed: {type(error).__name__}: {error}"
            return Result(handin.student, Status.KIT_ERROR, reason=reason)
        if fresh:
            return Task(submission)
        return self.compare(submission, manifest)

    def compare(self, submission: Submission, manifest: Manifest) -> Result | Task:
        """Return what is to be judged of a submission since its earlier report."""
        student = submission.student
        report = self.output.read_signed(report_name(student))
        if report is None:
            return Task(submission)
        mine = self.environment | {"seed": seed_for(self.setting.secret, student)}
        keys = topic_keys(submission, manifest)
        held = topics_that_hold(report, mine, keys, self.setting.syllabus)
        if held < set(self.setting.syllabus.topic_ids):
            return Task(submission, report, held)
        made = self.setting.score(student, report, manifest)
        return self.graded(submission, made, kept=True)

    @cached_property
    def manifest(self) -> Manifest | None:
        """Return what an earlier run found the suite to expect, if it is the same."""
        data = self.output.read_signed(MANIFEST)
        if data is None or data["suite"] != self.environment["suite"]:
            return None
        checks = tuple(Check(*check) for check in data["checks"])
        return Manifest(checks, data["suite"], data["topics"])

    def keep_manifest(self, manifest: Manifest) -> None:
        """Keep what the suite expects, so that kept reports need no judge."""
        checks = [[c.nodeid, c.exercise, c.weight, c.cuda] for c in manifest.checks]
        data = {
            "version": 2,
            "suite": manifest.suite,
            "topics": dict(manifest.topics),
            "checks": checks,
        }
        self.output.write_signed(MANIFEST, data)

    def judge_all(
        self, pool: JudgePool, tasks: Sequence[Task], jobs: int
    ) -> Iterator[Result]:
        """Judge submissions side by side; yield each result as it comes."""
        with ThreadPoolExecutor(jobs) as threads:
            futures = [threads.submit(self.judge, pool, task) for task in tasks]
            try:
                for future in as_completed(futures):
                    yield future.result()
            except BaseException:
                threads.shutdown(cancel_futures=True)
                raise

    def judge(self, pool: JudgePool, task: Task) -> Result:
        """Judge one submission; only its score, never the kit's trouble, is a zero."""
        student = task.submission.student
        try:
            made, report = judge_task(pool, task, self.setting)
        except (JudgeError, KitFaultError) as error:
            return Result(student, Status.KIT_ERROR, reason=str(error))
        self.output.write_signed(report_name(student), report)
        return self.graded(task.submission, made, kept=False)

    def graded(self, submission: Submission, made: Score, *, kept: bool) -> Result:
        """Return the result of a submission that has a score."""
        problems = [
            problem
            for topic, problem in submission.problems.items()
            if topic in self.setting.syllabus.topic_ids
        ]
        notes = (*problems, *submission.notes)
        return Result(submission.student, Status.GRADED, made, notes=notes, kept=kept)
