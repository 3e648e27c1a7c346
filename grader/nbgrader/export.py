"""nbgrader's gradebook as CSV, by nbgrader itself.

nbgrader export --exporter=grader.nbgrader.export.Csv --to grades.csv
"""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

from nbgrader.api import Assignment, Gradebook, MissingEntry, Student
from nbgrader.plugins import ExportPlugin

from grader.exports.plain import neutralise
from grader.files import write_text

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

    Where nothing was handed in, the scores are empty: no zero that nobody gave. Names
    that a spreadsheet would take for a formula are quoted, too.
    """

    def export(self, gradebook: Gradebook) -> None:
        """Write the grades to the file that `--to` names."""
        target = Path(self.to or "grades.csv")
        self.log.info("Exporting grades to %s", target)
        stream = io.StringIO()
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(COLUMNS)
        students, assignments = set(map(str, self.student)), set(self.assignment)
        for assignment in gradebook.assignments:
            if assignments and assignment.name not in assignments:
                continue
            for student in gradebook.students:
                if not students or student.id in students:
                    writer.writerow(row(gradebook, assignment, student))
        write_text(target, stream.getvalue())


def row(gradebook: Gradebook, assignment: Assignment, student: Student) -> list[Any]:
    """Return the cells of one student and assignment."""
    names = (student.id, student.last_name, student.first_name, student.email)
    who = [neutralise(name or "") for name in names]
    timestamp: Any = None
    scores: list[Any] = [None, None, None]
    try:
        submission = gradebook.find_submission(assignment.name, student.id)
    except MissingEntry:
        pass
    else:
        raw, penalty = submission.score, submission.late_submission_penalty or 0.0
        timestamp = submission.timestamp
        scores = [raw, penalty, max(0.0, raw - penalty)]
    task = neutralise(assignment.name)
    return [task, assignment.duedate, timestamp, *who, *scores, assignment.max_score]
