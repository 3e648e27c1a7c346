"""Tell results that the grader wrote from results that somebody changed."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from grader.audit.changes import UNKNOWN
from grader.audit.recount import Recount, RecountError, records
from grader.audit.table import SCORES, TABLE
from grader.class_run.grading_config import GradingConfig, Task, judge_task
from grader.class_run.run import MANIFEST, ClassRun
from grader.exports.results import student as student_data
from grader.exports.table import to_csv
from grader.intake import SubmissionError, SubmissionSource
from grader.layout import find_course
from grader.results.output import OutputFolder, attempt_name, report_name
from grader.results.result import Result, Status
from grader.scoring.manifest import Manifest
from grader.scoring.outcome import Outcome
from grader.scoring.report import Report
from grader.scoring.score import read_outcomes
from grader.speech import _, several


class Verifier:
    """Recomputes what a folder of results says, without changing anything in it."""

    def __init__(self, folder: Path, config: GradingConfig) -> None:
        """Take the folder, and how its class was graded."""
        self.config = config
        self.output = OutputFolder(folder, config.secret)
        self.run = ClassRun(config, self.output)
        self.recount = Recount(folder, config.secret, find_course())
        self.scores = self.recount.scores

    def check_files(self) -> Iterator[str]:
        """Yield what is not as the grader wrote it."""
        for name, value in self.run.environment.items():
            if self.scores["environment"].get(name) != value:
                said = _("these results come from a machine or suite with other {name}")
                yield said.format(name=name)
        if self.run.manifest is None:
            said = _("{file} is missing, was changed, or is of another suite")
            yield said.format(file=MANIFEST)
            return
        results = []
        for entry in self.scores["students"]:
            try:
                results.append(self.recount.result(entry))
            except RecountError as error:
                yield str(error)
            else:
                yield from self.check_entry(entry, results[-1])
        if len(results) == len(self.scores["students"]):
            yield from self.check_table(to_csv(results, self.config.syllabus))

    def check_entry(self, entry: Mapping[str, Any], result: Result) -> Iterator[str]:
        """Yield whether the scores of a student differ from the reports."""
        if student_data(result) != entry:
            said = _("{student}: {file} is not what the report gives")
            yield said.format(student=result.student, file=SCORES)
        elif result.attempts and result.score:
            mine = report_name(result.student)
            counts = attempt_name(result.student, result.attempt)
            if self.output.read_signed(mine) != self.output.read_signed(counts):
                said = _("{file} is not the report of the attempt that counts, {other}")
                yield said.format(file=mine, other=counts)

    def check_table(self, expected: str) -> Iterator[str]:
        """Yield whether scores.csv differs from the reports."""
        path = self.output.path / TABLE
        try:
            found = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            yield _("{path} cannot be read: {error}").format(path=TABLE, error=error)
            return
        lines = zip(expected.splitlines(), found.splitlines(), strict=False)
        for number, (mine, theirs) in enumerate(lines, 1):
            if mine != theirs:
                said = _("{file}, line {line}, is not what the reports give")
                yield said.format(file=TABLE, line=number)
        if expected.count("\n") != found.count("\n"):
            said = _("{file} has more or fewer lines than there are students")
            yield said.format(file=TABLE)

    def check_submissions(self, origins: Sequence[SubmissionSource]) -> Iterator[str]:
        """Yield whose files are not those that were graded."""
        by_student = {origin.student: origin for origin in origins}
        students = {entry["student"] for entry in self.scores["students"]}
        for student in sorted(by_student.keys() - students):
            yield _("{student} handed in, but has no result").format(student=student)
        for entry in self.scores["students"]:
            student = entry["student"]
            if entry["status"] == Status.MISSING:
                if student in by_student:
                    said = _("{student} handed in, and the results say otherwise")
                    yield said.format(student=student)
            elif student in by_student:
                yield from self.check_sources(by_student[student], entry)
            else:
                said = _("{student} has a result, but no submission")
                yield said.format(student=student)

    def check_sources(
        self, origin: SubmissionSource, entry: Mapping[str, Any]
    ) -> Iterator[str]:
        """Yield whether a student's files are not those that were graded."""
        attempts = [*origin.earlier, origin] if "attempts" in entry else [origin]
        graded = records(entry)
        if len(attempts) != len(graded):
            yield several(
                "{student}: {n} attempt was graded, now there are {now}",
                "{student}: {n} attempts were graded, now there are {now}",
                len(graded),
                student=origin.student,
                now=len(attempts),
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
                said = _("{student}: the files are not those that were graded")
                yield said.format(student=origin.student)

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
            said = _("{student}: {test} was {before}, graded again it is {after}")
            was, now = (_(outcomes.get(nodeid, UNKNOWN)) for outcomes in (old, new))
            yield said.format(student=student, test=nodeid, before=was, after=now)
