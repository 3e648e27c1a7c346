"""Grade a class: what has not been graded yet, or has changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import cache, cached_property, partial

from grader.class_run.attempts import Attempt, attempts_of, counted, decided
from grader.class_run.executors import (
    ClusterError,
    Judges,
    LocalJudges,
    as_done,
)
from grader.class_run.grading_config import GradingConfig, Task
from grader.class_run.look import find_look
from grader.class_run.reuse import topic_keys, topics_that_hold
from grader.class_run.seeds import seed_for
from grader.intake import SubmissionError, SubmissionSource
from grader.policy import NO_RULES, Policy
from grader.results.output import OutputFolder, report_name
from grader.results.override_file import read_overrides
from grader.results.result import Result, Status
from grader.scoring.manifest import Check, Manifest
from grader.scoring.report import Report
from grader.scoring.score import Score
from grader.scoring.submission import Submission
from grader.speech import _
from grader.words import render

MANIFEST = "manifest.json"
MANIFEST_VERSION = 2


@contextmanager
def start_here(config: GradingConfig, jobs: int) -> Iterator[Judges]:
    """Start judges on this machine, for as long as the context lasts.

    Raises:
        JudgeError: one does not start.
    """
    with config.start_pool(jobs) as pool, ThreadPoolExecutor(jobs) as threads:
        try:
            yield LocalJudges(pool, threads)
        except BaseException:
            threads.shutdown(cancel_futures=True)
            raise


class ClassRun:
    """Grades submissions side by side and keeps a signed report of each.

    What an earlier run's report says of a topic is used again if the topic's sources
    and tests, limits, seed and environment are the same.
    """

    def __init__(
        self,
        config: GradingConfig,
        output: OutputFolder,
        policy: Policy = NO_RULES,
        start: Callable[
            [GradingConfig, int], AbstractContextManager[Judges]
        ] = start_here,
    ) -> None:
        """Take the config, the folder of results, and the course's rules.

        Args:
            config: how the class is graded.
            output: where results go.
            policy: how the course counts points.
            start: what starts judges.
        """
        self.config = config
        self.output = output
        self.policy = policy
        self.start = start
        self.environment = config.environment()
        self.overrides = read_overrides(output)

    def grade_all(
        self,
        origins: Sequence[SubmissionSource],
        jobs: int,
        done: Callable[[Result], None],
        *,
        fresh: bool = False,
    ) -> list[Result]:
        """Return every student's result, in the order given.

        Args:
            origins: the submissions.
            jobs: how many judges to start at most; none if there is nothing to judge.
            done: is called with each result.
            fresh: grade again what has not changed.

        Raises:
            JudgeError: no judge starts.
            ClusterError: no judge can be had elsewhere.
            WriteError: results cannot be written.
        """
        attempts = [a for h in origins for a in attempts_of(h, self.policy)]
        with ExitStack() as stack:

            @cache
            def start_judges() -> Judges:
                made = self.start(self.config, max(1, min(jobs, len(attempts))))
                judges = stack.enter_context(made)
                self.keep_manifest(judges.manifest)
                return judges

            manifest = self.manifest or start_judges().manifest
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
                for attempt, result in self.judge_all(start_judges(), tasks):
                    results[attempt] = result
                    done(result)
        return [self.count(origin, results, manifest) for origin in origins]

    def count(
        self,
        origin: SubmissionSource,
        results: Mapping[Attempt, Result],
        manifest: Manifest,
    ) -> Result:
        """Return a student's result; its report lies where a single one would."""
        attempts = attempts_of(origin, self.policy)
        dated = [
            replace(
                decided(
                    results[attempt], self.overrides, manifest, self.config.syllabus
                ),
                submitted_at=attempt.origin.submitted_at,
                times=attempt.origin.times,
                marked_late=attempt.origin.late,
                returns_as=origin.returns_as,
                attempt=attempt.number,
                of=attempt.of,
            )
            for attempt in attempts
        ]
        result = counted(dated, self.policy)
        if result.score is not None and len(attempts) > 1:
            report = self.output.read_report(attempts[result.attempt - 1].report)
            assert report is not None
            self.output.write_signed(report_name(origin.student), report)
        return result

    def read(
        self, attempt: Attempt, manifest: Manifest, *, fresh: bool
    ) -> Result | Task:
        """Return what is to be judged of a submission, or its result if nothing is."""
        student = attempt.origin.student
        try:
            submission = self.config.read(attempt.origin)
        except SubmissionError as error:
            return Result(student, Status.NOT_GRADED, reason=str(error))
        except Exception as error:  # ours, whatever it is: the others go on
            reason = _("reading it failed: {error}").format(
                error=f"{type(error).__name__}: {error}"
            )
            return Result(student, Status.KIT_ERROR, reason=reason)
        whole = Task(submission, attempt.report)
        return whole if fresh else self.compare(whole, manifest)

    def compare(self, whole: Task, manifest: Manifest) -> Result | Task:
        """Return what is to be judged of a submission since its earlier report."""
        student = whole.submission.student
        kept = self.output.read_report(whole.report, before="tests")
        if kept is None:
            return whole
        mine = self.environment | {"seed": seed_for(self.config.secret, student)}
        keys = topic_keys(whole.submission, manifest)
        held = topics_that_hold(kept, mine, keys, self.config.syllabus)
        if held < set(self.config.syllabus.topic_ids):
            earlier = self.output.read_report(whole.report)
            return replace(whole, earlier=earlier, held=held) if earlier else whole
        made = self.config.score_kept(student, kept, manifest)
        report = partial(self.output.read_report, whole.report)
        return self.graded(whole.submission, made, report, kept=True)

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
        self, judges: Judges, tasks: Mapping[Attempt, Task]
    ) -> Iterator[tuple[Attempt, Result]]:
        """Judge submissions side by side; yield each result as it comes."""
        waiting = {judges.submit(self.config.job(t)): a for a, t in tasks.items()}
        for future in as_done(list(waiting), judges.check):
            attempt = waiting.pop(future)
            yield attempt, self.conclude(judges, tasks[attempt], future)

    def conclude(self, judges: Judges, task: Task, future: Future[Report]) -> Result:
        """Keep a report; only its score, never the kit's trouble, is a zero.

        Raises:
            ClusterError: the judges are gone.
        """
        student = task.submission.student
        try:
            report = future.result()
            made, report = self.config.finish(task, report, judges.manifest)
        except ClusterError:
            raise
        except CancelledError as error:
            raise ClusterError(
                "the connection to the judges was lost: run the same command again; "
                "what is graded is kept"
            ) from error
        except judges.faults as error:
            reason = str(error) or type(error).__name__
            return Result(student, Status.KIT_ERROR, reason=reason)
        self.output.write_signed(task.report, report)
        return self.graded(task.submission, made, lambda: report, kept=False)

    def graded(
        self,
        submission: Submission,
        made: Score,
        report: Callable[[], Report | None],
        *,
        kept: bool,
    ) -> Result:
        """Return the result of a submission that has a score."""
        problems = {
            topic: render(problem)
            for topic, problem in submission.problems.items()
            if topic in self.config.syllabus.topic_ids
        }
        return Result(
            submission.student,
            Status.GRADED,
            made,
            notes=(*problems.values(), *submission.notes),
            look=find_look(submission, made, report),
            unread=tuple(problems.keys() - submission.missing),
            kept=kept,
        )


def read_manifest(output: OutputFolder) -> Manifest | None:
    """Return what the suite of a folder's results expected; None if it was changed."""
    data = output.read_signed(MANIFEST)
    if data is None or data["version"] != MANIFEST_VERSION:
        return None
    checks = tuple(Check(*check) for check in data["checks"])
    return Manifest(checks, data["suite"], data["topics"])
