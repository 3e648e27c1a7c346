"""Verbs for students: test, next, progress, list."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Annotated

import typer
from rich.text import Text

from grader.cli.screen import (
    errors,
    is_interactive,
    plain,
    print_plain,
    print_row,
    print_wrapped,
)
from grader.cli.student_view import (
    describe,
    exercise_row,
    is_in_notebook,
    print_fact,
    show_broken,
    show_next,
    show_topic,
    show_verdict,
)
from grader.layout import find_course
from grader.loading import loading
from grader.speech import _, several
from grader.student.choice import following
from grader.student.progress import duration, required
from grader.student.verdict import Verdict
from grader.student.work import ExerciseStatus
from grader.student.workspace import Workspace
from grader.syllabus import Exercise

Part = Annotated[
    str, typer.Argument(help="A topic or an exercise, topic.Symbol; all if left out.")
]


def check(part: Part = "") -> None:
    """Check your work in exercises/ with the visible tests."""
    workspace = Workspace(find_course())
    asked = workspace.syllabus.only(part).exercises
    shown = Shown(workspace)
    by_hand = is_interactive() and workspace.work.asks(asked)
    verdicts = run(workspace, asked, shown, by_hand=by_hand)
    shown.finish()
    named = workspace.named(part)
    conclude(workspace, list(asked.values()), verdicts, named)


class Shown:
    """Prints verdicts by topic; those not started together, at the topic's end."""

    def __init__(self, workspace: Workspace) -> None:
        """Take the workspace whose exercises are checked."""
        self.workspace = workspace
        self.topic = ""
        self.idle: list[str] = []
        self.without_import = False

    def __call__(self, verdict: Verdict) -> None:
        """Print a verdict."""
        exercise = self.workspace.syllabus.exercises[verdict.exercise]
        if exercise.topic != self.topic:
            self.finish()
            self.topic = exercise.topic
            print_plain(f"\n{exercise.topic}", "bold")
        if not verdict.imports:
            if not self.without_import:
                show_verdict(self.workspace, verdict)
            self.without_import = True
        elif self.workspace.status(exercise) is ExerciseStatus.UNTOUCHED:
            self.idle.append(exercise.symbols[0])
        else:
            show_verdict(self.workspace, verdict)

    def finish(self) -> None:
        """Print what is left to say about a topic."""
        if self.idle:
            names = ", ".join(self.idle)
            said = _("· not started: {names}").format(names=names)
            print_wrapped(said, 2, 2, "dim")
        self.idle, self.without_import = [], False


def run(
    workspace: Workspace,
    exercises: Collection[str],
    tell: Callable[[Verdict], None],
    *,
    by_hand: bool = False,
) -> list[Verdict]:
    """Run the tests of exercises, by id; tell, remember and return the verdicts.

    With `by_hand`, their code has the terminal.
    """
    with loading():
        from grader.student.session import run_tests

    verdicts: list[Verdict] = []

    def take(verdict: Verdict) -> None:
        verdicts.append(verdict)
        tell(verdict)

    try:
        run_tests(workspace.syllabus, exercises, take, by_hand=by_hand)
    finally:
        workspace.note(verdicts)
    if workspace.forgets:
        said = _("What passes is not remembered: {why}")
        errors.print(plain(said.format(why=workspace.forgets)))
    return verdicts


def conclude(
    workspace: Workspace,
    asked: Sequence[Exercise],
    verdicts: Sequence[Verdict],
    named: Collection[str],
) -> None:
    """Print how many pass and what to do next.

    Exit with 1 if a required exercise fails, or one that is named, by its id.
    """
    passing = {verdict.exercise for verdict in verdicts if verdict.passes}
    said = _("{n} of {total} exercises pass.").format(n=len(passing), total=len(asked))
    print_plain(f"\n{said}", "bold")
    if set(workspace.statuses().values()) == {ExerciseStatus.UNTOUCHED}:
        print_plain(_("Everything fails at first: that is how it starts."))
    failing = [e for e in asked if e.id not in passing]
    if not failing:
        goal = find_next(workspace, asked[-1].id)
    elif len(asked) == 1 and workspace.status(asked[0]) is not ExerciseStatus.UNTOUCHED:
        goal = None
        print_plain(_("Stuck? make hint EX={exercise}").format(exercise=asked[0].id))
    else:
        goal = failing[0]
    if goal is not None:
        show_next(workspace, goal)
    missed = any(e.required or e.id in named for e in failing)
    raise typer.Exit(1 if missed else 0)


def find_next(workspace: Workspace, after: str) -> Exercise | None:
    """Return the next exercise that does not pass; check those that are not known."""
    while exercise := following(workspace.syllabus, workspace.passes, after):
        if not workspace.can_check(exercise):
            break
        run(workspace, [exercise.id], lambda _verdict: None)
        if not workspace.passes(exercise):
            break
    return exercise


def refresh(workspace: Workspace) -> None:
    """Check what changed since it was checked last."""
    every = workspace.syllabus.exercises.values()
    if changed := [e.id for e in every if workspace.can_check(e)]:
        said = several(
            "Checking {n} exercise that changed …",
            "Checking {n} exercises that changed …",
            len(changed),
        )
        errors.print(Text(said, style="dim"))
        run(workspace, changed, lambda _verdict: None)


def next_exercise() -> None:
    """Say which exercise comes next, and where to read."""
    workspace = Workspace(find_course())
    refresh(workspace)
    show_broken(workspace)
    exercise = following(workspace.syllabus, workspace.passes)
    if exercise is None:
        print_plain(_("Every exercise passes. Hand in: make submit"), "bold")
        return
    describe(workspace, exercise)
    how = _("make test EX={exercise}, or make watch").format(exercise=exercise.id)
    if is_in_notebook(workspace, exercise):
        how = _("the cell below it")
    print_fact(_("check"), how)
    if not exercise.required and (goal := next_required(workspace)) is not None:
        other = _("{exercise}, the next required one").format(exercise=goal.id)
        print_fact(_("or"), other)


def next_required(workspace: Workspace) -> Exercise | None:
    """Return the next exercise that is not left to choice."""
    return following(
        workspace.syllabus, lambda e: not e.required or workspace.passes(e)
    )


def progress() -> None:
    """Show how far you are, topic by topic."""
    workspace = Workspace(find_course())
    refresh(workspace)
    for topic in workspace.syllabus.topics:
        show_topic(workspace, topic)
    needed = required(workspace.syllabus, workspace.statuses())
    said = _("Required: {passed} of {total} exercises pass, about {time} left.").format(
        passed=needed.passed,
        total=needed.total,
        time=duration(needed.minutes_left),
    )
    print_plain(f"\n{said}")
    show_broken(workspace)
    if (exercise := following(workspace.syllabus, workspace.passes)) is not None:
        show_next(workspace, exercise)


def list_exercises() -> None:
    """List all exercises: how each stands, its level and its minutes."""
    workspace = Workspace(find_course())
    refresh(workspace)
    for topic in workspace.syllabus.topics:
        print_plain(f"\n{topic.id}: {_(topic.title)}", "bold")
        for exercise in topic.exercises:
            print_row(exercise_row(workspace, exercise))
    show_broken(workspace)
