"""A submission's result for Gradescope: `results.json`."""

from __future__ import annotations

from typing import Any

from grader.exports.feedback import Feedback, Line
from grader.results.signature import to_json
from grader.speech import _, mark

UNFINISHED = mark(
    "The autograder did not finish. This says nothing about your work, and the 0 is no "
    "grade: submit again, or tell your instructor."
)


def to_results(feedback: Feedback) -> str:
    """Return the file's text."""
    return to_json(
        {
            "score": feedback.total,
            "execution_time": round(sum(line.seconds for line in feedback.lines), 3),
            "output": f"{feedback.summary}.",
            "output_format": "text",
            "test_output_format": "text",
            "test_name_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "extra_data": {"open": feedback.open},
            "tests": [case(line) for line in feedback.lines],
        }
    )


def case(line: Line) -> dict[str, Any]:
    """Return one exercise; its status is set, so that 0 of 0 points are a pass, too."""
    said = _("{points:g} points are open: there is no GPU here.")
    left = said.format(points=line.open) if line.open else ""
    return {
        "score": line.points,
        "max_score": line.reachable,
        "status": "passed" if line.full else "failed",
        "number": line.number,
        "name": f"{line.exercise}: {line.title}",
        "output": "\n".join(filter(None, [line.text, left])),
        "visibility": "visible",
    }


def to_refusal(reason: str) -> str:
    """Return the file's text for what could not be graded."""
    return unfinished(
        _(
            "Not graded: {reason}. The 0 is no grade: hand in again, or tell your "
            "instructor."
        ).format(reason=reason.rstrip("."))
    )


def unfinished(why: str = "") -> str:
    """Return the file's text for as long as there is no result.

    Gradescope knows no result without points, so it stands as 0 and says so.
    """
    return to_json(
        {
            "score": 0,
            "output": why or _(UNFINISHED),
            "output_format": "text",
            "visibility": "visible",
            "stdout_visibility": "hidden",
            "extra_data": {"finished": False},
            "tests": [],
        }
    )
