"""Which exercise a student is in, and which one comes next."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from grader.student.work import Work
from grader.syllabus import Exercise, Syllabus, Topic

Passes = Callable[[Exercise], bool]


def exercise_of_save(
    topic: Topic, before: Work, after: Work, passes: Passes, current: str
) -> Exercise | None:
    """Return the exercise that a save of a topic's file is about.

    It is the one whose own code changed; else the one that uses what changed; else the
    first of the topic that does not pass. None if they all do. A broken file counts as
    changed everywhere.

    Args:
        topic: whose file was saved.
        before: the work when the file was last whole.
        after: the work now.
        passes: says whether an exercise is known to pass as it is now.
        current: id of the exercise that the student was in; of several, it is taken.
    """
    exercises = topic.exercises
    written = [e for e in exercises if before.own(e) != after.own(e)]
    touched = [e for e in exercises if before.key(e) != after.key(e)]
    left = [e for e in exercises if not passes(e)]
    return prefer(written or touched or left, passes, current)


def prefer(among: Sequence[Exercise], passes: Passes, current: str) -> Exercise | None:
    """Return the current exercise if it is among some, else the first to work on."""
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
