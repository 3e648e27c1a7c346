"""Verbs for authors: new-course, new-exercise."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from grader.authoring.course import course_files
from grader.authoring.exercise import Skeleton
from grader.cli.kit import stubs
from grader.cli.screen import print_plain
from grader.files import write_bytes, write_text
from grader.layout import find_course, use_course
from grader.speech import _
from grader.syllabus import read_syllabus


def new_course(
    folder: Annotated[Path, typer.Argument(help="A new folder for it.")],
) -> None:
    """Make a course with one exercise, to change into yours."""
    for name, data in course_files(folder).items():
        write_bytes(folder / name, data)
    use_course(folder)
    print_plain(_("{folder} holds a course with one exercise.").format(folder=folder))
    print_plain(
        _("Check it: {command}").format(command=f"grader --kit {folder} check-kit")
    )


def new_exercise(
    name: Annotated[str, typer.Argument(help="Its id, topic.Symbol.")],
) -> None:
    """Write the skeleton of all that an exercise needs, with places to fill in."""
    layout = find_course()
    skeleton = Skeleton(layout, read_syllabus(layout.registry), name)
    for file, text in skeleton.files().items():
        write_text(layout.root / file, text)
        print_plain(_("{path} written").format(path=file))
    stubs()
    said = _("What is left to fill in: {command}")
    print_plain(said.format(command=f"grader check-kit --only {name}"))
