"""What a student sees: a line per exercise, a message per slip, what comes next."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

from grader.cli.screen import ROW, out, print_message, print_plain, print_wrapped
from grader.desk.desk import Desk
from grader.desk.progress import Progress, bar, duration
from grader.desk.verdict import Verdict
from grader.syllabus import Exercise

INDENT = 6
BAR = 20
MAX_PRINTED = 8  # lines


def show_verdict(desk: Desk, verdict: Verdict) -> None:
    """Print an exercise's line, and its message if it does not pass."""
    exercise = desk.syllabus.exercises[verdict.exercise]
    name = exercise.symbols[0]
    if not verdict.imports:
        fault, _, rows = verdict.message.partition("\n")
        out.print(Text(f"  ✗ {fault}", style="red"))
        print_message(rows, INDENT - 2)
    elif verdict.passes:
        out.print(Text(f"  ✓ {name}", style="green"), Text(gpu_note(verdict), "dim"))
    elif not verdict.is_started:
        show_unwritten(name, desk.work.unwritten(exercise), exercise.topic)
    else:
        out.print(Text(f"  ✗ {name}", style="red"))
        print_message(verdict.message, INDENT)
        show_printed(verdict.printed)


def gpu_note(verdict: Verdict) -> str:
    """Return what a student without a GPU should know of a verdict."""
    if not verdict.waiting:
        return ""
    tests = "1 test waits" if verdict.waiting == 1 else f"{verdict.waiting} tests wait"
    return f"{tests} for a GPU: not run here, points stay open"


def show_unwritten(name: str, lines: Sequence[int], topic: str) -> None:
    """Print the line of an exercise that still raises `NotStarted`."""
    where = f"exercises/{topic}.py, line {lines[0]}: raise NotStarted" if lines else ""
    out.print(Text(f"  · {name}  not started", style="dim"))
    if where:
        print_wrapped(where, INDENT, style="dim")


def show_printed(printed: str) -> None:
    """Print the end of what the student's own code printed."""
    lines = printed.rstrip().splitlines()
    for label, line in zip(
        ["printed"] + [""] * MAX_PRINTED, lines[-MAX_PRINTED:], strict=False
    ):
        print_wrapped(f"  {label:<9} {line}", INDENT, ROW)


def show_next(desk: Desk, exercise: Exercise) -> None:
    """Print where to go on."""
    where = f"exercises/{exercise.topic}.py"
    if line := desk.work.line(exercise):
        where += f", line {line}"
    name = exercise.symbols[0]
    print_wrapped(f"Next: {name} in {where}, then make test EX={exercise.id}", 0, 2)


def show_broken(desk: Desk, topics: Sequence[str]) -> None:
    """Print which files are no Python at the moment."""
    for topic in topics:
        if topic in desk.work.broken:
            problem = desk.work.broken[topic]
            print_plain(f"exercises/{topic}.py cannot be read as Python: {problem}")


def describe(desk: Desk, exercise: Exercise) -> None:
    """Print what an exercise is about, where to write, and where to read."""
    choice = "required" if exercise.level == "core" else "deep, may be left out"
    print_plain(f"{exercise.symbols[0]}: {exercise.title}", "bold")
    line = desk.work.line(exercise)
    rows = {
        "level": f"{choice}, about {duration(exercise.minutes)}",
        "write": f"exercises/{exercise.topic}.py" + (f", line {line}" if line else ""),
        "read": desk.syllabus.read_on(exercise),
        "": desk.syllabus.topic(exercise.topic).book,
        "check": f"make test EX={exercise.id}, or make watch",
    }
    for name, value in rows.items():
        print_wrapped(f"  {name:<9} {value}", 0, ROW)


def cells(part: Progress) -> list[Text]:
    """Return a progress as the cells of a row: title, bar, count, minutes."""
    done, left = bar(part, BAR)
    minutes = f"{duration(part.minutes_left)} left" if part.minutes_left else "done"
    return [
        Text(part.title),
        Text.assemble((done, "green"), (left, "dim")),
        Text(f"{part.passed} of {part.total}"),
        Text(minutes),
    ]
