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
    for name in ("student", "handed in", "files", "remarks"):
        table.add_column(name, overflow="fold")
    unread = 0
    for origin in found.origins:
        mine = [mark for mark, names in marks.items() if origin.student in names]
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
    without = [f"without {', '.join(missing)}"] if missing else []
    without += ["no file holds work"] if submission.untouched else []
    remarks = (*others, *submission.notes, *without)
    return f"{len(submission.sources)} of {len(topics)}", remarks, not others


def show_found(path: Path, found: ClassFolder) -> None:
    """Print what was found: how many handed in, and who needs a look."""
    title = PLATFORMS[found.platform].title
    print_plain(f"{path}: {title}, {len(found.origins)} handed in")
    for remark in found.remarks:
        print_plain(f"  {remark}")
    if any(h.late and h.submitted_at is None for h in found.origins):
        print_plain("  by how much they are late is unknown: --times FILE says when")
    table = Table(box=None, show_header=False, pad_edge=False, padding=(0, 1))
    for mark, names in marked(found).items():
        more = f" and {len(names) - MAX_NAMES} more" if len(names) > MAX_NAMES else ""
        listed = ", ".join(names[:MAX_NAMES]) + more
        table.add_row(f"  {mark}", str(len(names)), plain(listed))
    if table.row_count:
        out.print(table)


def marked(found: ClassFolder) -> Mapping[str, Sequence[str]]:
    """Return who or what needs a look, by the reason; without reasons that are none."""
    origins = found.origins
    marks = {
        "late": [h.student for h in origins if h.late],
        "several attempts": [h.student for h in origins if h.earlier],
        "doubled": [h.student for h in origins if h.clashes],
        "nothing to grade": [h.student for h in origins if h.problem],
        "with remarks": [h.student for h in origins if h.notes],
        "unknown": list(found.unknown),
        "renamed, but not there": list(found.unnamed),
        "timed, but not there": list(found.untimed),
        "missing": [student.id for student in found.missing],
        "ignored": [ignored.name for ignored in found.ignored],
    }
    return {mark: names for mark, names in marks.items() if names}


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
        raise IntakeError(f"--deadline: {error}") from error
