"""Results as plain data, for `scores.json`, and back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from grader.policy import Adjusted, Policy
from grader.policy.adjust import AdjustedTopic
from grader.results.result import Result, Status
from grader.scoring.score import ByHand, ExerciseScore, Score
from grader.speech import spoken
from grader.syllabus import Syllabus

VERSION = 2
"""Of the form of `scores.json`."""


def to_data(
    results: Sequence[Result],
    syllabus: Syllabus,
    environment: Mapping[str, Any],
    policy: Policy,
) -> dict[str, Any]:
    """Return a class's results as plain data, with the course's rules."""
    return {
        "version": VERSION,
        "environment": dict(environment),
        "exercises": list(syllabus.exercises),
        "course": policy.text,
        "assignment": policy.assignment,
        "language": spoken(),
        "students": [student(result) for result in results],
    }


def student(result: Result) -> dict[str, Any]:
    """Return one student's scores as plain data."""
    data: dict[str, Any] = {
        "student": result.student,
        "status": str(result.status),
        "reason": result.reason,
        "notes": list(result.notes),
        "look": dict(result.look),
        "unread": list(result.unread),
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
        "times": {topic: time.isoformat() for topic, time in result.times.items()},
        "late": result.marked_late,
        "returns_as": result.returns_as,
        "attempt": result.attempt,
        "of": result.of,
    }


def attempt(result: Result) -> dict[str, Any]:
    """Return one of several attempts as plain data, without its points."""
    return {
        "status": str(result.status),
        "reason": result.reason,
        "notes": list(result.notes),
        "look": dict(result.look),
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
    data: dict[str, Any] = {
        "points": score.points,
        "open": score.open,
        "max": score.max,
        "tests": dict(sorted(Counter(map(str, score.outcomes.values())).items())),
    }
    if score.by_hand is not None:
        data["by_hand"] = asdict(score.by_hand)
    return data


def to_results(scores: Mapping[str, Any]) -> list[Result]:
    """Return the results of a class; the outcomes of single tests are not in them."""
    return [to_result(entry) for entry in scores["students"]]


def to_exercise(name: str, made: Mapping[str, Any]) -> ExerciseScore:
    """Return one exercise's scores, without the outcomes of its tests."""
    by_hand = ByHand(**made["by_hand"]) if "by_hand" in made else None
    return ExerciseScore(name, made["points"], made["open"], made["max"], {}, by_hand)


def to_result(entry: Mapping[str, Any]) -> Result:
    """Return one student's result, without the other attempts."""
    score = adjusted = None
    if "exercises" in entry:
        exercises = (
            to_exercise(name, made) for name, made in entry["exercises"].items()
        )
        score = Score(entry["student"], tuple(exercises))
    if "adjusted" in entry:
        topics = entry["adjusted"]["topics"].items()
        adjusted = Adjusted(
            tuple(AdjustedTopic(name, **points) for name, points in topics),
            tuple(entry["adjusted"]["reasons"]),
        )
    moment = entry.get("submitted_at")
    return Result(
        entry["student"],
        Status(entry["status"]),
        score,
        entry["reason"],
        tuple(entry["notes"]),
        entry["look"],
        tuple(entry.get("unread", ())),
        submitted_at=datetime.fromisoformat(moment) if moment else None,
        times={
            topic: datetime.fromisoformat(time)
            for topic, time in entry.get("times", {}).items()
        },
        marked_late=entry.get("late", False),
        returns_as=entry.get("returns_as", ""),
        attempt=entry.get("attempt", 1),
        of=entry.get("of", 1),
        adjusted=adjusted,
    )
