"""Tell results that the grader wrote from results that somebody changed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.class_run.output import OutputFolder, report_name
from grader.class_run.result import Result, Status
from grader.class_run.run import ClassRun
from grader.class_run.setting import Setting, Task, judge_task
from grader.exports.table import student as student_data
from grader.exports.table import to_csv
from grader.intake import Handin, HandinError
from grader.manifest import Manifest
from grader.outcome import Outcome
from grader.scoring import Score, read_outcomes

SCORES = "scores.json"


class VerifyError(Exception):
    """There is nothing that could be verified; the message names the file."""


def read_scores(output: OutputFolder) -> dict[str, Any]:
    """Return the signed scores of a class.

    Raises:
        VerifyError: they are missing or were changed.
    """
    scores = output.read_signed(SCORES)
    if scores is None:
        raise VerifyError(
            f"{output.path / SCORES} is missing, was changed, or is of another course: "
            "grade the class again"
        )
    return scores


class Verifier:
    """Recomputes what a folder of results says, without changing anything in it."""

    def __init__(self, folder: Path, setting: Setting) -> None:
        """Take the folder, and how its class was graded."""
        self.setting = setting
        self.output = OutputFolder(folder, setting.secret)
        self.run = ClassRun(setting, self.output)

    def check_files(self) -> Iterator[str]:
        """Yield what is not as the grader wrote it."""
        scores = read_scores(self.output)
        for name, value in self.run.environment.items():
            if scores["environment"].get(name) != value:
                yield f"these results come from a machine or suite with other {name}"
        if self.run.manifest is None:
            yield "manifest.json is missing, was changed, or is of another suite"
            return
        results = []
        for entry in scores["students"]:
            made = None
            if entry["status"] == Status.GRADED:
                made = self.score_of(entry["student"])
            result = Result(
                entry["student"],
                Status(entry["status"]),
                made,
                entry["reason"],
                tuple(entry["notes"]),
            )
            results.append(result)
            if made is None and entry["status"] == Status.GRADED:
                name = report_name(entry["student"])
                yield f"{name} is missing, was changed, or is of another course"
            elif student_data(result) != entry:
                yield f"{entry['student']}: {SCORES} is not what the report gives"
        table = to_csv(results, self.setting.syllabus)
        if all(r.score or r.status is not Status.GRADED for r in results):
            yield from self.check_table(table)

    def score_of(self, student: str) -> Score | None:
        """Return the score that a student's report gives; None if it was changed."""
        report = self.output.read_signed(report_name(student))
        if report is None or self.run.manifest is None:
            return None
        return self.setting.score(student, report, self.run.manifest)

    def check_table(self, expected: str) -> Iterator[str]:
        """Yield whether scores.csv differs from the reports."""
        path = self.output.path / "scores.csv"
        try:
            found = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            yield f"scores.csv cannot be read: {error}"
            return
        lines = zip(expected.splitlines(), found.splitlines(), strict=False)
        for number, (mine, theirs) in enumerate(lines, 1):
            if mine != theirs:
                yield f"scores.csv, line {number}, is not what the reports give"
        if expected.count("\n") != found.count("\n"):
            yield "scores.csv has more or fewer lines than there are students"

    def check_submissions(self, handins: Sequence[Handin]) -> Iterator[str]:
        """Yield whose files are not those that were graded."""
        by_student = {handin.student: handin for handin in handins}
        entries = read_scores(self.output)["students"]
        students = {entry["student"] for entry in entries}
        for student in sorted(by_student.keys() - students):
            yield f"{student} handed in, but has no result"
        for entry in entries:
            student = entry["student"]
            report = self.output.read_signed(report_name(student))
            if student not in by_student:
                yield f"{student} has a result, but no submission"
            elif entry["status"] == Status.GRADED and report is not None:
                try:
                    digest = self.setting.read(by_student[student]).digest
                except HandinError as error:
                    yield f"{student}: {error}"
                    continue
                if digest != report["environment"]["submission"]:
                    yield f"{student}: the files are not those that were graded"

    def regrade(self, handins: Sequence[Handin], sample: int) -> Iterator[str]:
        """Grade some students again; yield each test that ends otherwise."""
        reports = {
            handin: report
            for handin in handins
            if (report := self.output.read_signed(report_name(handin.student)))
        }
        chosen = random.SystemRandom().sample(list(reports), min(sample, len(reports)))
        if not chosen:
            return
        with self.setting.start_pool(1) as pool:
            for handin in chosen:
                submission = self.setting.read(handin)
                _, report = judge_task(pool, Task(submission), self.setting)
                expected = pool.manifest.only(self.setting.syllabus.exercises)
                yield from differences(
                    handin.student, reports[handin], report, expected
                )


def differences(
    student: str,
    before: Mapping[str, Any],
    after: Mapping[str, Any],
    expected: Manifest,
) -> Iterator[str]:
    """Yield the expected tests that ended otherwise; a missing GPU decides nothing."""
    old, new = read_outcomes(before), read_outcomes(after)
    for nodeid in sorted(check.nodeid for check in expected.checks):
        if new.get(nodeid) not in (old.get(nodeid), Outcome.NO_GPU):
            yield (
                f"{student}: {nodeid} was {old.get(nodeid, 'missing')}, "
                f"graded again it is {new.get(nodeid, 'missing')}"
            )
