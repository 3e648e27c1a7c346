"""Grade a class: what has not been graded yet, or has changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from functools import cache, cached_property
from pathlib import Path
from typing import Any

from grader.box.isolation import Level
from grader.box.limits import Limits
from grader.class_run.attempts import Attempt, attempts_of, counted
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
from grader.policy import Policy
from grader.scoring import KitFaultError, Score, score
from grader.submission import Submission
from grader.syllabus import Syllabus

MANIFEST = "manifest.json"
MANIFEST_VERSION = 2


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
    report: str = ""
    """Where its report goes; nowhere if empty."""
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

    def __init__(
        self, setting: Setting, output: OutputFolder, policy: Policy | None = None
    ) -> None:
        """Take the setting, the folder of results, and the course's rules if any."""
        self.setting = setting
        self.output = output
        self.policy = policy
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
        attempts = [a for h in handins for a in attempts_of(h, self.policy)]
        with ExitStack() as stack:

            @cache
            def start_pool() -> JudgePool:
                made = self.setting.start_pool(min(jobs, len(attempts)))
                pool = stack.enter_context(made)
                self.keep_manifest(pool.manifest)
                return pool

            manifest = self.manifest or start_pool().manifest
            results: dict[Attempt, Result] = {}
            tasks: dict[Attempt, Task] = {}
            for attempt in attempts:
                found = self.read(attempt, manifest, fresh=fresh)
                if isinstance(found, Task):
                    tasks[attempt] = found
                else:
                    results[attempt] = found
                    done(found)
            if tasks:
                for attempt, result in self.judge_all(start_pool(), tasks, jobs):
                    results[attempt] = result
                    done(result)
        return [self.count(handin, results) for handin in handins]

    def count(self, handin: Handin, results: Mapping[Attempt, Result]) -> Result:
        """Return a student's result; its report lies where a single one would."""
        attempts = attempts_of(handin, self.policy)
        if self.policy is None:
            return results[attempts[0]]
        dated = [
            replace(
                results[attempt],
                submitted_at=attempt.handin.submitted_at,
                marked_late=attempt.handin.late,
                attempt=attempt.number,
                of=attempt.of,
            )
            for attempt in attempts
        ]
        result = counted(dated, self.policy)
        if result.score is not None and len(attempts) > 1:
            report = self.output.read_signed(attempts[result.attempt - 1].report)
            assert report is not None
            self.output.write_signed(report_name(handin.student), report)
        return result

    def read(
        self, attempt: Attempt, manifest: Manifest, *, fresh: bool
    ) -> Result | Task:
        """Return what is to be judged of a submission, or its result if nothing is."""
        student = attempt.handin.student
        try:
            submission = self.setting.read(attempt.handin)
        except HandinError as error:
            return Result(student, Status.NOT_GRADED, reason=str(error))
        except Exception as error:  # ours, whatever it is: the others go on
            reason = f"reading it failed: {type(error).__name__}: {error}"
            return Result(student, Status.KIT_ERROR, reason=reason)
        whole = Task(submission, attempt.report)
        return whole if fresh else self.compare(whole, manifest)

    def compare(self, whole: Task, manifest: Manifest) -> Result | Task:
        """Return what is to be judged of a submission since its earlier report."""
        student = whole.submission.student
        report = self.output.read_signed(whole.report)
        if report is None:
            return whole
        mine = self.environment | {"seed": seed_for(self.setting.secret, student)}
        keys = topic_keys(whole.submission, manifest)
        held = topics_that_hold(report, mine, keys, self.setting.syllabus)
        if held < set(self.setting.syllabus.topic_ids):
            return replace(whole, earlier=report, held=held)
        made = self.setting.score(student, report, manifest)
        return self.graded(whole.submission, made, kept=True)

    @cached_property
    def manifest(self) -> Manifest | None:
        """Return what an earlier run found the suite to expect, if it is the same."""
        kept = read_manifest(self.output)
        return kept if kept and kept.suite == self.environment["suite"] else None

    def keep_manifest(self, manifest: Manifest) -> None:
        """Keep what the suite expects, so that kept reports need no judge."""
        checks = [[c.nodeid, c.exercise, c.weight, c.cuda] for c in manifest.checks]
        data = {
            "version": MANIFEST_VERSION,
            "suite": manifest.suite,
            "topics": dict(manifest.topics),
            "checks": checks,
        }
        self.output.write_signed(MANIFEST, data)

    def judge_all(
        self, pool: JudgePool, tasks: Mapping[Attempt, Task], jobs: int
    ) -> Iterator[tuple[Attempt, Result]]:
        """Judge submissions side by side; yield each result as it comes."""
        with ThreadPoolExecutor(jobs) as threads:
            futures = {
                threads.submit(self.judge, pool, task): attempt
                for attempt, task in tasks.items()
            }
            try:
                for future in as_completed(futures):
                    yield futures[future], future.result()
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
        self.output.write_signed(task.report, report)
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


def read_manifest(output: OutputFolder) -> Manifest | None:
    """Return what the suite of a folder's results expected; None if it was changed."""
    data = output.read_signed(MANIFEST)
    if data is None or data["version"] != MANIFEST_VERSION:
        return None
    checks = tuple(Check(*check) for check in data["checks"])
    return Manifest(checks, data["suite"], data["topics"])
