"""nbgrader's gradebook as CSV, by nbgrader itself.

nbgrader export --exporter=grader.nbgrader.export.Csv --to grades.csv
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from nbgrader.api import (
    Assignment,
    Gradebook,
    MissingEntry,
    Student,
    SubmittedAssignment,
)
from nbgrader.plugins import ExportPlugin

from grader.exports.plain import neutralise
from grader.files import write_text
from grader.speech import _

COLUMNS = (
    "assignment",
    "duedate",
    "timestamp",
    "student_id",
    "last_name",
    "first_name",
    "email",
    "raw_score",
    "late_submission_penalty",
    "score",
    "max_score",
)


class Csv(ExportPlugin):  # type: ignore[misc] # nbgrader has no types
    """The columns of nbgrader's own exporter, in CSV that a comma does not break.

    Where nothing was handed in, or a notebook has cells without points since nbgrader
    refused it or a person has yet to look, the scores are empty: no zero that nobody
    gave. Names that a spreadsheet would take for a formula are quoted, too.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades to the file that `--to` names."""
        target = Path(self.to or "grades.csv")
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        students, assignments = set(map(str, self.student)), set(self.assignment)
        for assignment in gradebook.assignments:
            if assignments and assignment.name not in assignments:
                continue
            for student in gradebook.students:
                if not students or student.id in students:
                    found = submission_of(gradebook, assignment, student)
                    self.tell_ungraded(assignment, student, found)
                    writer.writerow(row(assignment, student, found))
        write_text(target, stream.getvalue())
        self.log.info(_("{path} written").format(path=target))

    def tell_ungraded(
        self,
        assignment: Assignment,
        student: Student,
        submission: SubmittedAssignment | None,
    ) -> None:
        """Say which notebooks keep a student from having a score."""
        for notebook in ungraded(submission):
            said = _(
                "{student} has no score in {assignment}: cells of {file} have no "
                "points yet. Grade them by hand, or mend the notebook and run nbgrader "
                "autograde {assignment} --student {student} --force"
            )
            self.log.warning(
                said.format(
                    student=student.id,
                    assignment=assignment.name,
                    file=f"{notebook}.ipynb",
                )
            )


def submission_of(
    gradebook: Gradebook, assignment: Assignment, student: Student
) -> SubmittedAssignment | None:
    """Return what a student handed in; None for nothing."""
    try:
        return gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        return None


def ungraded(submission: SubmittedAssignment | None) -> list[str]:
    """Return the notebooks in which a cell has neither points nor a zero."""
    return [
        notebook.name
        for notebook in (submission.notebooks if submission else ())
        if any(g.auto_score is None and g.manual_score is None for g in notebook.grades)
    ]


def row(
    assignment: Assignment, student: Student, submission: SubmittedAssignment | None
) -> list[Any]:
    """Return the cells of one student and assignment."""
    names = (student.id, student.last_name, student.first_name, student.email)
    who = [neutralise(name or "") for name in names]
    timestamp = submission.timestamp if submission else None
    scores: list[Any] = [None, None, None]
    if submission and not ungraded(submission):
        raw, penalty = submission.score, submission.late_submission_penalty or 0.0
        scores = [raw, penalty, max(0.0, raw - penalty)]
    task = neutralise(assignment.name)
    return [task, assignment.duedate, timestamp, *who, *scores, assignment.max_score]
