"""What nbgrader collects: submitted/<student>/<assignment>/, each with its time.

`timestamp.txt` holds one line as `2026-04-26 17:34:00.861687 UTC`; the zone is the
course's, UTC if it names none. Source: `CourseDirectory.directory_structure`,
`get_existing_timestamp` and `Exchange.timestamp_format` of nbgrader 0.9.6.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from grader.intake.candidate import SubmissionError
from grader.intake.entry import Entry
from grader.intake.find import Download, IntakeError, SubmissionSource, Wanted, hand_in
from grader.intake.times import parse_time
from grader.speech import _

TIMESTAMP = "timestamp.txt"
MAX_TIMESTAMP = 1024  # bytes


def recognises(top: Entry) -> bool:
    """Say whether a student's assignment has a time beside it."""
    return any(
        assignment.child(TIMESTAMP)
        for student in submitted_folder(top).children()
        for assignment in folders_of(student)
    )


def submitted_folder(top: Entry) -> Entry:
    """Return the folder of the students: this one, or `submitted` in it."""
    return top.child("submitted") or top


def folders_of(entry: Entry) -> Sequence[Entry]:
    """Return the folders in a folder; none if it cannot be read."""
    try:
        return [p for p in entry.children() if p.is_folder] if entry.is_folder else []
    except SubmissionError:
        return []


def find(top: Entry, wanted: Wanted) -> Download:
    """Return each student's submission of the assignment that is wanted.

    Raises:
        IntakeError: there are several, and it is not said which.
    """
    entries = submitted_folder(top).children()
    students = [entry for entry in entries if entry.is_folder]
    names = {folder.name for student in students for folder in folders_of(student)}
    name = choose_assignment(top, names, wanted.assignment)
    origins = []
    for student in students:
        try:
            folder = next((p for p in student.children() if p.name == name), None)
        except SubmissionError as error:
            origins.append(replace(hand_in(student), problem=str(error)))
            continue
        if folder is not None:
            origins.append(from_folder(student, folder))
    return Download(origins, [entry.path for entry in entries if not entry.is_folder])


def choose_assignment(top: Entry, names: Collection[str], wanted: str) -> str:
    """Return the assignment to take: the one that is wanted, or the only one.

    Raises:
        IntakeError: it is not there, or there are several.
    """
    if wanted in names or (len(names) == 1 and not wanted):
        return wanted or next(iter(names))
    there = ", ".join(sorted(names)[:10]) or "none"
    raise IntakeError(
        "{path}: which assignment? There are {there}: name one with --assignment",
        path=top.path,
        there=there,
    )


def from_folder(student: Entry, folder: Entry) -> SubmissionSource:
    """Return one student's submission, and when it was handed in."""
    origin = replace(hand_in(student), path=folder.path, source=folder)
    try:
        return replace(origin, submitted_at=read_time(folder))
    except (SubmissionError, ValueError) as error:
        note = _("when it was handed in is not known: {error}")
        return replace(origin, notes=(note.format(error=error),))


def read_time(folder: Entry) -> datetime | None:
    """Return when a folder was handed in; None if nothing tells.

    Raises:
        SubmissionError: the time's file cannot be read.
        ValueError: it holds no time.
    """
    entry = folder.child(TIMESTAMP)
    if entry is None:
        return None
    text = entry.read(MAX_TIMESTAMP).decode(errors="replace")
    try:
        return parse_time(text)
    except ValueError as error:
        first = text.strip().partition("\n")[0][:40]
        said = _("{file}, line 1: {text!r} is no time")
        raise ValueError(said.format(file=TIMESTAMP, text=first)) from error
