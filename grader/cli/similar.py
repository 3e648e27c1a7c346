"""The verb similar: whose work is alike."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from grader.cli.intake import find_class, listed, show_found
from grader.cli.options import (
    Assignment,
    ClassPath,
    Deadline,
    From,
    RenameMap,
    RosterFile,
    TakeWhich,
)
from grader.cli.screen import out, plain, print_plain, progress_bar
from grader.intake import ClassFolder, SubmissionError, Take, read_submission
from grader.layout import find_course
from grader.similarity import SimilarityError
from grader.speech import _, several
from grader.syllabus import Syllabus, read_syllabus
from grader.words import render

if TYPE_CHECKING:
    from grader.similarity.compare import Comparison, Work
    from grader.similarity.page import Pair

MAX_ROWS = 60
MAX_NAMES = 30
INSTALL = "python -m pip install --constraint constraints.txt --editable '.[similar]'"


def similar(
    path: ClassPath,
    out_folder: Annotated[
        Path, typer.Option("--out", help="Folder for pages to look at.")
    ] = Path("similar"),
    threshold: Annotated[
        float,
        typer.Option(min=0, max=1, help="Least share of the smaller one's own code."),
    ] = 0.7,
    common: Annotated[
        int,
        typer.Option(min=2, help="What so many works have, everybody may know."),
    ] = 10,
    platform: From = "",
    roster: RosterFile = None,
    deadline: Deadline = "",
    assignment: Assignment = "",
    take: TakeWhich = Take.WORK,
    renames: RenameMap = None,
) -> None:
    """Show pairs of students whose work is alike: a hint for a person, never a grade.

    What everybody was given does not count, and neither do names, comments and layout.
    """
    try:
        from grader.similarity.compare import compare_class, to_text
        from grader.similarity.page import make_pages, to_pairs, write_pages
    except ModuleNotFoundError as error:
        raise SimilarityError(
            "{package} is not installed: {command}",
            package=error.name,
            command=INSTALL,
        ) from error

    found = find_class(path, platform, roster, deadline, assignment, take, renames)
    show_found(path, found)
    layout = find_course()
    syllabus = read_syllabus(layout.registry)
    works = list(read_works(found, syllabus))
    folders = (layout.exercises, layout.visible_tests)
    public = [to_text(p.read_bytes()) for f in folders for p in sorted(f.glob("*.py"))]
    with progress_bar(_("Topics")) as bar:
        task = bar.add_task("", total=len({work.topic for work in works}))
        alike = compare_class(
            works,
            public,
            threshold=threshold,
            common=common,
            done=lambda: bar.advance(task),
        )
    pairs = to_pairs(alike.matches)
    write_pages(out_folder, make_pages(pairs, compared=len(works), threshold=threshold))
    show_pairs(pairs)
    show_rings(alike, common, len(works))
    show_place(len(pairs), out_folder / "index.html")
    print_plain(_("A hint for a person, never a grade: alike is not copied."), "bold")


def show_place(count: int, path: Path) -> None:
    """Print how many pairs there are, and where."""
    said = several(
        "{n} pair, side by side in {path}",
        "{n} pairs, side by side in {path}",
        count,
        path=path,
    )
    print_plain(said)


def show_pairs(pairs: Sequence[Pair]) -> None:
    """Print who is alike, and how much, the most alike first."""
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1))
    share = _("share of the smaller one's own code, by topic")
    for name in (_("students"), "", share):
        table.add_column(name, overflow="fold")
    for pair in pairs[:MAX_ROWS]:
        shares = ", ".join(f"{m.first.topic} {m.percent}" for m in pair.matches)
        table.add_row(*map(plain, (pair.first, pair.second, shares)))
    if pairs:
        out.print(table)


def show_rings(alike: Comparison, common: int, works: int) -> None:
    """Print who handed in the same work, and whose code is left out as common."""
    for ring in alike.rings:
        said = several(
            "{topic}: {n} work is the same: {names}",
            "{topic}: {n} works are the same: {names}",
            len(ring.students),
            topic=ring.topic,
            names=listed(ring.students, MAX_NAMES),
        )
        print_plain(said)
    for ring in alike.hidden:
        said = several(
            "{topic}: what {common} or more works have is left out (--common), for {n} "
            "student most of their own code: {names}. --common {all} compares it, too",
            "{topic}: what {common} or more works have is left out (--common), for {n} "
            "students most of their own code: {names}. --common {all} compares it, too",
            len(ring.students),
            topic=ring.topic,
            common=common,
            names=listed(ring.students, MAX_NAMES),
            all=works + 1,
        )
        print_plain(said)


def show_left_out(student: str, problem: str) -> None:
    """Say what cannot be compared."""
    said = _("{student}: not compared: {problem}")
    print_plain(said.format(student=student, problem=problem), "dim")


def read_works(found: ClassFolder, syllabus: Syllabus) -> Iterator[Work]:
    """Yield each student's files; say which cannot be compared."""
    from grader.similarity.compare import MAX_SOURCE, Work, to_text

    for origin in found.origins:
        try:
            submission = read_submission(origin, syllabus.modules, MAX_SOURCE)
        except SubmissionError as error:
            show_left_out(origin.student, str(error))
            continue
        for topic, problem in submission.problems.items():
            if topic not in submission.missing:
                show_left_out(origin.student, render(problem))
        for topic, source in submission.sources.items():
            yield Work(origin.student, topic, to_text(source), origin.group)
