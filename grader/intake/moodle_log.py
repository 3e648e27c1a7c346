"""When students handed in, as Moodle's log of an assignment says.

    Time,User full name,Affected user,Event context,Component,Event name,Description,…
    "27/04/26, 16:35:30",Ana Souza,-,Assignment: PS 1,…,The user with id '12' has …

The header and the events' names are of the teacher's language, the descriptions are
English everywhere. A time has the day first and no zone. Who hands in for a student
stands under the user's name, and the student as the affected one. Source:
`assessable_submitted` in mod/assign/classes/event and report/log/classes/table_log.php
of moodle/moodle.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import datetime

from grader.intake.roster import RosterError, Student
from grader.speech import _, mark

SUBMITTED = re.compile(
    r"The user with id '(?P<user>\d+)' has submitted the submission with id '\d+' for "
    r"the assignment with course module id '(?P<assignment>\d+)'"
)
EVENT = re.compile(r"The user with id '\d+' .*? course module id '\d+'")
TIME = re.compile(
    r"(\d\d?)[./-](\d\d?)[./-]((?:20)?\d\d),? +(\d\d?):(\d\d)(?::(\d\d))?"
)
WHEN, USER, AFFECTED, CONTEXT, DESCRIPTION = 0, 1, 2, 3, 6
STEP = mark(
    "In Moodle: Reports, Logs, choose the assignment and all participants, and "
    "download the table as CSV"
)


def is_log(text: str) -> bool:
    """Say whether a text tells of events as Moodle does."""
    return EVENT.search(text) is not None


def parse_log(text: str, name: str) -> Iterator[Student]:
    """Yield who handed in, with the time of the last event; homonyms one by one.

    Raises:
        RosterError: a row is of another form, or the log is of several assignments.
    """
    moments: dict[str, dict[str, datetime]] = {}
    assignments: dict[str, str] = {}
    reader = csv.reader(io.StringIO(text, newline=""))
    for row in reader:
        event = SUBMITTED.match(row[DESCRIPTION]) if len(row) > DESCRIPTION else None
        if event is None:
            continue
        try:
            moment = parse_log_time(row[WHEN])
        except ValueError as error:
            raise RosterError(
                "{name}, line {line_num}: {error}. Write the times into a CSV "
                "file with the columns student and handed_in",
                name=name,
                line_num=reader.line_num,
                error=error,
            ) from error
        assignments[event["assignment"]] = row[CONTEXT]
        for_another = row[AFFECTED].strip() not in ("", "-", row[USER].strip())
        who, user = (row[AFFECTED], "") if for_another else (row[USER], event["user"])
        mine = moments.setdefault(who.strip(), {})
        mine[user] = max(moment, mine.get(user, moment))
    if len(assignments) != 1:
        listed = ", ".join(assignments.values())
        raise RosterError(
            "{name} is of several assignments: {assignments}. {step}"
            if listed
            else "{name} tells of nobody. {step}",
            name=name,
            assignments=listed,
            step=_(STEP),
        )
    for who, times in moments.items():
        users = [user for user in times if user]
        if len(users) > 1:
            yield from (Student(f"{who} {u}", who, times={"": times[u]}) for u in users)
        else:
            yield Student(who, who, times={"": max(times.values())})


def parse_log_time(text: str) -> datetime:
    """Return a time of the log, in this machine's zone.

    Raises:
        ValueError: it is of another form, or no calendar has it.

    Example:
        >>> f"{parse_log_time('7/04/26, 16:35:30'):%Y-%m-%d %H:%M:%S}"
        '2026-04-07 16:35:30'
    """
    found = TIME.fullmatch(text.strip())
    if found is None:
        raise ValueError(
            _("{text!r} is no time as 27/04/26, 16:35:30").format(text=text)
        )
    day, month, year, hour, minute, second = (int(n or 0) for n in found.groups())
    date = (2000 + year % 100, month, day)
    try:
        return datetime(*date, hour, minute, second).astimezone()
    except ValueError as error:
        said = _("{text!r} is no time with the day first: {error}")
        raise ValueError(said.format(text=text, error=error)) from error
