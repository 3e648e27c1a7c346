"""Scores as CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence

from grader.exports.plain import neutralise
from grader.policy import Adjusted
from grader.results.result import Result
from grader.syllabus import Syllabus


def to_csv(results: Sequence[Result], syllabus: Syllabus) -> str:
    """Return one row per student: points by exercise and topic, total, open, max.

    Behind them stand the points that the course counts, and why they differ.

    Args:
        results: of the class.
        syllabus: what it was graded in.
    """
    exercises = list(syllabus.exercises)
    topics = syllabus.topic_ids
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    sums = ["total", "open", "max", "status", "needs_a_look"]
    counted = ["adjusted", "adjusted_max", "why"]
    writer.writerow(["student", *exercises, *topics, *sums, *counted])
    for result in results:
        row = [
            neutralise(result.student),
            *points(result, exercises, topics),
            result.status,
            neutralise("; ".join(result.needs_look)),
            *adjusted_cells(result.adjusted),
        ]
        writer.writerow(row)
    return stream.getvalue()


def adjusted_cells(adjusted: Adjusted | None) -> list[str]:
    """Return the cells of the points that the course counts."""
    if adjusted is None:
        return [""] * 3
    why = neutralise("; ".join(adjusted.reasons))
    return [f"{adjusted.total:g}", f"{adjusted.max:g}", why]


def points(
    result: Result, exercises: Sequence[str], topics: Sequence[str]
) -> list[str]:
    """Return the cells of a row; empty ones for what was not read."""
    score = result.score
    if score is None:
        return [""] * (len(exercises) + len(topics) + 3)
    earned = {e.exercise: e.points for e in score.exercises} | score.topics
    cells = [
        "" if name.partition(".")[0] in result.unread else f"{earned.get(name, 0.0):g}"
        for name in (*exercises, *topics)
    ]
    return [*cells, *(f"{cell:g}" for cell in (score.total, score.open, score.max))]
