"""Grade a class: what has not been graded yet, or has changed since."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import CancelledError, Future, ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack, contextmanager
from functools import cache, cached_property

from grader.class_run.executors import (
    ClusterError,
    Judges,
    LocalJudges,
    Report,
    as_done,
)
from grader.class_run.output import OutputFolder, report_name
from grader.class_run.result import Result, Status
from grader.class_run.reuse import topic_keys, topics_that_hold
from grader.class_run.seeds import seed_for
from grader.class_run.setting import Setting, Task
from grader.intake import Handin, HandinError
from grader.manifest import Check, Manifest
from grader.scoring import Score
from grader.submission import Submission

MANIFEST = "manifest.json"


@contextmanager
def start_here(setting: Setting, jobs: int) -> Iterator[Judges]:
    """Start judges on this machine, for as long as the context lasts.

    Raises:
        JudgeError: one does not start.
    """
    with setting.start_pool(jobs) as pool, ThreadPoolExecutor(jobs) as threads:
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
        setting: Setting,
        output: OutputFolder,
        start: Callable[[Setting, int], AbstractContextManager[Judges]] = start_here,
    ) -> None:
        """Take the setting, the folder of results, and what starts judges."""
        self.setting = setting
        self.output = output
        self.start = start
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
            ClusterError: no judge can be had elsewhere.
            OutputError: results cannot be written.
        """
        with ExitStack() as stack:

            @cache
            def start_judges() -> Judges:
                made = self.start(self.setting, max(1, min(jobs, len(handins))))
                judges = stack.enter_context(made)
                self.keep_manifest(judges.manifest)
                return judges

            manifest = self.manifest or start_judges().manifest
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
                for result in self.judge_all(start_judges(), tasks):
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

    def judge_all(self, judges: Judges, tasks: Sequence[Task]) -> Iterator[Result]:
        """Judge submissions side by side; yield each result as it comes."""
        waiting = {judges.submit(self.setting.job(task)): task for task in tasks}
        for future in as_done(list(waiting), judges.check):
            yield self.conclude(judges, waiting.pop(future), future)

    def conclude(self, judges: Judges, task: Task, future: Future[Report]) -> Result:
        """Keep a report; only its score, never the kit's trouble, is a zero.

        Raises:
            ClusterError: the judges are gone.
        """
        student = task.submission.student
        try:
            report = future.result()
            made, report = self.setting.finish(task, report, judges.manifest)
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
