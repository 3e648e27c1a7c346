"""What `grade` prints of a class: what needs a look, points, and what is amiss."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import typer
from rich.table import Table

from grader.cli.screen import out, plain, print_error, print_plain
from grader.policy import Policy
from grader.policy.course import OpenPoints
from grader.results.result import Result, Status
from grader.syllabus import Syllabus

MAX_ROWS = 60
OPEN = {
    OpenPoints.NONE: "open: what only a GPU can decide does not count",
    OpenPoints.OPEN: "open: what only a GPU can decide is in the maximum, not earned",
    OpenPoints.FULL: "open: what only a GPU can decide counts as earned",
}


def show_look(results: Sequence[Result]) -> None:
    """Print, before any points, what a person should look at."""
    lines = [f"{r.student}: {why}" for r in results for why in r.needs_look]
    if lines:
        print_plain("needs a look", "bold yellow")
    for line in lines[:MAX_ROWS]:
        print_plain(f"  {line}")
    if len(lines) > MAX_ROWS:
        print_plain(f"  … and {len(lines) - MAX_ROWS} more in scores.csv")


def show_class(results: Sequence[Result], syllabus: Syllabus, policy: Policy) -> None:
    """Print what needs a look, then the points by topic and what the course counts."""
    show_look(results)
    table = Table(box=None, header_style="bold", pad_edge=False, padding=(0, 1))
    table.add_column("student", overflow="fold")
    for topic in syllabus.topics:
        table.add_column(topic.id.partition("_")[0], justify="right")
    for name in ("total", "open", "max", "counts", "of"):
        table.add_column(name, justify="right")
    for result in results[:MAX_ROWS]:
        table.add_row(plain(result.student), *cells(result, syllabus))
    out.print(table)
    if any(result.score and result.score.open for result in results):
        print_plain(OPEN[policy.open], "dim")
    if len(results) > MAX_ROWS:
        print_plain(f"… and {len(results) - MAX_ROWS} more in scores.csv")


def cells(result: Result, syllabus: Syllabus) -> list[str]:
    """Return a student's points by topic, total, open and max."""
    if result.score is None:
        return [str(result.status), *[""] * (len(syllabus.topics) + 2)]
    mine, counted = result.score, result.adjusted
    points = [mine.topics[topic] for topic in syllabus.topic_ids]
    points += [mine.total, mine.open, mine.max]
    points += [counted.total, counted.max] if counted else []
    return [f"{value:g}" for value in points]


def print_written(folder: Path, results: Sequence[Result], others: int) -> None:
    """Say where the results are, and how many were so already."""
    kept = sum(result.kept for result in results)
    again = f" ({kept} unchanged, not graded again)" if kept else ""
    print_plain(f"{folder / 'scores.csv'} and reports/ beside it written{again}")
    if others:
        print_plain(f"{others} of earlier runs stay in the table as they are")


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
            f"not graded, or not all of it: {len(unread)} of {len(results)}; why "
            "stands before the points"
        )
        raise typer.Exit(1)
