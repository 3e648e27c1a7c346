"""Scores as CSV and as JSON."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from grader.exports.plain import neutralise
from grader.policy import Adjusted, Policy
from grader.results.result import Result
from grader.scoring.score import ExerciseScore, Score
from grader.syllabus import Syllabus


def to_csv(
    results: Sequence[Result], syllabus: Syllabus, *, adjusted: bool = False
) -> str:
    """Return one row per student: points by exercise and topic, total, open, max.

    Args:
        results: of the class.
        syllabus: what it was graded in.
        adjusted: add the points that the course counts, and why they differ.
    """
    exercises = list(syllabus.exercises)
    topics = syllabus.topic_ids
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    sums = ["total", "open", "max", "status"]
    counted = ["adjusted", "adjusted_max", "why"] if adjusted else []
    writer.writerow(["student", *exercises, *topics, *sums, *counted])
    for result in results:
        row = [
            neutralise(result.student),
            *points(result.score, exercises, topics),
            result.status,
        ]
        if adjusted:
            row += adjusted_cells(result.adjusted)
        writer.writerow(row)
    return stream.getvalue()


def adjusted_cells(adjusted: Adjusted | None) -> list[str]:
    """Return the cells of the points that the course counts."""
    if adjusted is None:
        return [""] * 3
    why = neutralise("; ".join(adjusted.reasons))
    return [f"{adjusted.total:g}", f"{adjusted.max:g}", why]


def points(
    score: Score | None, exercises: Sequence[str], topics: Sequence[str]
) -> list[str]:
    """Return the cells of a row; empty ones where there is no score."""
    if score is None:
        return [""] * (len(exercises) + len(topics) + 3)
    earned = {e.exercise: e.points for e in score.exercises}
    by_topic = score.topics
    cells = [
        *(earned.get(name, 0.0) for name in exercises),
        *(by_topic.get(name, 0.0) for name in topics),
        *(score.total, score.open, score.max),
    ]
    return [f"{cell:g}" for cell in cells]


def to_data(
    results: Sequence[Result],
    syllabus: Syllabus,
    environment: Mapping[str, Any],
    policy: Policy | None = None,
) -> dict[str, Any]:
    """Return the scores as plain data, for `scores.json`, with the course's rules."""
    course = {} if policy is None else {"course": policy.text}
    return {
        "version": 1,
        "environment": dict(environment),
        "exercises": list(syllabus.exercises),
        **course,
        "students": [student(result) for result in results],
    }


def student(result: Result) -> dict[str, Any]:
    """Return one student's scores as plain data."""
    data: dict[str, Any] = {
        "student": result.student,
        "status": str(result.status),
        "reason": result.reason,
        "notes": list(result.notes),
    }
    if result.score is not None:
        data |= {
            "total": result.score.total,
            "open": result.score.open,
            "max": result.score.max,
            "topics": result.score.topics,
            "exercises": {e.exercise: exercise(e) for e in result.score.exercises},
        }
    if result.adjusted is not None:
        data |= {**handed_in(result), "adjusted": adjusted_points(result.adjusted)}
    if result.attempts:
        data["attempts"] = [attempt(result) for result in result.attempts]
    return data


def handed_in(result: Result) -> dict[str, Any]:
    """Return when a submission was handed in, as far as it is known."""
    moment = result.submitted_at
    return {
        "submitted_at": moment.isoformat() if moment else None,
        "late": result.marked_late,
        "attempt": result.attempt,
        "of": result.of,
    }


def attempt(result: Result) -> dict[str, Any]:
    """Return one of several attempts as plain data, without its points."""
    return {
        "status": str(result.status),
        "reason": result.reason,
        "notes": list(result.notes),
        **handed_in(result),
    }


def adjusted_points(adjusted: Adjusted) -> dict[str, Any]:
    """Return the points that the course counts as plain data."""
    return {
        "total": adjusted.total,
        "open": adjusted.open,
        "max": adjusted.max,
        "topics": {
            t.topic: {"points": t.points, "open": t.open, "max": t.max}
            for t in adjusted.topics
        },
        "reasons": list(adjusted.reasons),
    }


def exercise(score: ExerciseScore) -> dict[str, Any]:
    """Return one exercise's scores as plain data."""
    return {
        "points": score.points,
        "open": score.open,
        "max": score.max,
        "tests": dict(sorted(Counter(map(str, score.outcomes.values())).items())),
    }
