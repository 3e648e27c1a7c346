"""How many tests and variants an exercise has, and how many it needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from grader.check_kit.variants import Variant
from grader.scoring.manifest import Manifest
from grader.syllabus import Syllabus

MIN_HIDDEN = 1  # a sweep is many
MIN_VISIBLE = 1
MIN_RIGHT = 2
MIN_WRONG = 4


def check_counts(
    part: Syllabus,
    hidden: Manifest,
    visible: Manifest,
    variants: list[Variant],
) -> Iterator[str]:
    """Yield what the exercises of a part lack of tests and variants."""
    functions = {
        "hidden": count_functions(hidden),
        "visible": count_functions(visible),
        "right": Counter(v.exercise.id for v in variants if v.right),
        "wrong": Counter(v.exercise.id for v in variants if not v.right),
    }
    least = {
        "hidden": (MIN_HIDDEN, "hidden tests"),
        "visible": (MIN_VISIBLE, "visible tests"),
        "right": (MIN_RIGHT, "right variants"),
        "wrong": (MIN_WRONG, "wrong variants"),
    }
    for exercise in part.exercises.values():
        for kind, (minimum, words) in least.items():
            count = functions[kind][exercise.id]
            if count < minimum:
                yield f"{exercise.id}: {count} {words}; at least {minimum} are needed"
        has_cuda = any(c.cuda and c.exercise == exercise.id for c in hidden.checks)
        if has_cuda != bool(exercise.cuda_points):
            yield (
                f"{exercise.id}: cuda_points = {exercise.cuda_points} but "
                f"{'some' if has_cuda else 'no'} hidden tests are marked cuda"
            )


def count_functions(manifest: Manifest) -> Counter[str]:
    """Return how many test functions each exercise has."""
    functions = {(check.exercise, check.function) for check in manifest.checks}
    return Counter(exercise for exercise, _ in functions)
