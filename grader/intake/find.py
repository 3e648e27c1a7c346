"""What was found: the submissions of a class, by student."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from grader.errors import GraderError
from grader.identity import composed, fit_id, is_fit_id, same_student
from grader.intake.archive import is_archive, stem_of
from grader.intake.choose import Take
from grader.intake.entry import Entry, Source
from grader.intake.renames import Renames
from grader.intake.roster import Student


class IntakeError(GraderError):
    """The class cannot be read; the message names the path and the next step."""


@dataclass(frozen=True)
class SubmissionSource:
    """Where one student's files lie, and what the platform says of them."""

    student: str
    path: Path
    clashes: tuple[Path, ...] = ()
    """Other submissions under the same student's name."""
    submitted_at: datetime | None = None
    """In UTC, where it is known."""
    times: Mapping[str, datetime] = field(default_factory=dict, hash=False)
    """By topic, where a topic has a time of its own."""
    late: bool = False
    """The platform's own mark."""
    earlier: tuple[SubmissionSource, ...] = ()
    """Earlier attempts of the student, the oldest first."""
    source: Source | None = None
    """What gives the files; the folder or archive at `path` if None."""
    ids: tuple[tuple[str, str], ...] = ()
    """Who the platform says it is: kinds as in a roster, and ids."""
    group: str = ""
    """What members of a group have in common, who handed in together."""
    problem: str = ""
    """Why there is nothing that could be graded."""
    notes: tuple[str, ...] = ()
    """What else an instructor should know."""
    returns_as: str = ""
    """The name, as the platform gave it, under which it takes a page back."""
    take: Take = Take.WORK
    """Which of several files of a topic is graded."""
    renames: Mapping[str, str] = field(default_factory=dict, hash=False)
    """By topic, the file that an instructor names."""


@dataclass(frozen=True)
class Download:
    """What a platform's shape was found to hold."""

    origins: Sequence[SubmissionSource]
    ignored: Sequence[Path] = ()


@dataclass(frozen=True)
class ClassFolder:
    """The submissions of a class, by student, and what else is there or missing."""

    origins: tuple[SubmissionSource, ...]
    ignored: tuple[Path, ...]
    """Files that are nobody's work."""
    platform: str = "folder"
    """The name of the platform whose shape was taken."""
    unknown: tuple[str, ...] = ()
    """Who handed in and does not stand on the roster."""
    missing: tuple[Student, ...] = ()
    """Who stands on the roster and did not hand in."""
    unnamed: tuple[str, ...] = ()
    """Whom the rename map names, and who did not hand in."""
    untimed: tuple[str, ...] = ()
    """For whom there is a time, and who did not hand in."""
    remarks: tuple[str, ...] = ()
    """How the class was read, where that was not as it lies there."""


@dataclass(frozen=True)
class Wanted:
    """What a platform must be told beside the path."""

    deadline: datetime | None = None
    """The last commit before it counts."""
    assignment: str = ""
    """The one of several assignments."""
    take: Take = Take.WORK
    """Which of several files of a topic is graded."""
    renames: Renames = field(default_factory=Renames)
    """The files that an instructor names."""
    topics: tuple[str, ...] = ()
    """The names of the modules that are looked for."""


def merge(origins: Iterable[SubmissionSource]) -> tuple[SubmissionSource, ...]:
    """Return one submission per student; others of the same student are its clashes."""
    by_student: dict[str, list[SubmissionSource]] = {}
    for given in origins:
        known = given.returns_as if is_fit_id(given.returns_as) else ""
        origin = replace(given, student=fit_id(given.student), returns_as=known)
        by_student.setdefault(same_student(origin.student), []).append(origin)
    merged = [
        replace(first, clashes=(*first.clashes, *(other.path for other in others)))
        for first, *others in by_student.values()
    ]
    return tuple(sorted(merged, key=lambda origin: origin.student))


def hand_in(entry: Entry) -> SubmissionSource:
    """Return the submission that lies in a folder or an archive of the student's."""
    return SubmissionSource(
        student_of(entry.path, entry.is_folder), entry.path, source=entry
    )


def student_of(path: Path, is_folder: bool | None = None) -> str:
    """Return the student's id: the name of the folder, or of the archive."""
    is_folder = path.is_dir() if is_folder is None else is_folder
    name = stem_of(path.name) if is_archive(path) and not is_folder else path.name
    return composed(name)
