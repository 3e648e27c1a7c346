"""A submission's result for Classroom 50: `result.json`, of `classroom50/result/v1`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from grader.exports.feedback import Feedback
from grader.exports.plain import ExportError
from grader.results.signature import to_json

SCHEMA = "classroom50/result/v1"
HUNDREDTHS = 100
"""Its points are whole numbers; ours have two decimals."""

_TAG = re.compile(r"submit/(\d{4}-\d\d-\d\dT)(\d\d)-(\d\d)-(\d\d)Z")


@dataclass(frozen=True)
class Source:
    """Whose submission it is, and where it lies; as Classroom 50 names it."""

    classroom: str
    assignment: str
    assignment_type: str
    owner: str
    submission: str
    commit: str
    release: str
    review: str

    @property
    def moment(self) -> str:
        """Return when it was handed in, the same for every regrade: its tag says so."""
        match = _TAG.match(self.submission)
        if match is None:
            raise ExportError(
                "SUBMISSION_TAG is {submission!r}: for Classroom 50 it begins "
                "like submit/2026-06-01T14-32-05Z",
                submission=self.submission,
            )
        date, *time = match.groups()
        return f"{date}{':'.join(time)}Z"


def read_source(variables: Mapping[str, str]) -> Source:
    """Return what Classroom 50's runner says in its environment variables.

    Raises:
        ExportError: a variable is missing.
    """
    commit = variables.get("COMMIT_URL", "")
    values = {
        "CLASSROOM": variables.get("CLASSROOM"),
        "ASSIGNMENT": variables.get("ASSIGNMENT"),
        "ASSIGNMENT_TYPE": variables.get("ASSIGNMENT_TYPE", "individual"),
        "OWNER": variables.get("OWNER") or variables.get("USERNAME"),
        "SUBMISSION_TAG": variables.get("SUBMISSION_TAG"),
        "COMMIT_URL": commit,
        "RELEASE_URL": variables.get("RELEASE_URL"),
        "REVIEW_URL": variables.get("REVIEW_URL") or commit,
    }
    missing = [name for name, value in values.items() if not value]
    if missing:
        raise ExportError(
            "for Classroom 50, its runner sets {names}: run there, or set "
            "what is missing",
            names=", ".join(missing),
        )
    return Source(*map(str, values.values()))


def to_result(feedback: Feedback, source: Source) -> str:
    """Return the file's text; points are hundredths."""
    tests = [
        {
            "test-name": line.exercise,
            "passed": line.full,
            "score": hundredths(line.points),
            "max-score": hundredths(line.reachable),
            "message": line.text,
        }
        for line in feedback.lines
    ]
    return to_json(
        {
            "schema": SCHEMA,
            "classroom": source.classroom,
            "assignment": source.assignment,
            "assignment_type": source.assignment_type,
            "owner": source.owner,
            "submission": source.submission,
            "commit": source.commit,
            "release": source.release,
            "review": source.review,
            "datetime": source.moment,
            "score": hundredths(feedback.total),
            "max-score": hundredths(feedback.reachable),
            "tests": tests,
        }
    )


def hundredths(points: float) -> int:
    """Return points with two decimals as a whole number."""
    return round(points * HUNDREDTHS)
