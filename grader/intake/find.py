"""Find the submissions of a class: a folder or a zip archive for each student."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path


class IntakeError(Exception):
    """The class cannot be read; the message names the path and the next step."""


@dataclass(frozen=True)
class Handin:
    """Where one student's files lie."""

    student: str
    path: Path
    clashes: tuple[Path, ...] = ()
    """Other submissions under the same student's name."""
    submitted_at: datetime | None = None
    """When it was handed in, with a time zone; None where nothing says so."""
    late: bool = False
    """Whether the platform marks it late."""
    earlier: tuple[Handin, ...] = ()
    """Earlier attempts, the oldest first."""


@dataclass(frozen=True)
class ClassFolder:
    """The submissions of a class, by student, and the files that are none."""

    handins: tuple[Handin, ...]
    ignored: tuple[Path, ...]


def find_handins(folder: Path) -> ClassFolder:
    """List the submissions in `folder`.

    Raises:
        IntakeError: the folder cannot be read or holds no submission.
    """
    try:
        entries = sorted(folder.iterdir())
    except OSError as error:
        raise IntakeError(
            f"{folder} cannot be read: {error.strerror}. "
            "Name a folder that holds a folder or a zip archive per student."
        ) from error
    visible = [e for e in entries if not e.name.startswith((".", "__MACOSX"))]
    found = [e for e in visible if e.is_dir() or is_archive(e)]
    if not found:
        raise IntakeError(
            f"{folder} holds no submission: put a folder or a zip archive "
            "for each student into it."
        )
    by_student: dict[str, list[Path]] = {}
    for entry in found:
        by_student.setdefault(same_student(student_of(entry)), []).append(entry)
    handins = [make_handin(paths) for paths in by_student.values()]
    ignored = tuple(e for e in visible if e not in found)
    return ClassFolder(tuple(sorted(handins, key=lambda h: h.student)), ignored)


def make_handin(paths: Sequence[Path]) -> Handin:
    """Return the submission of one student, with others of the same name."""
    first, *others = paths
    return Handin(student_of(first), first, tuple(others))


def is_archive(path: Path) -> bool:
    """Say whether a path is named like a zip archive."""
    return path.suffix.lower() == ".zip"


def student_of(path: Path) -> str:
    """Return the student's id: the name of the folder, or of the archive."""
    name = path.stem if is_archive(path) and not path.is_dir() else path.name
    return unicodedata.normalize("NFC", name)


def same_student(student: str) -> str:
    """Return what is equal for ids that a file system may not tell apart."""
    return unicodedata.normalize("NFC", student).casefold()
