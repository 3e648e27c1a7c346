"""Which exercise a student is in, and which one comes next."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from grader.desk.work import Work
from grader.syllabus import Exercise, Syllabus, Topic

Passes = Callable[[Exercise], bool]


def exercise_of_save(
    topic: Topic, before: Work, after: Work, passes: Passes, current: str
) -> Exercise | None:
    """Return the exercise that a save of a topic's file is about.

    It is the one whose own code changed; else the one that uses what changed; else the
    first of the topic that does not pass. None if they all do.

    Args:
        topic: whose file was saved.
        before: the work when the file was last whole.
        after: the work now.
        passes: says whether an exercise is known to pass as it is now.
        current: id of the exercise that was checked last; it is preferred.
    """
    exercises = topic.exercises
    if topic.id in after.broken:
        return prefer(exercises, passes, current)
    written = [e for e in exercises if before.own(e) != after.own(e)]
    touched = [e for e in exercises if before.key(e) != after.key(e)]
    open_ones = [e for e in exercises if not passes(e)]
    return prefer(written or touched, passes, current) or next(iter(open_ones), None)


def prefer(
    exercises: Iterable[Exercise], passes: Passes, current: str
) -> Exercise | None:
    """Return the current exercise if it is among some, else the first to work on."""
    among = list(exercises)
    ranked = (
        [e for e in among if e.id == current],
        [e for e in among if not passes(e)],
        among,
    )
    return next((found[0] for found in ranked if found), None)


def following(syllabus: Syllabus, passes: Passes, after: str = "") -> Exercise | None:
    """Return the next exercise that does not pass, in the syllabus' order.

    Args:
        syllabus: all exercises.
        passes: says whether one passes.
        after: id of the exercise to go on from; behind the last one, it begins anew.
    """
    order = list(syllabus.exercises.values())
    start = 1 + [e.id for e in order].index(after) if after else 0
    return next((e for e in order[start:] + order[:start] if not passes(e)), None)
