"""Grade a class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed

from grader.class_run.output import OutputFolder
from grader.class_run.pool import JudgePool
from grader.class_run.result import Result, Status
from grader.class_run.seeds import seed_for
from grader.intake import Handin, HandinError, read_handin
from grader.judge import JudgeError
from grader.scoring import KitFaultError, Score, score
from grader.submission import Submission
from grader.syllabus import Syllabus


class ClassRun:
    """Grades submissions side by side and keeps a report of each."""

    def __init__(
        self, pool: JudgePool, syllabus: Syllabus, output: OutputFolder, secret: bytes
    ) -> None:
        """Take warm judges, the registry, an open folder and the course's secret."""
        self.pool = pool
        self.syllabus = syllabus
        self.output = output
        self.secret = secret

    def grade_all(
        self, handins: Sequence[Handin], jobs: int, done: Callable[[Result], None]
    ) -> list[Result]:
        """Return every student's result, in the order given.

        Raises:
            OutputError: results cannot be written.
        """
        with ThreadPoolExecutor(jobs) as threads:
            futures = [threads.submit(self.grade, handin) for handin in handins]
            try:
                for future in as_completed(futures):
                    done(future.result())
            except BaseException:
                threads.shutdown(cancel_futures=True)
                raise
            return [future.result() for future in futures]

    def grade(self, handin: Handin) -> Result:
        """Grade one submission; only its score, never the kit's trouble, is a zero."""
        topics = [topic.id for topic in self.syllabus.topics]
        try:
            submission = read_handin(handin, topics)
        except HandinError as error:
            return Result(handin.student, Status.NOT_GRADED, reason=str(error))
        try:
            result = self.judge(submission)
        except (JudgeError, KitFaultError):
            try:
                result = self.judge(submission)
            except (JudgeError, KitFaultError) as error:
                return Result(handin.student, Status.KIT_ERROR, reason=str(error))
        notes = (*submission.problems.values(), *submission.notes)
        return Result(handin.student, Status.GRADED, result, notes=notes)

    def judge(self, submission: Submission) -> Score:
        """Return the score of a submission, and keep its report.

        Raises:
            JudgeError: no judge ended its work on it.
            KitFaultError: a test of the kit failed to run.
        """
        student, exercises = submission.student, self.syllabus.exercises
        report = self.pool.grade(submission, seed_for(self.secret, student), exercises)
        made = score(student, report, self.pool.manifest, self.syllabus)
        self.output.write_report(student, report)
        return made
