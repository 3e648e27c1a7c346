"""Where the folders of the kit and of a course lie."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError

PACKAGE = Path(__file__).resolve().parent
TEMPLATES = PACKAGE / "release" / "templates"
"""What the kit makes files from."""
VARIABLE = "GRADER_KIT"
"""Names the course's folder, as `--kit` does."""


class LayoutError(GraderError):
    """No course can be taken; the message says how to name one."""


@dataclass(frozen=True)
class Layout:
    """The folders of one course, or of one unpacked handout."""

    root: Path

    @property
    def exercises(self) -> Path:
        """What students edit."""
        return self.root / "exercises"

    @property
    def registry(self) -> Path:
        """The registry of exercises."""
        return self.exercises / "syllabus.toml"

    def topic_file(self, topic: str) -> Path:
        """Return the file with the exercises of a topic."""
        return self.exercises / f"{topic}.py"

    @property
    def notebooks(self) -> Path:
        """The same exercises as notebooks, with the pictures in them."""
        return self.exercises / "notebooks"

    def topic_notebook(self, topic: str) -> Path:
        """Return the notebook with the exercises of a topic."""
        return self.notebooks / f"{topic}.ipynb"

    @property
    def solutions(self) -> Path:
        """The source of the exercises; absent from a handout."""
        return self.root / "solutions"

    def topic_solution(self, topic: str) -> Path:
        """Return the file with the solutions of a topic."""
        return self.solutions / f"{topic}.py"

    @property
    def references(self) -> Path:
        """Encoded solutions; in a handout only, unless they were left out."""
        return self.root / "references"

    @property
    def pristine(self) -> Path:
        """The exercises as they were handed out; in a handout only."""
        return self.root / "grader" / "release" / "templates" / "exercises"

    @property
    def state(self) -> Path:
        """What the student's workspace remembers."""
        return self.root / ".progress.json"

    @property
    def visible_tests(self) -> Path:
        """The tests that students get."""
        return self.root / "tests" / "visible"

    @property
    def hidden_tests(self) -> Path:
        """The tests that are graded; absent from a handout."""
        return self.root / "tests" / "hidden"

    @property
    def variants(self) -> Path:
        """Right and wrong answers that test the tests; absent from a handout."""
        return self.root / "tests" / "variants"

    @property
    def secret(self) -> Path:
        """What all random inputs are drawn with; absent from a handout."""
        return self.root / "course.secret"

    @property
    def rules(self) -> Path:
        """How the course counts points, where it has rules of its own."""
        return self.root / "course.toml"

    @property
    def language(self) -> Path:
        """The name of the language that a handout was made for; in a handout only."""
        return self.root / ".language"


KIT = Layout(PACKAGE.parent)
"""The checkout or the handout that this package lies in, with its own course."""


def use_course(folder: Path) -> None:
    """Take a course for this process and for those that it starts.

    Raises:
        LayoutError: the folder holds none.
    """
    os.environ[VARIABLE] = str(folder.resolve())
    find_course()


def find_course(handed_in: Path | None = None) -> Layout:
    """Return the course that is named, or that one stands in, or the kit's own.

    Args:
        handed_in: what somebody else wrote; a course in there may only be named.

    Raises:
        LayoutError: what is named is none, or one stands in what was handed in.
    """
    if named := os.environ.get(VARIABLE):
        course = Layout(Path(named))
        if not course.registry.is_file():
            raise LayoutError(
                "{folder} is no course: it holds no exercises/syllabus.toml. "
                "`grader new-course DIR` makes one",
                folder=named,
            )
        return course
    here = Path.cwd()
    around = (Layout(folder) for folder in (here, *here.parents))
    course = next((c for c in around if c.registry.is_file()), KIT)
    inside = handed_in and course.root.is_relative_to(handed_in.resolve())
    if inside and course.root != KIT.root:
        raise LayoutError(
            "{folder} is a part of what is graded, and cannot say how: name the "
            "course with `grader --kit DIR`, or stand somewhere else",
            folder=course.root,
        )
    return course
