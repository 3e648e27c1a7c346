"""Results read back from what `scores.json` says of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from grader.policy import Adjusted
from grader.policy.adjust import AdjustedTopic
from grader.results.result import Result, Status
from grader.scoring.score import ExerciseScore, Score


def to_results(scores: Mapping[str, Any]) -> list[Result]:
    """Return the results of a class; the outcomes of single tests are not in them."""
    return [to_result(entry) for entry in scores["students"]]


def to_result(entry: Mapping[str, Any]) -> Result:
    """Return one student's result."""
    score = adjusted = None
    if "exercises" in entry:
        exercises = (
            ExerciseScore(name, e["points"], e["open"], e["max"], {})
            for name, e in entry["exercises"].items()
        )
        score = Score(entry["student"], tuple(exercises))
    if "adjusted" in entry:
        topics = entry["adjusted"]["topics"].items()
        adjusted = Adjusted(
            tuple(AdjustedTopic(name, **points) for name, points in topics),
            tuple(entry["adjusted"]["reasons"]),
        )
    return Result(
        entry["student"],
        Status(entry["status"]),
        score,
        entry["reason"],
        tuple(entry["notes"]),
        adjusted=adjusted,
    )
