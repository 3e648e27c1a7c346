"""The results of a class once more, from its reports, rules and overrides alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

from grader.audit.table import SCORES, TABLE
from grader.class_run.attempts import adjusted, counted
from grader.class_run.reuse import deciding
from grader.class_run.run import MANIFEST, read_manifest
from grader.class_run.seeds import read_secret, seed_for
from grader.errors import GraderError
from grader.exports.feedback import Feedback, make_feedback
from grader.exports.results import VERSION, to_result
from grader.exports.results import student as student_data
from grader.exports.table import to_csv
from grader.language import folders_of
from grader.layout import Layout, find_course
from grader.policy import Policy, parse_policy
from grader.policy.overrides import Overrides
from grader.results.output import OutputFolder, attempt_name, report_name
from grader.results.override_file import read_overrides, write_overrides
from grader.results.result import Result, Status
from grader.scoring.manifest import Manifest
from grader.scoring.report import Report
from grader.scoring.score import Score, score
from grader.speech import ENGLISH, Speech, _, speaking
from grader.syllabus import Syllabus, read_syllabus


class RecountError(GraderError):
    """Results cannot be read again; the message names the file and the next step."""


def read_scores(output: OutputFolder) -> dict[str, Any]:
    """Return the signed scores of a class.

    Raises:
        RecountError: they are missing or were changed.
    """
    scores = output.read_signed(SCORES)
    if scores is not None and scores["version"] != VERSION:
        raise RecountError(
            "{path} was written by another version of the kit: grade the "
            "class again; what is unchanged is kept",
            path=output.path / SCORES,
        )
    if scores is None:
        raise RecountError(
            "{path} is missing, was changed, or is of another course: "
            "grade the class again",
            path=output.path / SCORES,
        )
    return scores


class Recount:
    """Reads what a folder of results says; only `decide` changes it."""

    def __init__(self, folder: Path, secret: bytes, layout: Layout) -> None:
        """Take the folder, the course's secret, and the course."""
        self.output = OutputFolder(folder, secret)
        self.layout = layout
        self.registry = read_syllabus(layout.registry)

    @classmethod
    def of(cls, folder: Path) -> Recount:
        """Return that of a folder of the course that the command works on."""
        layout = find_course()
        return cls(folder, read_secret(layout.secret), layout)

    @cached_property
    def scores(self) -> dict[str, Any]:
        """Return the signed scores of the class."""
        return read_scores(self.output)

    @cached_property
    def speech(self) -> Speech:
        """Return the language that the scores give reasons in."""
        language = self.scores.get("language", ENGLISH)
        return Speech(language, *folders_of(self.layout))

    @cached_property
    def syllabus(self) -> Syllabus:
        """Return what the class was graded in.

        Raises:
            RecountError: the registry does not know some of it any more.
        """
        syllabus = self.registry.restricted(self.scores["exercises"])
        if lost := sorted(set(self.scores["exercises"]) - set(syllabus.exercises)):
            raise RecountError(
                "{path} has scores of {names}, which the registry does not "
                "know any more: grade the class again",
                path=self.output.path,
                names=", ".join(lost),
            )
        return syllabus

    @cached_property
    def policy(self) -> Policy:
        """Return the course's rules that the scores were made with."""
        source = _("the course in {file}").format(file=SCORES)
        rules, name = self.scores["course"], self.scores["assignment"]
        return parse_policy(rules, source, self.registry, name)

    @cached_property
    def manifest(self) -> Manifest:
        """Return what the suite expected.

        Raises:
            RecountError: it is missing or was changed.
        """
        manifest = read_manifest(self.output)
        if manifest is None:
            raise self.lost(MANIFEST)
        return manifest.only(self.syllabus.exercises)

    @cached_property
    def overrides(self) -> Overrides:
        """Return what a person decided on."""
        return read_overrides(self.output)

    def report(self, student: str, name: str = "") -> Report:
        """Return a student's report, of the attempt that counts or of another one.

        A signature tells who wrote it. That it is this student's, and as the class was
        graded, the report itself has to say.

        Raises:
            RecountError: it is missing, was changed, or belongs elsewhere.
        """
        name = name or report_name(student)
        report = self.output.read_report(name)
        if report is None:
            raise self.lost(name)
        mine = {"seed": seed_for(self.output.secret, student)}
        if deciding(report["environment"]) != self.deciding | mine:
            raise RecountError(
                "{path} is another student's, or was graded in another way "
                "than the class: grade the class again",
                path=self.output.path / name,
            )
        return report

    @cached_property
    def deciding(self) -> dict[str, Any]:
        """Return how the class was graded."""
        return deciding(self.scores["environment"])

    def automatic(self, student: str, report: Report) -> Score:
        """Return the score that the tests give."""
        return score(student, report, self.manifest, self.syllabus)

    def score(self, student: str, report: Report) -> Score:
        """Return a report's score, as a person decided."""
        made = self.automatic(student, report)
        with speaking(self.speech):
            return self.overrides.apply(made, self.manifest, self.syllabus)

    def feedback(self, student: str) -> Feedback:
        """Return what a student's report says, in a student's words.

        Raises:
            RecountError: it is missing or was changed.
        """
        report = self.report(student)
        return make_feedback(self.score(student, report), report, self.syllabus)

    def result(self, entry: Mapping[str, Any]) -> Result:
        """Return a student's result, from the reports.

        Raises:
            RecountError: one is missing or was changed.
        """
        results = []
        for record, name in records(entry):
            told = replace(to_result(record), adjusted=None, score=None)
            if told.status is Status.GRADED:
                made = self.score(told.student, self.report(told.student, name))
                told = replace(told, score=made)
            results.append(told)
        with speaking(self.speech):
            return counted(results, self.policy)

    def with_attempts(self, entry: Mapping[str, Any]) -> Result:
        """Return a student's result as it stands in the scores, and all attempts.

        Raises:
            RecountError: the report of an attempt is missing or was changed.
        """
        result = to_result(entry)
        if "attempts" not in entry:
            return result
        attempts = (
            adjusted(one, self.policy) if one.score else one
            for one in self.result(entry).attempts
        )
        return replace(result, attempts=tuple(attempts))

    def results(self) -> Iterator[Result]:
        """Yield the result of each student."""
        return map(self.result, self.scores["students"])

    def decide(self, overrides: Overrides) -> list[Result]:
        """Write what a person decided, and the results that follow; return these.

        Raises:
            RecountError: the results are not what the reports give before.
            WriteError: they cannot be written.
        """
        for entry, result in zip(self.scores["students"], self.results(), strict=True):
            if student_data(result) != entry:
                raise RecountError(
                    "{path} is not what reports and overrides give {student}: see "
                    "`grader verify`, and grade the class again",
                    path=self.output.path / SCORES,
                    student=result.student,
                )
        self.overrides = overrides
        results = list(self.results())
        data = {**self.scores, "students": [student_data(r) for r in results]}
        with self.output.opened():
            write_overrides(self.output, overrides)
            self.output.write(TABLE, to_csv(results, self.syllabus))
            self.output.write_signed(SCORES, data)
        return results

    def lost(self, name: str) -> RecountError:
        """Return what to say of a file that is not as the grader wrote it."""
        return RecountError(
            "{path} is missing, was changed, or is of another course: "
            "grade the class again; what is unchanged is kept",
            path=self.output.path / name,
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
