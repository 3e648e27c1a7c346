"""The verb feedback: what each student gets back, as platforms take it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from grader.audit.recount import Recount
from grader.cli.options import RosterFile
from grader.cli.report import told_to_install
from grader.cli.screen import print_error, print_plain, progress_bar
from grader.exports.feedback_files import Returned, for_canvas, for_mail, for_moodle
from grader.exports.plain import ExportError
from grader.exports.results import to_results
from grader.files import write_bytes
from grader.intake import Roster, read_roster
from grader.results.result import Result
from grader.speech import _, several

if TYPE_CHECKING:
    from grader.report.pages import Pages

TABLE = "mail.csv"


class Way(StrEnum):
    """How pages go back to students."""

    FOLDER = "folder"
    MOODLE = "moodle"
    CANVAS = "canvas"
    MAIL = "mail"


def feedback(
    results: Annotated[Path, typer.Argument(help="Folder that grade wrote.")],
    to: Annotated[
        Way,
        typer.Option(
            help="A file per student, Moodle's zip of feedback files, the zip that "
            "Canvas takes back, or a table for mail merge beside the files."
        ),
    ] = Way.FOLDER,
    roster: RosterFile = None,
    out: Annotated[
        Path | None,
        typer.Option(
            help="Folder for pages, file for a zip.",
            show_default="feedback/ or exports/feedback-NAME.zip in that folder",
        ),
    ] = None,
) -> None:
    """Write a page for each student: one file that can be mailed or uploaded.

    Who has no page, or is not known to the platform, is told; exit with 1 then.
    """
    with told_to_install():
        from grader.report.page_folder import PageFolder
        from grader.report.pages import Pages

    if to is Way.MAIL and roster is None:
        raise ExportError("--to mail needs addresses: name a --roster with email")
    known = Roster() if roster is None else read_roster(roster)
    recount = Recount.of(results)
    with progress_bar(_("Students")) as bar:
        pages = Pages(_(recount.syllabus.course.title))
        graded = [e for e in recount.scores["students"] if "exercises" in e]
        returned = [make(recount, entry, pages) for entry in bar.track(graded)]
    notes = list(unreturned(to_results(recount.scores)))
    if to in (Way.FOLDER, Way.MAIL):
        with PageFolder(out or results / "feedback", "feedback") as folder:
            for one in returned:
                folder.write(one.file, one.page)
        said = several(
            "{path} written: {n} page",
            "{path} written: {n} pages",
            len(returned),
            path=folder.folder,
        )
        print_plain(said)
    if to is not Way.FOLDER:
        file = folder.folder / TABLE if to is Way.MAIL else out
        path = file or results / "exports" / f"feedback-{to}.zip"
        notes += write_packed(path, to, returned, known)
    for note in notes:
        print_error(note)
    raise typer.Exit(1 if notes else 0)


def make(recount: Recount, entry: Mapping[str, Any], pages: Pages) -> Returned:
    """Return a student's page, and what it says.

    Raises:
        RecountError: a report is missing or was changed.
    """
    result = recount.with_attempts(entry)
    said = recount.feedback(result.student)
    page = pages.make_student(result, said, recount.syllabus)
    return Returned(result, said, page)


def unreturned(results: Sequence[Result]) -> Iterator[str]:
    """Yield who has nothing to be told, which is no zero."""
    for result in results:
        if result.score is None:
            yield _("{student} gets no page: {why}").format(
                student=result.student, why=result.state
            )


def write_packed(
    path: Path, to: Way, returned: Sequence[Returned], roster: Roster
) -> Sequence[str]:
    """Write what a platform takes; return who is not in it, and why.

    Raises:
        WriteError: it cannot be written.
    """
    if to is Way.MOODLE:
        packed = for_moodle(returned, roster)
    elif to is Way.CANVAS:
        packed = for_canvas(returned)
    else:
        packed = for_mail(returned, roster)
    write_bytes(path, packed.data)
    said = several(
        "{path} written: {count} of {n} student",
        "{path} written: {count} of {n} students",
        len(returned),
        path=path,
        count=packed.count,
    )
    print_plain(said)
    return packed.notes
