"""Grade a class: what has not been graded yet, or has changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.box.isolation import Level
from grader.box.limits import Limits
from grader.class_run.attempts import Attempt, attempts_of, counted
from grader.class_run.output import OutputFolder, report_name
from grader.class_run.pool import JudgePool
from grader.class_run.result import Result, Status
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
        return read_handin(handin, self.syllabus.topic_ids, self.limits.source)

    def start_pool(self, jobs: int) -> JudgePool:
        """Start judges.

        Raises:
            JudgeError: one does not start.
        """
        return JudgePool(self.level, jobs, self.limits, self.tests)


def judge_submission(
    pool: JudgePool, submission: Submission, setting: Setting
) -> tuple[Score, dict[str, Any]]:
    """Return score and report of one submission; a fault of the kit is tried again.

    Raises:
        JudgeError: no judge ended its work on it.
        KitFaultError: a test of the kit failed to run.
    """
    try:
        return judge_once(pool, submission, setting)
    except (JudgeError, KitFaultError):
        return judge_once(pool, submission, setting)


def judge_once(
    pool: JudgePool, submission: Submission, setting: Setting
) -> tuple[Score, dict[str, Any]]:
    """Return score and report of one submission."""
    exercises = setting.syllabus.exercises
    seed = seed_for(setting.secret, submission.student)
    report = pool.grade(submission, seed, exercises)
    manifest = pool.manifest.only(exercises)
    return score(submission.student, report, manifest, setting.syllabus), report


class ClassRun:
    """Grades submissions side by side and keeps a signed report of each.

    A report of an earlier run is used again if submission, suite, limits, seed and
    environment are the same.
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
        found: dict[Attempt, Result | Submission] = {
            attempt: self.read(attempt, fresh=fresh)
            for handin in handins
            for attempt in attempts_of(handin, self.policy)
        }
        pending = [(a, s) for a, s in found.items() if isinstance(s, Submission)]
        results = {a: r for a, r in found.items() if isinstance(r, Result)}
        for result in results.values():
            done(result)
        if pending:
            with self.setting.start_pool(min(jobs, len(pending))) as pool:
                self.keep_manifest(pool.manifest)
                for attempt, result in self.judge_all(pool, pending, jobs):
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

    def read(self, attempt: Attempt, *, fresh: bool) -> Result | Submission:
        """Return a submission, or its result where there is nothing to judge."""
        student = attempt.handin.student
        try:
            submission = self.setting.read(attempt.handin)
        except HandinError as error:
            return Result(student, Status.NOT_GRADED, reason=str(error))
        except Exception as error:  # ours, whatever it is: the others go on
            reason = f"reading it failed: {type(error).__name__}: {error}"
            return Result(student, Status.KIT_ERROR, reason=reason)
        kept = None if fresh else self.kept_score(submission, attempt.report)
        return graded(submission, kept, kept=True) if kept else submission

    def kept_score(self, submission: Submission, name: str) -> Score | None:
        """Return the score that an earlier run's report gives, if it still holds."""
        report = self.output.read_signed(name)
        if report is None or self.manifest is None:
            return None
        mine = self.environment | {
            "submission": submission.digest,
            "seed": seed_for(self.setting.secret, submission.student),
        }
        if report["environment"] != mine:
            return None
        syllabus = self.setting.syllabus
        return score(submission.student, report, self.manifest, syllabus)

    @cached_property
    def manifest(self) -> Manifest | None:
        """Return what an earlier run found the suite to expect, if it is the same."""
        whole = read_manifest(self.output)
        if whole is None or whole.suite != self.environment["suite"]:
            return None
        return whole.only(self.setting.syllabus.exercises)

    def keep_manifest(self, manifest: Manifest) -> None:
        """Keep what the suite expects, so that kept reports need no judge."""
        checks = [[c.nodeid, c.exercise, c.weight, c.cuda] for c in manifest.checks]
        data = {"version": 1, "suite": manifest.suite, "checks": checks}
        self.output.write_signed(MANIFEST, data)

    def judge_all(
        self, pool: JudgePool, pending: Sequence[tuple[Attempt, Submission]], jobs: int
    ) -> Iterator[tuple[Attempt, Result]]:
        """Judge submissions side by side; yield each result as it comes."""
        with ThreadPoolExecutor(jobs) as threads:
            futures = {
                threads.submit(self.judge, pool, submission, attempt.report): attempt
                for attempt, submission in pending
            }
            try:
                for future in as_completed(futures):
                    yield futures[future], future.result()
            except BaseException:
                threads.shutdown(cancel_futures=True)
                raise

    def judge(self, pool: JudgePool, submission: Submission, name: str) -> Result:
        """Judge one submission; only its score, never the kit's trouble, is a zero.

        Args:
            pool: who judges.
            submission: what is judged.
            name: where its report goes.
        """
        student = submission.student
        try:
            made, report = judge_submission(pool, submission, self.setting)
        except (JudgeError, KitFaultError) as error:
            return Result(student, Status.KIT_ERROR, reason=str(error))
        self.output.write_signed(name, report)
        return graded(submission, made, kept=False)


def read_manifest(output: OutputFolder) -> Manifest | None:
    """Return what the suite of a folder's results expected; None if it was changed."""
    data = output.read_signed(MANIFEST)
    if data is None:
        return None
    checks = tuple(Check(*check) for check in data["checks"])
    return Manifest(checks, data["suite"])


def graded(submission: Submission, made: Score, *, kept: bool) -> Result:
    """Return the result of a submission that has a score."""
    notes = (*submission.problems.values(), *submission.notes)
    return Result(submission.student, Status.GRADED, made, notes=notes, kept=kept)
