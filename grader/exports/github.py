"""A submission's result for GitHub Actions: outputs, a summary, annotations."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Iterator
from itertools import islice

from grader.exports.feedback import Feedback, Line
from grader.exports.plain import number
from grader.scoring.outcome import Outcome
from grader.speech import _
from grader.text import one_line

MAX_SUMMARY = 1 << 20  # bytes that GitHub shows
MAX_ANNOTATIONS = 10
"""Of one kind and step: what GitHub shows."""


def to_output(feedback: Feedback, report: str = "") -> str:
    """Return lines for the file `$GITHUB_OUTPUT`.

    Args:
        feedback: the submission.
        report: where its report lies on the runner, if it was written.
    """
    path = {"report-path": report} if report else {}
    values = {
        "result": base64.b64encode(result(feedback).encode()).decode(),
        "score": number(feedback.total),
        "max-score": number(feedback.reachable),
        **path,
    }
    return "".join(f"{name}={one_line(value)}\n" for name, value in values.items())


def result(feedback: Feedback) -> str:
    """Return the result that the classroom's reporter reads.

    It adds up the points of `tests`. Its own table shares the maximum out evenly, so it
    differs there.
    """
    return json.dumps(
        {
            "version": 1,
            "status": status(full=feedback.full),
            "max_score": feedback.reachable,
            "message": feedback.summary,
            "tests": [
                {
                    "name": line.exercise,
                    "status": status(full=line.full),
                    "score": line.points,
                    "message": line.text,
                    "test_code": "",
                    "filename": line.file,
                    "line_no": line.place or 0,
                    "execution_time": f"{line.seconds:g}s",
                }
                for line in feedback.lines
            ],
        },
        allow_nan=False,
    )


def status(*, full: bool) -> str:
    """Return what the reporter calls full points, and less than these."""
    return "pass" if full else "fail"


def to_summary(feedback: Feedback) -> str:
    """Return Markdown for the file `$GITHUB_STEP_SUMMARY`."""
    rows = "".join(
        f"| {'✅' if line.full else '❌'} | `{line.exercise}` | {number(line.points)} "
        f"| {number(line.reachable)} | {_(line.outcome)} |\n"
        for line in feedback.lines
    )
    table = (
        f"## {feedback.summary}\n\n"
        f"|  | {_('exercise')} | {_('points')} | {_('of')} |  |\n"
        "|---|---|--:|--:|---|\n"
        f"{rows}"
    )
    messages = "".join(map(details, feedback.lines))
    whole = f"{table}\n{messages}"
    return whole if len(whole.encode()) <= MAX_SUMMARY else table


def to_refusal_summary(reason: str) -> str:
    """Return Markdown for what could not be graded."""
    return f"## {_('Not graded')}\n\n<pre>{html.escape(reason)}</pre>\n"


def to_refusal(reason: str) -> str:
    """Return the workflow command for what could not be graded."""
    title = escaped(_("Not graded"), ":,")
    return f"::error title={title}::{escaped(reason)}\n"


def details(line: Line) -> str:
    """Return a message that opens on a click; nothing in it is Markdown or HTML."""
    if line.full or not line.text or line.outcome is Outcome.NOT_STARTED:
        return ""
    text = html.escape(line.text).replace("\n", "&#10;")
    title = f"<summary><code>{line.exercise}</code></summary>"
    return f"<details>{title}<pre>{text}</pre></details>\n\n"


def to_annotations(feedback: Feedback) -> str:
    """Return workflow commands that mark the student's lines; print them."""
    return "".join(islice(commands(feedback), MAX_ANNOTATIONS))


def commands(feedback: Feedback) -> Iterator[str]:
    """Yield a command for each exercise that was begun and does not pass."""
    for line in feedback.lines:
        if line.full or line.outcome is Outcome.NOT_STARTED:
            continue
        place = f",line={line.place}" if line.place else ""
        title = escaped(f"{line.exercise}: {line.title}", ":,")
        file = escaped(line.file, ":,")
        yield f"::error file={file}{place},title={title}::{escaped(line.text)}\n"


def escaped(text: str, more: str = "") -> str:
    """Return text that ends neither the command nor, with `more`, its property."""
    for sign in f"%\r\n{more}":
        text = text.replace(sign, f"%{ord(sign):02X}")
    return text
