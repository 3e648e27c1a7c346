"""The verb compare: what is otherwise between two gradings of a class."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from grader.audit.changes import Change, standings_of, to_csv
from grader.audit.changes import compare as changes_between
from grader.audit.recount import Recount
from grader.cli.screen import out, plain, print_plain
from grader.files import write_text
from grader.results.result import Result
from grader.speech import _, several

MAX_ROWS = 40


def compare(
    old: Annotated[Path, typer.Argument(help="Folder that grade wrote before.")],
    new: Annotated[Path, typer.Argument(help="Folder that grade wrote later.")],
    table: Annotated[
        Path | None, typer.Option(help="Also write a CSV with a row for each change.")
    ] = None,
) -> None:
    """Tell who gained or lost what, in which exercise, by which test."""
    recounts = Recount.of(old), Recount.of(new)
    before, after = ({r.student: r for r in one.results()} for one in recounts)
    both = [name for name in after if name in before]
    changes = [c for name in both for c in changes_of(before[name], after[name])]
    for found, name in ((after, old), (before, new)):
        for student in sorted(found.keys() - set(both)):
            print_plain(
                _("{student} is not in {folder}").format(student=student, folder=name)
            )
    for student in both:
        ends = before[student].status, after[student].status
        if ends[0] != ends[1]:
            said = _("{student} was {before}, is {after}")
            print_plain(
                said.format(student=student, before=_(ends[0]), after=_(ends[1]))
            )
    if table is not None:
        write_text(table, to_csv(changes))
    show_changes(changes, table)


def changes_of(before: Result, after: Result) -> list[Change]:
    """Return what is otherwise where a student has a score both times."""
    if before.score is None or after.score is None:
        return []
    standings = standings_of(before.score), standings_of(after.score)
    return list(changes_between(after.student, *standings))


def show_changes(changes: Sequence[Change], table: Path | None) -> None:
    """Print who gained and lost, a row for each change, and where all of them are."""
    gained = {change.student for change in changes if change.gain > 0}
    lost = {change.student for change in changes if change.gain < 0}
    if not changes:
        print_plain(_("nobody has other points"))
        return
    rows = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1))
    for name in (_("student"), _("exercise"), _("points"), _("tests")):
        rows.add_column(name, overflow="fold")
    for change in changes[:MAX_ROWS]:
        points = f"{change.before:g} → {change.after:g}"
        tests = "\n".join(change.tests)
        rows.add_row(*map(plain, (change.student, change.exercise, points, tests)))
    out.print(rows)
    if len(changes) > MAX_ROWS:
        left = len(changes) - MAX_ROWS
        print_plain(several("… and {n} more change", "… and {n} more changes", left))
    said = _("gained something: {gained}; lost something: {lost}")
    print_plain(said.format(gained=len(gained), lost=len(lost)))
    if table is not None:
        print_plain(_("{path} written").format(path=table))
