"""The verb intake, and the class that every verb's options name."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import typer
from rich.table import Table

from grader.cli.options import (
    Assignment,
    ClassPath,
    Deadline,
    From,
    RenameMap,
    RosterFile,
    TakeWhich,
    Times,
)
from grader.cli.screen import out, plain, print_plain
from grader.intake import (
    PLATFORMS,
    ClassFolder,
    IntakeError,
    Renames,
    SubmissionError,
    SubmissionSource,
    Take,
    Wanted,
    find_submissions,
    read_renames,
    read_roster,
    read_submission,
    read_times,
)
from grader.intake.times import format_time, parse_local_time
from grader.layout import find_course
from grader.results.result import Result, Status
from grader.speech import _, mark, several
from grader.syllabus import Syllabus, read_syllabus
from grader.words import render

MAX_NAMES = 8


def intake(
    path: ClassPath,
    platform: From = "",
    roster: RosterFile = None,
    deadline: Deadline = "",
    assignment: Assignment = "",
    take: TakeWhich = Take.WORK,
    renames: RenameMap = None,
    times: Times = None,
) -> None:
    """Say what would be graded, and grade nothing; exit with 1 if some cannot be."""
    found = find_class(
        path, platform, roster, deadline, assignment, take, renames, times
    )
    syllabus = read_syllabus(find_course(path).registry)
    marks = marked(found)
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1))
    for name in (_("student"), _("handed in"), _("files"), _("remarks")):
        table.add_column(name, overflow="fold")
    unread = 0
    for origin in found.origins:
        mine = [_(reason) for reason, names in marks.items() if origin.student in names]
        files, remarks, whole = look_into(origin, syllabus)
        unread += not whole
        said = "; ".join([*mine, *remarks])
        table.add_row(*map(plain, (origin.student, when(origin), files, said)))
    out.print(table)
    show_found(path, found)
    raise typer.Exit(1 if unread else 0)


def when(origin: SubmissionSource) -> str:
    """Return when a student handed in, as far as it is known."""
    times = [format_time(origin.submitted_at)] if origin.submitted_at else []
    times += [f"{topic} {format_time(time)}" for topic, time in origin.times.items()]
    return ", ".join(times)


def look_into(
    origin: SubmissionSource, syllabus: Syllabus
) -> tuple[str, Sequence[str], bool]:
    """Return how many topics have a file, remarks, and whether all files are read."""
    topics = syllabus.modules
    try:
        submission = read_submission(origin, topics)
    except SubmissionError as error:
        return "", [str(error)], False
    missing = [topic for topic in topics if topic in submission.missing]
    others = [render(w) for t, w in submission.problems.items() if t not in missing]
    names = ", ".join(missing)
    without = [_("without {topics}").format(topics=names)] if missing else []
    without += [_("no file holds work")] if submission.untouched else []
    remarks = (*others, *submission.notes, *without)
    said = _("{n} of {total}").format(n=len(submission.sources), total=len(topics))
    return said, remarks, not others


def show_found(path: Path, found: ClassFolder) -> None:
    """Print what was found: how many handed in, and who needs a look."""
    title = PLATFORMS[found.platform].title
    said = several(
        "{path}: {platform}, {n} handed in",
        "{path}: {platform}, {n} handed in",
        len(found.origins),
        path=path,
        platform=_(title),
    )
    print_plain(said)
    for remark in found.remarks:
        print_plain(f"  {remark}")
    if any(h.late and h.submitted_at is None for h in found.origins):
        said = _("by how much they are late is unknown: --times FILE says when")
        print_plain(f"  {said}")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    for reason, names in marked(found).items():
        shown = listed(names, MAX_NAMES)
        table.add_row(f"  {_(reason)}", str(len(names)), plain(shown))
    if table.row_count:
        out.print(table)


def listed(names: Sequence[str], most: int) -> str:
    """Return names, not countless."""
    shown = ", ".join(names[:most])
    if len(names) <= most:
        return shown
    left = len(names) - most
    return several("{names} and {n} more", "{names} and {n} more", left, names=shown)


def marked(found: ClassFolder) -> Mapping[str, Sequence[str]]:
    """Return who or what needs a look, by the reason; without reasons that are none."""
    origins = found.origins
    marks = {
        mark("late"): [h.student for h in origins if h.late],
        mark("several attempts"): [h.student for h in origins if h.earlier],
        mark("doubled"): [h.student for h in origins if h.clashes],
        mark("nothing to grade"): [h.student for h in origins if h.problem],
        mark("with remarks"): [h.student for h in origins if h.notes],
        mark("unknown"): list(found.unknown),
        mark("renamed, but not there"): list(found.unnamed),
        mark("timed, but not there"): list(found.untimed),
        mark("missing"): [student.id for student in found.missing],
        mark("ignored"): [ignored.name for ignored in found.ignored],
    }
    return {reason: names for reason, names in marks.items() if names}


def missing_results(found: ClassFolder) -> list[Result]:
    """Return a result without a score for each who did not hand in."""
    names = sorted(student.id for student in found.missing)
    return [Result(name, Status.MISSING) for name in names]


def find_class(
    path: Path,
    platform: str,
    roster: Path | None,
    deadline: str,
    assignment: str,
    take: Take,
    renames: Path | None,
    times: Path | None = None,
) -> ClassFolder:
    """Return the submissions of a class, as the options of a verb name them.

    Raises:
        IntakeError: the class cannot be read, or an option is amiss.
        RosterError: the roster or the file of times cannot be read.
        RenamesError: the rename map cannot be read.
    """
    topics = read_syllabus(find_course(path).registry).topic_ids
    files = read_map(renames, topics)
    return find_submissions(
        path,
        platform,
        roster=None if roster is None else read_roster(roster, topics),
        times=None if times is None else read_times(times, topics),
        wanted=Wanted(parse_deadline(deadline), assignment, take, files, topics),
    )


def read_map(path: Path | None, topics: Collection[str]) -> Renames:
    """Return the rename map that an option names; an empty one if it names none.

    Raises:
        RenamesError: it cannot be read.
    """
    return Renames() if path is None else read_renames(path, topics)


def parse_deadline(text: str) -> datetime | None:
    """Return a time of this machine's zone if it names none; None if it is empty.

    Raises:
        IntakeError: it is no time, or a day without one.
    """
    if not text:
        return None
    try:
        return parse_local_time(text)
    except ValueError as error:
        raise IntakeError("--deadline: {error}", error=error) from error
