"""Verbs for students: hint, solution."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.text import Text

from grader.cli.screen import out, print_plain, print_wrapped
from grader.cli.student import run
from grader.cli.student_view import show_broken
from grader.layout import find_course
from grader.speech import _
from grader.student import StudentError
from grader.student.choice import following
from grader.student.reference import Reference, differ, read_reference
from grader.student.work import ExerciseStatus
from grader.student.workspace import Workspace
from grader.syllabus import Exercise
from grader.words import render

DIFF = {"+": "green", "-": "magenta", "@": "dim"}

One = Annotated[
    str, typer.Argument(help="An exercise, topic.Symbol.", show_default=False)
]


def hint(
    name: Annotated[
        str, typer.Argument(help="An exercise, topic.Symbol; the next if left out.")
    ] = "",
) -> None:
    """Give one further hint; behind the last one, say where to read."""
    workspace = Workspace(find_course())
    goal = None if name else following(workspace.syllabus, workspace.passes)
    exercise = goal or workspace.exercise(name)
    show_hint(workspace, exercise, f"make hint EX={exercise.id}")


def show_hint(workspace: Workspace, exercise: Exercise, more: str) -> None:
    """Print the hints so far and one further; `more` says how to get another one.

    Raises:
        WriteError: it cannot be remembered that this one was seen.
    """
    asked = workspace.see_hint(exercise)
    hints = exercise.hints
    print_plain(f"{exercise.symbols[0]}: {_(exercise.title)}", "bold")
    for number, text in enumerate(hints[:asked], 1):
        style = "" if number == asked else "dim"
        place = _("{n} of {total}").format(n=number, total=len(hints))
        print_wrapped(f"  {place:<9} {_(text)}", 0, 12, style)
    if asked > len(hints):
        print_plain(_("There is no further hint. Read on:"))
        print_wrapped(render(workspace.syllabus.read_on(exercise)), 2)
        print_plain(f"  {workspace.syllabus.address_and_language(exercise)}")
    elif asked < len(hints):
        print_plain(_("One more: {call}").format(call=more), "dim")


def solution(name: One = "") -> None:
    """Show the reference beside your code, once the exercise passes."""
    workspace = Workspace(find_course())
    exercise = workspace.exercise(name)
    reference = read_reference(workspace.layout, workspace.syllabus, exercise)
    if workspace.can_check(exercise):
        run(workspace, [exercise.id], lambda _verdict: None)
    show_solution(workspace, exercise, reference)


def show_solution(
    workspace: Workspace, exercise: Exercise, reference: Reference
) -> None:
    """Print the reference of an exercise beside the student's code, and why it is so.

    Raises:
        StudentError: the exercise does not pass yet.
    """
    if not workspace.passes(exercise):
        show_broken(workspace)
        raise StudentError(
            "{name} does not pass yet, and its reference opens when it does: "
            "make test EX={exercise}",
            name=exercise.symbols[0],
            exercise=exercise.id,
        )
    in_module = workspace.status(exercise) is ExerciseStatus.PASSES
    mine = workspace.own_code(exercise, in_notebook=not in_module)
    print_plain(f"{exercise.symbols[0]}: {_(exercise.title)}", "bold")
    for line in differ(mine, reference.code):
        out.print(Text(line, style=DIFF.get(line[0], "")), soft_wrap=True)
    if mine == reference.code:
        print_plain(_("Yours is the reference, word for word."))
    print_plain("")
    print_wrapped(reference.why, 0)
