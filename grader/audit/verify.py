"""Tell results that the grader wrote from results that somebody changed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.audit.table import SCORES, TABLE
from grader.class_run.attempts import counted
from grader.class_run.grading_config import GradingConfig, Task, judge_task
from grader.class_run.run import ClassRun
from grader.errors import GraderError
from grader.exports.results import VERSION, to_result
from grader.exports.results import student as student_data
from grader.exports.table import to_csv
from grader.intake import SubmissionError, SubmissionSource
from grader.layout import find_course
from grader.policy import Policy, parse_policy
from grader.results.output import OutputFolder, attempt_name, report_name
from grader.results.result import Result, Status
from grader.scoring.manifest import Manifest
from grader.scoring.outcome import Outcome
from grader.scoring.report import Report
from grader.scoring.score import Score, read_outcomes
from grader.syllabus import read_syllabus


class VerifyError(GraderError):
    """There is nothing that could be verified; the message names the file."""


def read_scores(output: OutputFolder) -> dict[str, Any]:
    """Return the signed scores of a class.

    Raises:
        VerifyError: they are missing or were changed.
    """
    scores = output.read_signed(SCORES)
    if scores is not None and scores["version"] != VERSION:
        raise VerifyError(
            f"{output.path / SCORES} was written by another version of the kit: grade "
            "the class again; what is unchanged is kept"
        )
    if scores is None:
        raise VerifyError(
            f"{output.path / SCORES} is missing, was changed, or is of another course: "
            "grade the class again"
        )
    return scores


class Verifier:
    """Recomputes what a folder of results says, without changing anything in it."""

    def __init__(self, folder: Path, config: GradingConfig) -> None:
        """Take the folder, and how its class was graded."""
        self.config = config
        self.output = OutputFolder(folder, config.secret)
        self.run = ClassRun(config, self.output)

    @cached_property
    def scores(self) -> dict[str, Any]:
        """Return the signed scores of the class."""
        return read_scores(self.output)

    @cached_property
    def policy(self) -> Policy:
        """Return the course's rules that the scores were made with."""
        registry = read_syllabus(find_course().registry)
        name = self.scores["assignment"]
        source = f"the course in {SCORES}"
        return parse_policy(self.scores["course"], source, registry, name)

    def check_files(self) -> Iterator[str]:
        """Yield what is not as the grader wrote it."""
        for name, value in self.run.environment.items():
            if self.scores["environment"].get(name) != value:
                yield f"these results come from a machine or suite with other {name}"
        if self.run.manifest is None:
            yield "manifest.json is missing, was changed, or is of another suite"
            return
        results = []
        for entry in self.scores["students"]:
            found = [(self.result_of(one, name), name) for one, name in records(entry)]
            lost = [n for r, n in found if r.status is Status.GRADED and not r.score]
            for name in lost:
                yield f"{name} is missing, was changed, or is of another course"
            if not lost:
                results.append(self.counted([result for result, _ in found]))
                yield from self.check_entry(entry, results[-1])
        if len(results) == len(self.scores["students"]):
            yield from self.check_table(to_csv(results, self.config.syllabus))

    def result_of(self, record: Mapping[str, Any], name: str) -> Result:
        """Return the result that a report gives; without a score if it was changed."""
        told = to_result(record)
        graded = told.status is Status.GRADED
        score = self.score_of(told.student, name) if graded else None
        return replace(told, score=score, adjusted=None)

    def score_of(self, student: str, name: str) -> Score | None:
        """Return the score that a report gives; None if it was changed."""
        report = self.output.read_report(name)
        if report is None or self.run.manifest is None:
            return None
        return self.config.score(student, report, self.run.manifest)

    def counted(self, results: Sequence[Result]) -> Result:
        """Return the result that counts, by the course's rules."""
        return counted(results, self.policy)

    def check_entry(self, entry: Mapping[str, Any], result: Result) -> Iterator[str]:
        """Yield whether the scores of a student differ from the reports."""
        if student_data(result) != entry:
            yield f"{result.student}: {SCORES} is not what the report gives"
        elif result.attempts and result.score:
            mine = report_name(result.student)
            counts = attempt_name(result.student, result.attempt)
            if self.output.read_signed(mine) != self.output.read_signed(counts):
                yield f"{mine} is not the report of the attempt that counts, {counts}"

    def check_table(self, expected: str) -> Iterator[str]:
        """Yield whether scores.csv differs from the reports."""
        path = self.output.path / TABLE
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

    def check_submissions(self, origins: Sequence[SubmissionSource]) -> Iterator[str]:
        """Yield whose files are not those that were graded."""
        by_student = {origin.student: origin for origin in origins}
        students = {entry["student"] for entry in self.scores["students"]}
        for student in sorted(by_student.keys() - students):
            yield f"{student} handed in, but has no result"
        for entry in self.scores["students"]:
            student = entry["student"]
            if entry["status"] == Status.MISSING:
                if student in by_student:
                    yield f"{student} handed in, and the results say otherwise"
            elif student in by_student:
                yield from self.check_sources(by_student[student], entry)
            else:
                yield f"{student} has a result, but no submission"

    def check_sources(
        self, origin: SubmissionSource, entry: Mapping[str, Any]
    ) -> Iterator[str]:
        """Yield whether a student's files are not those that were graded."""
        attempts = [*origin.earlier, origin] if "attempts" in entry else [origin]
        graded = records(entry)
        if len(attempts) != len(graded):
            yield (
                f"{origin.student}: {len(graded)} attempts were graded, "
                f"now there are {len(attempts)}"
            )
            return
        for attempt, (record, name) in zip(attempts, graded, strict=True):
            report = self.output.read_report(name)
            if record["status"] != Status.GRADED or report is None:
                continue
            try:
                digest = self.config.read(attempt).digest
            except SubmissionError as error:
                yield f"{origin.student}: {error}"
                continue
            if digest != report["environment"]["submission"]:
                yield f"{origin.student}: the files are not those that were graded"

    def regrade(
        self, origins: Sequence[SubmissionSource], sample: int
    ) -> Iterator[str]:
        """Grade some students again; yield each test that ends otherwise."""
        entries = {entry["student"]: entry for entry in self.scores["students"]}
        reports = {
            attempt_that_counts(origin, entries[origin.student]): report
            for origin in origins
            if origin.student in entries
            and (report := self.output.read_report(report_name(origin.student)))
        }
        chosen = random.SystemRandom().sample(list(reports), min(sample, len(reports)))
        if not chosen:
            return
        with self.config.start_pool(1) as pool:
            for origin in chosen:
                submission = self.config.read(origin)
                _, report = judge_task(pool, Task(submission), self.config)
                expected = pool.manifest.only(self.config.syllabus.exercises)
                yield from differences(
                    origin.student, reports[origin], report, expected
                )


def records(entry: Mapping[str, Any]) -> list[tuple[Mapping[str, Any], str]]:
    """Return what the scores say of each attempt, and where its report lies."""
    student = entry["student"]
    if "attempts" not in entry:
        return [(entry, report_name(student))]
    return [
        ({"student": student, **attempt}, attempt_name(student, attempt["attempt"]))
        for attempt in entry["attempts"]
    ]


def attempt_that_counts(
    origin: SubmissionSource, entry: Mapping[str, Any]
) -> SubmissionSource:
    """Return the attempt whose report is the student's."""
    if "attempts" not in entry:
        return origin
    number: int = entry["attempt"]
    return [*origin.earlier, origin][number - 1]


def differences(
    student: str,
    before: Report,
    after: Report,
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
