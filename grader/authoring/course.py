"""A new course: a copy of the example's, with one exercise, under its own name."""

from __future__ import annotations

import re
from pathlib import Path

from grader.authoring import AuthoringError
from grader.files import read_matching
from grader.layout import KIT

EXAMPLE = KIT.root / "examples" / "course"
FILES = (".gitignore", "exercises/**/*", "solutions/*.*", "tests/**/*.py")


def course_files(folder: Path) -> dict[str, bytes]:
    """Return the files of a new course, by their path in it.

    Args:
        folder: where it will lie; its name becomes the course's.

    Raises:
        AuthoringError: there is something in the folder, or its name is no name; or
            this kit is a handout.
    """
    if not EXAMPLE.exists():
        raise AuthoringError(
            "{example} is missing: a course begins in a checkout", example=EXAMPLE
        )
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AuthoringError("{folder} is not empty: name a new folder", folder=folder)
    words = re.findall(r"[a-z0-9]+", folder.resolve().name.lower())
    if not words:
        raise AuthoringError(
            "{name} has no letters: name another folder", name=folder.name
        )
    files = read_matching(EXAMPLE, EXAMPLE, *FILES)
    registry = "exercises/syllabus.toml"
    text = files[registry].decode()
    text = text.replace('id = "a-course"', f'id = "{"-".join(words)}"')
    text = text.replace('"A course"', f'"{" ".join(words).capitalize()}"')
    return files | {registry: text.encode()}
