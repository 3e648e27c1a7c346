"""What a student sees: a line per exercise, a message per slip, what comes next."""

from __future__ import annotations

from rich.text import Text

from grader.cli.screen import ROW, out, print_message, print_plain, print_wrapped
from grader.scoring.message import Line, Message
from grader.speech import _, mark, several
from grader.student.progress import bar, duration, measure
from grader.student.verdict import MAX_LINES, Verdict
from grader.student.work import ExerciseStatus
from grader.student.workspace import Workspace
from grader.syllabus import Exercise, Topic
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
        print_wrapped(f"✗ {broken(workspace, exercise.topic)}", 2, 2, "red")
    elif not verdict.imports:
        said = verdict.message.render() if verdict.message else ""
        fault, _end, rows = said.partition("\n")
        out.print(Text(f"  ✗ {fault}", style="red"))
        print_message(rows, INDENT - 2)
    elif verdict.passes:
        out.print(Text.assemble((f"  ✓ {name}", "green"), (gpu_note(verdict), "dim")))
    elif workspace.status(exercise) is ExerciseStatus.UNTOUCHED:
        said = _("{name}  not started").format(name=name)
        out.print(Text(f"  · {said}", style="dim"))
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
    said = several(
        "{n} test waits for a GPU: not run here, points stay open",
        "{n} tests wait for a GPU: not run here, points stay open",
        verdict.waiting,
    )
    return f"  {said}"


def unwritten(workspace: Workspace, exercise: Exercise) -> Message:
    """Return the message on an exercise that is begun and raises `NotStarted`."""
    lines = workspace.work.unwritten(exercise)
    file = f"exercises/{exercise.topic}.py"
    at = Line(file, lines[0], text="raise NotStarted") if lines else None
    return Message(mark("It is not complete."), at=at)


def show_next(workspace: Workspace, exercise: Exercise) -> None:
    """Print where to go on."""
    name = exercise.symbols[0]
    where = place(workspace, exercise)
    print_plain(_("Next: {name} in {place}").format(name=name, place=where))
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
    file = f"exercises/{exercise.topic}.py"
    return _("{file}, line {line}").format(file=file, line=line) if line else file


def show_broken(workspace: Workspace) -> None:
    """Print what is wrong with files that cannot be read as Python."""
    for topic in workspace.syllabus.topic_ids:
        if topic in workspace.work.broken:
            print_wrapped(broken(workspace, topic), 0, 2)


def broken(workspace: Workspace, topic: str) -> str:
    """Return what is wrong with a topic's file."""
    file = f"exercises/{topic}.py"
    return f"{file} {workspace.work.broken[topic]}"


def describe(workspace: Workspace, exercise: Exercise) -> None:
    """Print what an exercise is about, where to write, and where to read."""
    choice = _("required, about {time}")
    if not exercise.required:
        choice = _("{level}, may be left out, about {time}")
    print_plain(f"{exercise.symbols[0]}: {_(exercise.title)}", "bold")
    level, time = _(exercise.level), duration(exercise.minutes)
    rows = {
        _("level"): choice.format(level=level, time=time),
        _("write"): place(workspace, exercise),
        _("read"): render(workspace.syllabus.read_on(exercise)),
        "": workspace.syllabus.address_and_language(exercise),
    }
    for name, value in rows.items():
        print_fact(name, value)


def print_fact(name: str, value: str) -> None:
    """Print a row: what it is about, and what there is to say."""
    print_wrapped(f"  {name:<9} {value}", 0, ROW)


def show_topic(workspace: Workspace, topic: Topic) -> None:
    """Print a topic's row: title, bar, count, minutes."""
    wide = max(len(_(t.title)) for t in workspace.syllabus.topics)
    title = f"{_(topic.title):<{wide}}"
    if topic.id in workspace.work.broken:
        out.print(Text(f"{title}  {'░' * BAR}  {_('not readable now')}", "dim"))
        return
    progress = measure(topic.exercises, workspace.statuses())
    done, left = bar(progress, BAR)
    minutes = _("{time} left").format(time=duration(progress.minutes_left))
    count = _("{passed:>2} of {total}").format(
        passed=progress.passed, total=progress.total
    )
    row = (f"{title}  ", (done, "green"), (left, "dim"), f"  {count}  ")
    out.print(Text.assemble(*row, minutes if progress.minutes_left else _("done")))


def exercise_row(workspace: Workspace, exercise: Exercise) -> Text:
    """Return an exercise's row of a list: state, name, level, minutes, title."""
    exercises = workspace.syllabus.exercises.values()
    wide = max(len(e.symbols[0]) for e in exercises)
    level = max(len(_(name)) for name in workspace.syllabus.levels)
    status = workspace.status(exercise)
    said = {known: _(known) for known in MARKS}
    sign, style = MARKS[status]
    minutes = _("{n} min").format(n=exercise.minutes)
    return Text.assemble(
        (f"  {sign} {exercise.symbols[0]:<{wide}}", style),
        f"  {_(exercise.level):<{level}}  {minutes:>7}  ",
        (f"{said[status]:<{max(map(len, said.values()))}}", style),
        f"  {_(exercise.title)}",
    )
