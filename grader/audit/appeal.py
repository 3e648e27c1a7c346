"""All that is known of a student's tests of an exercise, for who decides an appeal."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from grader import gpu
from grader.audit.recount import Recount
from grader.audit.verify import attempt_that_counts
from grader.class_run.grading_config import GradingConfig
from grader.errors import GraderError, hint_at
from grader.identity import same_student
from grader.intake import SubmissionSource
from grader.layout import Layout
from grader.sandbox import SandboxError
from grader.sandbox.isolation import Level
from grader.sandbox.launch import Sandbox
from grader.sandbox.limits import Limits
from grader.sandbox.zygote import Zygote
from grader.scoring.manifest import Check, suite_digest
from grader.scoring.report import Report, messages_of, traceback_of
from grader.scoring.score import ExerciseScore
from grader.scoring.submission import Submission
from grader.speech import _

if TYPE_CHECKING:
    from grader.judge.replay import Replayed


class AppealError(GraderError):
    """There is no such student, exercise or test; the message hints at a like one."""


@dataclass(frozen=True)
class Played:
    """One test, played again on the reference and, if asked for, on the submission."""

    reference: Replayed
    mine: Replayed | None


class Appeal:
    """One exercise of one student, as it was graded."""

    def __init__(
        self, recount: Recount, course: Layout, student: str, exercise: str, test: str
    ) -> None:
        """Take the results, the course, and who and what it is about.

        Args:
            recount: of the folder of results.
            course: that the results are of.
            student: as in the scores, in any case.
            exercise: its id, or its symbol alone.
            test: the name of a test function, or of one of its cases; all if empty.

        Raises:
            AppealError: one of them is not there.
            RecountError: the report is missing or was changed.
        """
        self.recount, self.course = recount, course
        self.entry = find_entry(recount.scores["students"], student)
        self.student: str = self.entry["student"]
        ids = recount.syllabus.ids_of(exercise)
        if len(ids) > 1:
            raise AppealError(
                "{exercise} is a topic. Name one of {names}",
                exercise=exercise,
                names=", ".join(ids),
            )
        (self.exercise,) = ids
        self.checks = find_checks(recount.manifest.by_exercise[self.exercise], test)
        self.report: Report = recount.report(self.student)
        self.messages = messages_of(self.report)

    @cached_property
    def made(self) -> ExerciseScore:
        """Return the points, as a person decided if one did."""
        score = self.recount.score(self.student, self.report)
        return next(e for e in score.exercises if e.exercise == self.exercise)

    @property
    def environment(self) -> Mapping[str, Any]:
        """Return how it was graded."""
        return self.report["environment"]

    @property
    def tests_changed(self) -> bool:
        """Say whether the hidden tests are others than those it was graded by."""
        now = suite_digest(self.course, self.course.hidden_tests)
        return now != self.recount.manifest.suite

    def trouble(self, check: Check) -> str:
        """Return why a test itself failed to run; empty if it ran."""
        tests = {test["nodeid"]: test for test in self.report["tests"]}
        test = tests.get(check.nodeid)
        return traceback_of(test) if test else ""

    @cached_property
    def config(self) -> GradingConfig:
        """Return how it was graded, to do it once more."""
        environment = self.recount.scores["environment"]
        return GradingConfig(
            Level(environment["isolation"]),
            Limits(**environment["limits"]),
            self.course.hidden_tests,
            self.recount.syllabus,
            self.recount.output.secret,
            environment["gpu"],
        )

    def submission(self, origins: Sequence[SubmissionSource]) -> tuple[Submission, str]:
        """Return the files that were graded, and what to say where they differ.

        Raises:
            AppealError: the student handed nothing in there.
            SubmissionError: nothing of it can be read.
        """
        mine = same_student(self.student)
        found = [o for o in origins if same_student(o.student) == mine]
        if not found:
            raise AppealError(
                "{student} has no submission there: name the class that was "
                "graded with --submissions, with the same --from and --roster",
                student=self.student,
            )
        submission = self.config.read(attempt_that_counts(found[0], self.entry))
        if submission.digest == self.environment["submission"]:
            return submission, ""
        said = _("{student}: the files are not those that were graded")
        return submission, said.format(student=self.student)

    def replay(self, submission: Submission | None) -> dict[str, Played]:
        """Play the tests on the reference and, if there is one, on a submission.

        Raises:
            ReplayError: they cannot be played.
        """
        from grader.judge.replay import ReplayError, replay  # noqa: PLC0415 - torch

        nodeids = [check.nodeid for check in self.checks]
        files = sorted(self.course.solutions.glob("*.py"))
        reference = Submission("reference", {p.stem: p.read_bytes() for p in files})
        level, limits = self.config.level, self.config.limits
        seed: str = self.environment["seed"]
        try:
            needed = gpu.is_needed(self.course.hidden_tests.rglob("*.py"))
            with (
                closing(Zygote.start()) as zygote,
                closing(Sandbox(level, limits, zygote, gpu=needed, keep=True)) as box,
            ):
                right = replay(box, self.course, reference, seed, nodeids)
                mine = (
                    replay(box, self.course, submission, seed, nodeids)
                    if submission
                    else {}
                )
        except SandboxError as error:
            raise ReplayError(
                "it was graded at the isolation level {level}, which cannot be "
                "had here (see `grader doctor`): {error}",
                level=level,
                error=error,
            ) from error
        return {n: Played(right[n], mine.get(n)) for n in nodeids}


def find_entry(entries: Sequence[Mapping[str, Any]], student: str) -> Mapping[str, Any]:
    """Return what the scores say of a student.

    Raises:
        AppealError: there is no such student, or no score.
    """
    known = {same_student(entry["student"]): entry for entry in entries}
    entry = known.get(same_student(student))
    if entry is None:
        raise AppealError(
            "{student!r} is not in the scores. {hint}",
            student=student,
            hint=hint_at(student, [entry["student"] for entry in entries]),
        )
    if "exercises" not in entry:
        why = entry["reason"] or _(entry["status"])
        raise AppealError(
            "{student} has no score: {why}", student=entry["student"], why=why
        )
    return entry


def find_checks(checks: Sequence[Check], test: str) -> Sequence[Check]:
    """Return the tests that a name stands for; all if it is empty.

    Raises:
        AppealError: there are none.
    """
    case_of = {check.nodeid: check.nodeid.rpartition("::")[2] for check in checks}
    found = [c for c in checks if test in ("", c.name, case_of[c.nodeid])]
    if not found:
        raise AppealError(
            "{test!r} is no test of {exercise}. {hint}",
            test=test,
            exercise=checks[0].exercise,
            hint=hint_at(test, dict.fromkeys(check.name for check in checks)),
        )
    return found
