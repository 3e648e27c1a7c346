"""Scores as CSV and as JSON."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from grader.class_run.result import Result
from grader.scoring import ExerciseScore, Score
from grader.syllabus import Syllabus

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")


def to_csv(results: Sequence[Result], syllabus: Syllabus) -> str:
    """Return one row per student: points by exercise and topic, total, open, max."""
    exercises = list(syllabus.exercises)
    topics = syllabus.topic_ids
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["student", *exercises, *topics, "total", "open", "max", "status"])
    for result in results:
        name = neutralise(result.student)
        writer.writerow([name, *points(result.score, exercises, topics), result.status])
    return stream.getvalue()


def points(
    score: Score | None, exercises: Sequence[str], topics: Sequence[str]
) -> list[str]:
    """Return the cells of a row; empty ones where there is no score."""
    if score is None:
        return [""] * (len(exercises) + len(topics) + 3)
    earned = {e.exercise: e.points for e in score.exercises}
    cells = [
        *(earned.get(name, 0.0) for name in exercises),
        *(score.topics.get(name, 0.0) for name in topics),
        *(score.total, score.open, score.max),
    ]
    return [f"{cell:g}" for cell in cells]


def neutralise(text: str) -> str:
    """Return text that a spreadsheet does not take for a formula."""
    return f"'{text}" if text.startswith(FORMULA_STARTS) else text


def to_data(
    results: Sequence[Result], syllabus: Syllabus, environment: Mapping[str, Any]
) -> dict[str, Any]:
    """Return the scores as plain data, for `scores.json`."""
    return {
        "version": 1,
        "environment": dict(environment),
        "exercises": list(syllabus.exercises),
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
    return data


def exercise(score: ExerciseScore) -> dict[str, Any]:
    """Return one exercise's scores as plain data."""
    return {
        "points": score.points,
        "open": score.open,
        "max": score.max,
        "tests": dict(sorted(Counter(map(str, score.outcomes.values())).items())),
    }
