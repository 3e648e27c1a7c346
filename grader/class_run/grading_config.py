"""How a class is graded, and what is left to judge of a submission."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.class_run.executors import judge_twice
from grader.class_run.pool import JudgePool
from grader.class_run.reuse import merge, topic_keys
from grader.class_run.seeds import seed_for
from grader.intake import SubmissionSource, read_submission
from grader.judge.environment import environment
from grader.judge.messages import Job
from grader.layout import find_course
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits
from grader.scoring.manifest import Manifest, suite_digest
from grader.scoring.report import Report
from grader.scoring.score import Score, score_unpassed
from grader.scoring.submission import Submission
from grader.syllabus import Syllabus


@dataclass(frozen=True)
class Task:
    """A submission to judge, and what an earlier report says that still holds."""

    submission: Submission
    report: str = ""
    """Where its report goes; nowhere if empty."""
    earlier: Report | None = None
    held: frozenset[str] = frozenset()
    """Topics whose tests need not be run again."""


@dataclass(frozen=True)
class GradingConfig:
    """How a class is graded: what decides a score beside the submission."""

    level: Level
    limits: Limits
    tests: Path
    syllabus: Syllabus
    secret: bytes
    gpu: bool | None = None
    """Whether a GPU decides the tests marked cuda; None: if this machine has one."""

    def environment(self) -> dict[str, Any]:
        """Return what the reports of this config have in common."""
        suite = suite_digest(find_course(), self.tests)
        return {
            **environment(suite, self.level, self.limits),
            **self.elsewhere,
            "exercises": sorted(self.syllabus.exercises),
        }

    @property
    def elsewhere(self) -> dict[str, Any]:
        """Return what differs from this machine where submissions are judged."""
        return {} if self.gpu is None else {"gpu": self.gpu}

    def read(self, origin: SubmissionSource) -> Submission:
        """Read a submission.

        Raises:
            SubmissionError: nothing of it can be read.
        """
        return read_submission(origin, self.syllabus.modules, self.limits.source)

    def score_kept(self, student: str, report: Report, manifest: Manifest) -> Score:
        """Score a report that `finish` returned, without a look at its tests."""
        return score_unpassed(student, report, manifest, self.syllabus)

    def job(self, task: Task) -> Job:
        """Return what a judge has to do; nothing in it tells the secret."""
        student = task.submission.student
        exercises = frozenset(
            exercise.id
            for exercise in self.syllabus.exercises.values()
            if exercise.topic not in task.held
        )
        return Job(task.submission, seed_for(self.secret, student), exercises)

    def finish(
        self, task: Task, report: Report, manifest: Manifest
    ) -> tuple[Score, Report]:
        """Return the score of a judge's report, and the report with all that holds."""
        keys = topic_keys(task.submission, manifest)
        report["environment"] |= {"topics": keys, **self.elsewhere}
        if task.earlier is not None:
            report = merge(task.earlier, report, task.held, manifest)
        return self.score_kept(task.submission.student, report, manifest), report

    def start_pool(self, jobs: int) -> JudgePool:
        """Start judges.

        Raises:
            JudgeError: one does not start.
        """
        return JudgePool(self.level, jobs, self.limits, self.tests)


def judge_task(
    pool: JudgePool, task: Task, config: GradingConfig
) -> tuple[Score, Report]:
    """Return score and report of one submission; a fault of the kit is tried again.

    Raises:
        JudgeError: no judge ended its work on it.
        KitFaultError: a test of the kit failed to run.
    """
    report = judge_twice(pool, config.job(task))
    return config.finish(task, report, pool.manifest)
