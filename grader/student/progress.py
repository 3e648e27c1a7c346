"""How far a student is: counts and minutes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.speech import _
from grader.student.work import ExerciseStatus
from grader.syllabus import Exercise, Syllabus


@dataclass(frozen=True)
class Progress:
    """What is done of some exercises, and what is left."""

    passed: int
    total: int
    minutes_left: int


def measure(
    exercises: Iterable[Exercise], statuses: Mapping[str, ExerciseStatus]
) -> Progress:
    """Return the progress in some exercises."""
    among = list(exercises)
    left = [e for e in among if statuses[e.id] is not ExerciseStatus.PASSES]
    minutes = sum(e.minutes for e in left)
    return Progress(len(among) - len(left), len(among), minutes)


def required(syllabus: Syllabus, statuses: Mapping[str, ExerciseStatus]) -> Progress:
    """Return the progress in the exercises that are not left to choice."""
    found = (e for e in syllabus.exercises.values() if e.required)
    return measure(found, statuses)


def duration(minutes: int) -> str:
    """Return minutes in words, as `2 h 5 min`."""
    hours, rest = divmod(minutes, 60)
    parts = [_("{n} h").format(n=hours)] if hours else []
    if rest or not hours:
        parts.append(_("{n} min").format(n=rest))
    return " ".join(parts)


def bar(progress: Progress, width: int) -> tuple[str, str]:
    """Return the done and the open part of a bar; it is full only if all is done."""
    full = progress.passed * width // max(progress.total, 1)
    return "█" * full, "░" * (width - full)
