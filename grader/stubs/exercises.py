"""The files of exercises/ that are made from the solutions."""

from __future__ import annotations

from pathlib import Path

from grader.layout import Layout
from grader.source import read_source
from grader.stubs.module import StubError, make_stub
from grader.stubs.notebook_builder import make_notebook
from grader.stubs.picture import picture_file, show_picture, spoken_picture
from grader.syllabus import Syllabus


def make_all(syllabus: Syllabus, layout: Layout) -> dict[str, str]:
    """Return module and notebook of every topic, by their path in exercises/.

    Raises:
        StubError: a solution is missing, or cannot be turned into a stub.
    """
    made = {}
    for topic in syllabus.topics:
        path = layout.topic_solution(topic.id)
        source = read_source(path, StubError)
        made[path.name] = make_stub(source, topic, str(path))
        picture = show_picture(layout.notebooks, topic.id)
        notebook = make_notebook(source, topic, str(path), picture, solved=False)
        made[f"notebooks/{topic.id}.ipynb"] = notebook
    return made


def make_sources(
    syllabus: Syllabus, layout: Layout, chosen: Syllabus
) -> dict[str, str]:
    """Return nbgrader's source: a notebook of every topic, solved, and its picture.

    Args:
        syllabus: the registry.
        layout: where the course lies.
        chosen: the part of it to make notebooks of.

    Raises:
        StubError: a solution is missing, or cannot be turned into a notebook.
    """
    made = {}
    for name in chosen.topic_ids:
        path = layout.topic_solution(name)
        picture = show_picture(layout.notebooks, name)
        if picture:
            file = picture_file(name)
            drawn = (layout.notebooks / file).read_text(encoding="utf-8")
            made[file] = spoken_picture(drawn)
        made[f"{name}.ipynb"] = make_notebook(
            read_source(path, StubError),
            syllabus.topic(name),
            str(path),
            picture,
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
