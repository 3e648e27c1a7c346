"""Where the hidden tests of an exercise lie."""

from __future__ import annotations

from collections.abc import Iterator

from grader.scoring.manifest import Manifest
from grader.speech import _


def check_places(hidden: Manifest) -> Iterator[str]:
    """Yield the files of hidden tests that are not called after their exercise."""
    found = {(c.nodeid.partition("::")[0], c.exercise) for c in hidden.checks}
    for file, exercise in sorted(found):
        topic, _dot, symbol = exercise.partition(".")
        place = f"{topic}/test_{symbol}.py"
        if not file.endswith(f"/{place}"):
            said = _("{file} checks {exercise}, whose hidden tests belong in {place}")
            yield said.format(file=file, exercise=exercise, place=place)
