"""How many tests and variants an exercise has, and how many it needs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from grader.check_kit.variants import Variant
from grader.scoring.manifest import Manifest
from grader.speech import _, several
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
        "hidden": (MIN_HIDDEN, "{n} hidden test", "{n} hidden tests"),
        "visible": (MIN_VISIBLE, "{n} visible test", "{n} visible tests"),
        "right": (MIN_RIGHT, "{n} right variant", "{n} right variants"),
        "wrong": (MIN_WRONG, "{n} wrong variant", "{n} wrong variants"),
    }
    for exercise in part.exercises.values():
        for kind, (minimum, one, many) in least.items():
            count = functions[kind][exercise.id]
            if count < minimum:
                yield _("{exercise}: {found}; {least} at least").format(
                    exercise=exercise.id,
                    found=several(one, many, count),
                    least=minimum,
                )
        has_cuda = any(c.cuda and c.exercise == exercise.id for c in hidden.checks)
        if has_cuda != bool(exercise.cuda_points):
            said = (
                _("{exercise}: cuda_points = {points}, but tests are marked cuda")
                if has_cuda
                else _("{exercise}: cuda_points = {points}, but no test is marked cuda")
            )
            yield said.format(exercise=exercise.id, points=exercise.cuda_points)


def count_functions(manifest: Manifest) -> Counter[str]:
    """Return how many test functions each exercise has."""
    functions = {(check.exercise, check.function) for check in manifest.checks}
    return Counter(exercise for exercise, _ in functions)
