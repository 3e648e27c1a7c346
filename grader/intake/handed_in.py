"""When each student handed in, as an instructor knows it: the roster, or a file."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

from grader.intake.find import ClassFolder, SubmissionSource
from grader.intake.moodle_log import is_log, parse_log
from grader.intake.roster import TIME, Roster, RosterError, parse_roster, read_table

NOBODY = Roster()


def read_times(path: Path, topics: Collection[str]) -> Roster:
    """Read a file of times: Moodle's log, or the columns of a roster that hold them.

    Raises:
        RosterError: it cannot be read, or holds no times.
    """
    text = read_table(path)
    if is_log(text):
        return Roster(list(parse_log(text, str(path))))
    students = list(parse_roster(text, str(path), topics))
    if not any(student.times for student in students):
        raise RosterError(
            "{path} holds no times: it needs the columns student and "
            "{time}, or {time}:TOPIC",
            path=path,
            time=TIME,
        )
    return Roster(students)


def timed(
    found: ClassFolder, roster: Roster | None, times: Roster | None
) -> ClassFolder:
    """Return a class with the times that are known; a file goes before a roster.

    Both go before what the platform says, and a topic's own time before the others.
    """
    met: set[str] = set()

    def with_times(origin: SubmissionSource) -> SubmissionSource:
        known = (roster or NOBODY).find(origin.student, "student")
        aliases = [("student", origin.student), *origin.ids]
        aliases += known.known_as() if known else []
        stated = (times or NOBODY).owner(aliases)
        moments = dict(known.times) if known else {}
        if stated:
            met.add(stated.id)
            moments |= stated.times
        whole = moments.pop("", origin.submitted_at)
        return replace(origin, submitted_at=whole, times=moments)

    origins = tuple(map(with_times, found.origins))
    strangers = (s.id for s in (times or NOBODY).students if s.id not in met)
    return replace(found, origins=origins, untimed=tuple(strangers))
