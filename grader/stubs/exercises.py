"""The files of exercises/ that are made from the solutions."""

from __future__ import annotations

from pathlib import Path

from grader.source import read_source
from grader.stubs.module import StubError, make_stub
from grader.stubs.notebook_builder import make_notebook
from grader.syllabus import Syllabus


def make_all(syllabus: Syllabus, solutions: Path) -> dict[str, str]:
    """Return module and notebook of every topic, by their path in exercises/.

    Raises:
        StubError: a solution is missing, or cannot be turned into a stub.
    """
    made = {}
    for topic in syllabus.topics:
        path = solutions / f"{topic.id}.py"
        source = read_source(path, StubError)
        made[path.name] = make_stub(source, topic, str(path))
        notebook = make_notebook(source, topic, str(path), solved=False)
        made[f"notebooks/{topic.id}.ipynb"] = notebook
    return made


def make_sources(
    syllabus: Syllabus, solutions: Path, chosen: Syllabus
) -> dict[str, str]:
    """Return the notebook of every topic with its solutions, as nbgrader's source.

    Args:
        syllabus: the registry.
        solutions: folder of the solutions.
        chosen: the part of it to make notebooks of.

    Raises:
        StubError: a solution is missing, or cannot be turned into a notebook.
    """
    made = {}
    for name in chosen.topic_ids:
        path = solutions / f"{name}.py"
        made[f"{name}.ipynb"] = make_notebook(
            read_source(path, StubError),
            syllabus.topic(name),
            str(path),
            solved=True,
            only=chosen.exercises,
        )
    return made


def outdated(made: dict[str, str], exercises: Path) -> list[str]:
    """Return the paths in `exercises` that are not what they should be."""
    present = {
        path.relative_to(exercises).as_posix()
        for pattern in ("*.py", "notebooks/*.ipynb")
        for path in exercises.glob(pattern)
    }
    differ = [
        name
        for name, text in made.items()
        if name not in present or (exercises / name).read_text(encoding="utf-8") != text
    ]
    return sorted({*differ, *(present - set(made))})
