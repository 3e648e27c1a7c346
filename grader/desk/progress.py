"""How far a student is: counts and minutes, by topic."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from grader.desk.work import Standing
from grader.syllabus import Exercise, Syllabus


@dataclass(frozen=True)
class Progress:
    """What is done of some exercises, and what is left."""

    title: str
    passed: int
    total: int
    minutes_left: int


def measure(
    title: str, exercises: Iterable[Exercise], standings: Mapping[str, Standing]
) -> Progress:
    """Return the progress in some exercises."""
    among = list(exercises)
    left = [e for e in among if standings[e.id] is not Standing.PASSES]
    minutes = sum(e.minutes for e in left)
    return Progress(title, len(among) - len(left), len(among), minutes)


def by_topic(
    syllabus: Syllabus, standings: Mapping[str, Standing]
) -> tuple[Progress, ...]:
    """Return the progress in each topic."""
    return tuple(measure(t.title, t.exercises, standings) for t in syllabus.topics)


def required(syllabus: Syllabus, standings: Mapping[str, Standing]) -> Progress:
    """Return the progress in the exercises that are not left to choice."""
    core = (e for e in syllabus.exercises.values() if e.level == "core")
    return measure("Required", core, standings)


def duration(minutes: int) -> str:
    """Return minutes in words.

    >>> duration(0), duration(50), duration(125)
    ('0 min', '50 min', '2 h 5 min')
    """
    hours, rest = divmod(minutes, 60)
    parts = [f"{hours} h"] * (hours > 0) + [f"{rest} min"] * (rest > 0 or not hours)
    return " ".join(parts)


def bar(progress: Progress, width: int) -> tuple[str, str]:
    """Return the done and the open part of a bar; it is full only if all is done."""
    full = progress.passed * width // max(progress.total, 1)
    return "█" * full, "░" * (width - full)
