"""Verbs for students: test, next, progress."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Annotated

import typer
from rich.text import Text

from grader.cli.screen import errors, print_plain, print_wrapped
from grader.cli.student_view import (
    describe,
    show_broken,
    show_next,
    show_topic,
    show_verdict,
)
from grader.layout import find_course
from grader.student.choice import following
from grader.student.loading import loading
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
    verdicts = run(workspace, asked, shown)
    shown.finish()
    conclude(workspace, list(asked.values()), verdicts)


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
            print_wrapped(f"· not started: {names}", 2, 2, "dim")
        self.idle, self.without_import = [], False


def run(
    workspace: Workspace, exercises: Collection[str], tell: Callable[[Verdict], None]
) -> list[Verdict]:
    """Run the tests of exercises, by id; tell, remember and return the verdicts."""
    with loading():
        from grader.student.session import run_tests

    verdicts: list[Verdict] = []

    def take(verdict: Verdict) -> None:
        verdicts.append(verdict)
        tell(verdict)

    try:
        run_tests(workspace.syllabus, exercises, take)
    finally:
        workspace.note(verdicts)
    return verdicts


def conclude(
    workspace: Workspace, asked: Sequence[Exercise], verdicts: Sequence[Verdict]
) -> None:
    """Print how many pass and what to do next.

    Exit with 1 if a required exercise fails, or the only one that was asked for.
    """
    passing = {verdict.exercise for verdict in verdicts if verdict.passes}
    print_plain(f"\n{len(passing)} of {len(asked)} exercises pass.", "bold")
    if set(workspace.statuses().values()) == {ExerciseStatus.UNTOUCHED}:
        print_plain("Everything fails at first: that is how it starts.")
    failing = [e for e in asked if e.id not in passing]
    if not failing:
        goal = following(workspace.syllabus, workspace.passes, asked[-1].id)
    elif len(asked) == 1 and workspace.status(asked[0]) is not ExerciseStatus.UNTOUCHED:
        goal = None
        print_plain(f"Stuck? make hint EX={asked[0].id}")
    else:
        goal = failing[0]
    if goal is not None:
        show_next(workspace, goal)
    missed = any(e.required or len(asked) == 1 for e in failing)
    raise typer.Exit(1 if missed else 0)


def refresh(workspace: Workspace) -> None:
    """Check what changed since it was checked last."""
    whole = [e for e in workspace.syllabus.exercises.values() if workspace.work.key(e)]
    if changed := workspace.unchecked(whole):
        exercises = "1 exercise" if len(changed) == 1 else f"{len(changed)} exercises"
        errors.print(Text(f"Checking {exercises} that changed …", style="dim"))
        run(workspace, changed, lambda _: None)


def next_exercise() -> None:
    """Say which exercise comes next, and where to read."""
    workspace = Workspace(find_course())
    refresh(workspace)
    show_broken(workspace)
    exercise = following(workspace.syllabus, workspace.passes)
    if exercise is None:
        print_plain("Every exercise passes. Hand in: make submit", "bold")
        return
    describe(workspace, exercise)
    print_plain(f"  check     make test EX={exercise.id}, or make watch")
    if not exercise.required and (goal := next_required(workspace)) is not None:
        print_wrapped(f"  or        {goal.id}, the next required one", 0, 12)


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
    print_plain(
        f"\nRequired: {needed.passed} of {needed.total} exercises pass, "
        f"about {duration(needed.minutes_left)} left."
    )
    show_broken(workspace)
    if (exercise := following(workspace.syllabus, workspace.passes)) is not None:
        show_next(workspace, exercise)
