"""What `new-exercise` left for an author to fill in."""

from __future__ import annotations

import re
from collections.abc import Iterator

from grader.files import read_matching
from grader.layout import Layout
from grader.speech import _
from grader.syllabus import Syllabus

PLACEHOLDER = re.compile(r"FILL IN (\w+\.\w+): (.*?)[\"'.,)]*$", re.MULTILINE)


def check_placeholders(layout: Layout, part: Syllabus) -> Iterator[str]:
    """Yield what is left to fill in of some exercises, with file and line."""
    folders = ("solutions/*", "tests/*/**/*.py", "exercises/*.toml")
    for name, data in read_matching(layout.root, layout.root, *folders).items():
        text = data.decode(errors="replace")
        for found in PLACEHOLDER.finditer(text):
            exercise, what = found.groups()
            if exercise in part.exercises:
                line = text.count("\n", 0, found.start()) + 1
                said = _("{file}:{line}: {exercise} needs {what}")
                yield said.format(file=name, line=line, exercise=exercise, what=what)
