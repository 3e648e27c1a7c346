"""What nbgrader collects: submitted/<student>/<assignment>/, each with its time.

`timestamp.txt` holds one line as `2026-04-26 17:34:00.861687 UTC`; the zone is the
course's, UTC if it names none. Source: `CourseDirectory.directory_structure`,
`get_existing_timestamp` and `Exchange.timestamp_format` of nbgrader 0.9.6.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime

from grader.intake.candidate import HandinError
from grader.intake.find import Download, Handin, IntakeError, Wanted, hand_in
from grader.intake.place import Place
from grader.intake.times import parse_time

TIMESTAMP = "timestamp.txt"
MAX_TIMESTAMP = 1024  # bytes


def recognises(top: Place) -> bool:
    """Say whether a student's assignment has a time beside it."""
    return any(
        assignment.child(TIMESTAMP)
        for student in submitted_folder(top).children()
        for assignment in folders_of(student)
    )


def submitted_folder(top: Place) -> Place:
    """Return the folder of the students: this one, or `submitted` in it."""
    return top.child("submitted") or top


def folders_of(place: Place) -> Sequence[Place]:
    """Return the folders in a folder; none if it cannot be read."""
    try:
        return [p for p in place.children() if p.is_folder] if place.is_folder else []
    except HandinError:
        return []


def find(top: Place, wanted: Wanted) -> Download:
    """Return each student's submission of the assignment that is wanted.

    Raises:
        IntakeError: there are several, and it is not said which.
    """
    entries = submitted_folder(top).children()
    students = [place for place in entries if place.is_folder]
    names = {folder.name for student in students for folder in folders_of(student)}
    name = choose_assignment(top, names, wanted.assignment)
    handins = []
    for student in students:
        try:
            folder = next((p for p in student.children() if p.name == name), None)
        except HandinError as error:
            handins.append(replace(hand_in(student), problem=str(error)))
            continue
        if folder is not None:
            handins.append(from_folder(student, folder))
    return Download(handins, [place.path for place in entries if not place.is_folder])


def choose_assignment(top: Place, names: Collection[str], wanted: str) -> str:
    """Return the assignment to take: the one that is wanted, or the only one.

    Raises:
        IntakeError: it is not there, or there are several.
    """
    if wanted in names or (len(names) == 1 and not wanted):
        return wanted or next(iter(names))
    there = ", ".join(sorted(names)[:10]) or "none"
    raise IntakeError(
        f"{top.path}: which assignment? There are {there}: name one with --assignment"
    )


def from_folder(student: Place, folder: Place) -> Handin:
    """Return one student's submission, and when it was handed in."""
    handin = replace(hand_in(student), path=folder.path, source=folder)
    try:
        return replace(handin, submitted_at=read_time(folder))
    except (HandinError, ValueError) as error:
        return replace(handin, notes=(f"when it was handed in is not known: {error}",))


def read_time(folder: Place) -> datetime | None:
    """Return when a folder was handed in; None if nothing tells.

    Raises:
        HandinError: the time's file cannot be read.
        ValueError: it holds no time.
    """
    place = folder.child(TIMESTAMP)
    if place is None:
        return None
    text = place.read(MAX_TIMESTAMP).decode(errors="replace")
    try:
        return parse_time(text)
    except ValueError as error:
        first = text.strip().partition("\n")[0][:40]
        raise ValueError(f"{TIMESTAMP}, line 1: {first!r} is no time") from error
