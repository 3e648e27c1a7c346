"""What a student sees: a line per exercise, a message per slip, what comes next."""

from __future__ import annotations

from rich.text import Text

from grader.cli.screen import ROW, out, print_message, print_plain, print_wrapped
from grader.scoring.message import Line, Message
from grader.student.progress import bar, duration, measure
from grader.student.verdict import MAX_LINES, Verdict
from grader.student.work import ExerciseStatus
from grader.student.workspace import Workspace
from grader.syllabus import Exercise, Topic
from grader.text import counted
from grader.words import render

MARKS = {
    ExerciseStatus.PASSES: ("✓", "green"),
    ExerciseStatus.FAILS: ("✗", "red"),
    ExerciseStatus.CHANGED: ("?", ""),
    ExerciseStatus.UNTOUCHED: ("·", "dim"),
}
INDENT = 6
BAR = 20


def show_verdict(workspace: Workspace, verdict: Verdict, most: int = MAX_LINES) -> None:
    """Print an exercise's line; if it does not pass, its message and what it printed.

    Args:
        workspace: what the verdict is on.
        verdict: what was found out.
        most: lines to show of what was printed.
    """
    exercise = workspace.syllabus.exercises[verdict.exercise]
    name = exercise.symbols[0]
    if not workspace.layout.topic_file(exercise.topic).exists():
        said = (
            f"✗ exercises/{exercise.topic}.py {workspace.work.broken[exercise.topic]}"
        )
        print_wrapped(said, 2, 2, "red")
    elif not verdict.imports:
        said = verdict.message.render() if verdict.message else ""
        fault, _, rows = said.partition("\n")
        out.print(Text(f"  ✗ {fault}", style="red"))
        print_message(rows, INDENT - 2)
    elif verdict.passes:
        out.print(Text.assemble((f"  ✓ {name}", "green"), (gpu_note(verdict), "dim")))
    elif workspace.status(exercise) is ExerciseStatus.UNTOUCHED:
        out.print(Text(f"  · {name}  not started", style="dim"))
    else:
        out.print(Text(f"  ✗ {name}", style="red"))
        message = verdict.message or unwritten(workspace, exercise)
        print_message(message.render(), INDENT)
        for row in verdict.printed.rows(most):
            print_plain(" " * INDENT + row)


def gpu_note(verdict: Verdict) -> str:
    """Return what a student without a GPU should know of a verdict."""
    if not verdict.waiting:
        return ""
    return counted(
        verdict.waiting,
        "  {count} test waits for a GPU: not run here, points stay open",
        "  {count} tests wait for a GPU: not run here, points stay open",
    )


def unwritten(workspace: Workspace, exercise: Exercise) -> Message:
    """Return the message on an exercise that is begun and raises `NotStarted`."""
    lines = workspace.work.unwritten(exercise)
    file = f"exercises/{exercise.topic}.py"
    at = Line(file, lines[0], text="raise NotStarted") if lines else None
    return Message("It is not complete.", at=at)


def show_next(workspace: Workspace, exercise: Exercise) -> None:
    """Print where to go on."""
    name = exercise.symbols[0]
    print_plain(f"Next: {name} in {place(workspace, exercise)}")
    if not is_in_notebook(workspace, exercise):
        print_plain(f"      make test EX={exercise.id}")


def is_in_notebook(workspace: Workspace, exercise: Exercise) -> bool:
    """Say whether the student works on an exercise's topic in its notebook."""
    return workspace.is_in_notebook(workspace.syllabus.topic(exercise.topic))


def place(workspace: Workspace, exercise: Exercise) -> str:
    """Return where an exercise is written."""
    if is_in_notebook(workspace, exercise):
        return f"exercises/notebooks/{exercise.topic}.ipynb"
    line = workspace.work.line(exercise)
    return f"exercises/{exercise.topic}.py" + (f", line {line}" if line else "")


def show_broken(workspace: Workspace) -> None:
    """Print what is wrong with files that cannot be read as Python."""
    for topic in workspace.syllabus.topic_ids:
        if topic in workspace.work.broken:
            print_wrapped(f"exercises/{topic}.py {workspace.work.broken[topic]}", 0, 2)


def describe(workspace: Workspace, exercise: Exercise) -> None:
    """Print what an exercise is about, where to write, and where to read."""
    choice = "required" if exercise.required else f"{exercise.level}, may be left out"
    print_plain(f"{exercise.symbols[0]}: {exercise.title}", "bold")
    rows = {
        "level": f"{choice}, about {duration(exercise.minutes)}",
        "write": place(workspace, exercise),
        "read": render(workspace.syllabus.read_on(exercise)),
        "": workspace.syllabus.address_and_language(exercise),
    }
    for name, value in rows.items():
        print_wrapped(f"  {name:<9} {value}", 0, ROW)


def show_topic(workspace: Workspace, topic: Topic) -> None:
    """Print a topic's row: title, bar, count, minutes."""
    title = f"{topic.title:<{max(len(t.title) for t in workspace.syllabus.topics)}}"
    if topic.id in workspace.work.broken:
        out.print(Text(f"{title}  {'░' * BAR}  not readable now", "dim"))
        return
    progress = measure(topic.exercises, workspace.statuses())
    done, left = bar(progress, BAR)
    minutes = f"{duration(progress.minutes_left)} left"
    count = f"{progress.passed:>2} of {progress.total}"
    row = (f"{title}  ", (done, "green"), (left, "dim"), f"  {count}  ")
    out.print(Text.assemble(*row, minutes if progress.minutes_left else "done"))


def exercise_row(workspace: Workspace, exercise: Exercise) -> Text:
    """Return an exercise's row of a list: state, name, level, minutes, title."""
    exercises = workspace.syllabus.exercises.values()
    wide = max(len(e.symbols[0]) for e in exercises)
    level = max(map(len, workspace.syllabus.levels))
    status = workspace.status(exercise)
    mark, style = MARKS[status]
    return Text.assemble(
        (f"  {mark} {exercise.symbols[0]:<{wide}}", style),
        f"  {exercise.level:<{level}}  {exercise.minutes:>3} min  ",
        (f"{status:<{max(map(len, MARKS))}}", style),
        f"  {exercise.title}",
    )
