"""What `grade` prints of a class: what needs a look, points, and what is amiss."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path

import typer
from rich.cells import cell_len
from rich.table import Table

from grader.cli.screen import out, plain, print_error, print_plain, shortened
from grader.policy import Policy
from grader.policy.course import OpenPoints
from grader.results.result import Result, Status
from grader.speech import _, mark, several
from grader.syllabus import Syllabus

MAX_ROWS = 60
GAP = 1
"""Blanks between two columns."""
MIN_TOPIC = 5
"""Letters of a topic that are left where it is cut."""
GOOD_NAME, MIN_NAME = 16, 8
"""The room for a name at which topics stay whole, and that a name has at least."""
NO_POINTS = "-"
UNREAD = mark("with files not read")
OPEN = {
    OpenPoints.NONE: mark("open: what only a GPU can decide does not count"),
    OpenPoints.OPEN: mark(
        "open: what only a GPU can decide is in the maximum, not earned"
    ),
    OpenPoints.FULL: mark("open: what only a GPU can decide counts as earned"),
}


def show_look(results: Sequence[Result]) -> None:
    """Print, before any points, what a person should look at."""
    lines = [f"{r.student}: {why}" for r in results for why in r.needs_look]
    if lines:
        print_plain(_("needs a look"), "bold yellow")
    for line in lines[:MAX_ROWS]:
        print_plain(f"  {line}")
    if len(lines) > MAX_ROWS:
        print_plain(f"  {more_in_table(len(lines) - MAX_ROWS)}")


def more_in_table(n: int) -> str:
    """Return the row that stands for those that are not shown."""
    return several("… and {n} more in scores.csv", "… and {n} more in scores.csv", n)


def show_class(results: Sequence[Result], syllabus: Syllabus, policy: Policy) -> None:
    """Print what needs a look, then the points by topic and what the course counts."""
    show_look(results)
    shown = results[:MAX_ROWS]
    rows = [maxima(shown, syllabus), *(cells(result, syllabus) for result in shown)]
    head, room = fitted([topic.id.partition("_")[0] for topic in syllabus.topics], rows)
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, GAP, 0, 0))
    table.add_column(_("student"), no_wrap=True)
    for name in head:
        table.add_column(name, justify="right", no_wrap=True)
    table.add_row(_("of"), *rows[0], style="dim")
    for result, row in zip(shown, rows[1:], strict=True):
        table.add_row(plain(shortened(result.student, room)), *row)
    out.print(table)
    states = Counter(str(r.status) for r in results if r.score is None)
    states += Counter(UNREAD for r in results if r.score and r.unread)
    if states:
        told = ", ".join(f"{count} {_(status)}" for status, count in states.items())
        said = _("{sign}: no points, which is no zero: {states}")
        print_plain(said.format(sign=NO_POINTS, states=told), "dim")
    if any(result.score and result.score.open for result in results):
        print_plain(_(OPEN[policy.open]), "dim")
    if len(results) > MAX_ROWS:
        print_plain(more_in_table(len(results) - MAX_ROWS))


def fitted(
    topics: Sequence[str], rows: Sequence[Sequence[str]]
) -> tuple[Sequence[str], int]:
    """Return the heads of the columns, and the room that is left for names.

    Topics are cut where names would be too short on a narrow screen.
    """
    abridged = [f"{t[:MIN_TOPIC]}." if t[MIN_TOPIC + 1 :] else t for t in topics]
    for names in (topics, abridged):
        head = [*names, _("total"), _("open"), _("counts"), _("of")]
        widths = (
            max(map(cell_len, column)) for column in zip(head, *rows, strict=True)
        )
        room = out.width - sum(width + GAP for width in widths)
        if room >= GOOD_NAME:
            break
    return head, max(room, MIN_NAME)


def maxima(results: Sequence[Result], syllabus: Syllabus) -> list[str]:
    """Return the maximum of each topic and of all, which whoever is graded has."""
    score = next((result.score for result in results if result.score), None)
    most = dict.fromkeys(syllabus.topic_ids, 0.0)
    for exercise in score.exercises if score else ():
        most[exercise.topic] += exercise.max
    row = [*most.values(), *([score.max] if score else [0.0])]
    return [*(f"{value:g}" for value in row), "", "", ""]


def cells(result: Result, syllabus: Syllabus) -> list[str]:
    """Return a student's points by topic, total, open, what counts, and of how much."""
    if result.score is None or result.adjusted is None:
        return [NO_POINTS] * (len(syllabus.topics) + 4)
    mine, counted = result.score, result.adjusted
    topics = [
        NO_POINTS if topic in result.unread else f"{mine.topics[topic]:g}"
        for topic in syllabus.topic_ids
    ]
    sums = (mine.total, mine.open, counted.total, counted.max)
    return [*topics, *(f"{value:g}" for value in sums)]


def print_written(folder: Path, results: Sequence[Result], others: int) -> None:
    """Say where the results are, and how many were so already."""
    kept = sum(result.kept for result in results)
    said = (
        _("{path} and reports/ beside it written ({n} unchanged, not graded again)")
        if kept
        else _("{path} and reports/ beside it written")
    )
    print_plain(said.format(path=folder / "scores.csv", n=kept))
    if others:
        said = several(
            "{n} of earlier runs stays in the table as it is",
            "{n} of earlier runs stay in the table as they are",
            others,
        )
        print_plain(said)


def warn_trouble(results: Sequence[Result]) -> None:
    """Print what else is to be known, and exit as it asks for."""
    for result in results:
        for note in result.notes:
            if note not in result.look.values():
                print_plain(f"{result.student}: {note}", "dim")
    faults = [result for result in results if result.status is Status.KIT_ERROR]
    for result in faults:
        print_error(f"{result.student}: {result.state}")
    if faults:
        raise typer.Exit(2)
    unread = [r.student for r in results if r.unread or r.status is Status.NOT_GRADED]
    if unread:
        print_error(
            _(
                "not graded, or not all of it: {n} of {total}; why stands before the "
                "points"
            ).format(n=len(unread), total=len(results))
        )
        raise typer.Exit(1)
