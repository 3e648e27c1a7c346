"""Each save is checked at once, one exercise at a time."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Collection, Coroutine
from pathlib import Path
from typing import Any

import typer
from rich.text import Text
from watchfiles import Change, awatch

from grader.cli.screen import errors, out, print_plain, print_wrapped
from grader.cli.student_view import INDENT, describe, show_topic, show_verdict
from grader.speech import _
from grader.student.choice import exercise_of_save, following
from grader.student.reference import has_references
from grader.student.verdict import MAX_LINES, Verdict
from grader.student.warm_checks import Checker
from grader.student.work import ExerciseStatus, Work
from grader.student.workspace import Workspace
from grader.syllabus import Exercise

DEBOUNCE_MS = 200
STEP_MS = 20
PATIENCE = 1.0
"""Seconds after which a check that still runs is told."""


class Saves:
    """What one `make watch` knows between two saves, and what it says of each."""

    def __init__(self, workspace: Workspace, checker: Checker) -> None:
        """Take the workspace, as it is now, and what checks."""
        self.workspace = workspace
        self.checker = checker
        self.whole: dict[str, Work] = dict.fromkeys(
            workspace.syllabus.topic_ids, workspace.work
        )
        """The work when each topic's file was last whole."""
        self.current = next(iter(workspace.syllabus.exercises.values()))
        self.owed: set[str] = set()
        self.is_ready = False
        self.stopped = asyncio.Event()
        self.task: asyncio.Task[Any] | None = None
        self.turning = asyncio.Lock()

    async def run(self) -> None:
        """Check at the start and at every save, until interrupted.

        Raises:
            StudentError: the tests do not run.
        """
        said = _("Getting ready: torch takes some seconds …")
        errors.print(Text(said, style="dim"))
        try:
            async with asyncio.TaskGroup() as self.tasks:
                await self.turn_to(self.begin())
                async for topics in self.saves():
                    if out.quiet:  # nobody reads what it says any more
                        raise typer.Exit(1)
                    await self.turn_to(self.saved(topics))
                await self.turn_to(None)
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def turn_to(self, work: Coroutine[Any, Any, Any] | None) -> None:
        """End what is being done, and do something else."""
        async with self.turning:
            if self.task is not None:
                self.task.cancel()
                await asyncio.wait([self.task])
            self.task = self.tasks.create_task(work) if work else None

    async def saves(self) -> AsyncIterator[set[str]]:
        """Yield the topics whose files are saved, as they are."""
        topics = self.workspace.syllabus.topic_ids

        def is_topic(_change: Change, path: str) -> bool:
            return Path(path).suffix == ".py" and Path(path).stem in topics

        async for changes in awatch(
            self.workspace.layout.exercises,
            watch_filter=is_topic,
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            recursive=False,
            stop_event=self.stopped,
        ):
            yield {Path(path).stem for _change, path in changes}

    async def begin(self) -> None:
        """Find the first exercise that does not pass, and show it."""
        exercise = await self.find_next()
        untouched = ExerciseStatus.UNTOUCHED
        if exercise and self.workspace.status(exercise) is not untouched:
            await self.check(exercise)
            return
        clear()
        self.go_on_to(exercise)
        await self.get_ready()
        self.end_screen(_("Save a file in exercises/ to check it."))

    async def saved(self, topics: Collection[str]) -> None:
        """Check the exercise that a save is about."""
        self.workspace.reread()
        work, passes = self.workspace.work, self.workspace.passes
        here = [self.current.topic] if self.current.topic in topics else sorted(topics)
        topic = self.workspace.syllabus.topic(here[0])
        before = self.whole[topic.id]
        chosen = exercise_of_save(topic, before, work, passes, self.current.id)
        if topic.id in work.files:
            self.whole[topic.id] = work
        if chosen is not None:
            await self.check(chosen)
            return
        clear()
        said = _("All of {topic} passes.").format(topic=_(topic.title))
        print_plain(said, "bold")
        self.go_on_to(await self.find_next(self.current.id))
        self.end_screen()

    async def get_ready(self) -> None:
        """Wait for the warm process; say once where it cannot be quick."""
        await self.checker.get_ready()
        if not self.is_ready and not self.checker.forks:
            print_wrapped(
                _(
                    "Processes cannot be forked here: each check uses up a fresh one, "
                    "so a save soon after another waits some seconds for torch."
                ),
                0,
            )
        self.is_ready = True

    async def check(self, exercise: Exercise) -> None:
        """Check an exercise and show the verdict.

        Others of its topic are checked beside it, quietly: those that passed and use
        what has changed, and those whose check a later save has cancelled.
        """
        self.current = exercise
        shaken = self.shaken(exercise.topic)
        self.owed |= {exercise.id}
        others = {*shaken, *self.owed} - {exercise.id}
        verdicts, seconds = await self.verdicts_on(exercise, *sorted(others))
        self.owed.clear()
        passing = {verdict.exercise for verdict in verdicts if verdict.passes}
        lost = [name for name in shaken if name not in {*passing, exercise.id}]
        verdict = next(v for v in verdicts if v.exercise == exercise.id)
        self.show(verdict, lost)
        if verdict.passes:
            goal = await self.find_next(exercise.id)
            self.show_progress(exercise)
            self.go_on_to(goal)
        elif verdict.imports:
            self.show_progress(exercise)
        said = _("Checked in {seconds:.2f} s.").format(seconds=seconds)
        self.end_screen(said, verdict)

    async def verdicts_on(
        self, exercise: Exercise, *others: str
    ) -> tuple[list[Verdict], float]:
        """Return verdicts on an exercise and others, and the seconds that they took."""
        said = _("Checking {name} …").format(name=exercise.symbols[0])
        patience = asyncio.get_running_loop().call_later(
            PATIENCE, print_plain, said, "dim"
        )
        try:
            await self.get_ready()
            started = time.perf_counter()
            verdicts = await self.checker.check([exercise.id, *others])
        finally:
            patience.cancel()
        self.workspace.note(verdicts)
        return verdicts, time.perf_counter() - started

    async def find_next(self, after: str = "") -> Exercise | None:
        """Return the next exercise that does not pass; check those not known yet."""
        workspace = self.workspace
        while goal := following(workspace.syllabus, workspace.passes, after):
            if not workspace.can_check(goal):
                break
            await self.verdicts_on(goal)
            if not workspace.passes(goal):
                break
        return goal

    def shaken(self, topic: str) -> list[str]:
        """Return the exercises of a topic that passed, on other code than now."""
        verdicts = self.workspace.state.verdicts
        return [
            e.id
            for e in self.workspace.syllabus.topic(topic).exercises
            if e.id in verdicts
            and verdicts[e.id].passes
            and self.workspace.work.key(e) not in (None, verdicts[e.id].key)
        ]

    def show(self, verdict: Verdict, lost: list[str]) -> None:
        """Show a verdict, and what a save broke."""
        exercise = self.workspace.syllabus.exercises[verdict.exercise]
        topic = self.workspace.syllabus.topic(exercise.topic)
        name = f"{exercise.symbols[0]}: {_(exercise.title)}"
        clear()
        print_plain(name if verdict.imports else _(topic.title), "bold")
        show_verdict(self.workspace, verdict, self.most_printed())
        if verdict.passes and (use := self.workspace.work.use(exercise)):
            print_wrapped(_(use), INDENT - 2)
        for other in lost:
            said = _("✗ {exercise} passed before this save: make test EX={exercise}")
            said = said.format(exercise=other)
            print_wrapped(said, 2, 2, "red")

    def most_printed(self) -> int:
        """Return how many lines to show of what the student's code printed."""
        return MAX_LINES

    def show_progress(self, exercise: Exercise) -> None:
        """Show how far the student is in the topic of an exercise."""
        print_plain("")
        show_topic(self.workspace, self.workspace.syllabus.topic(exercise.topic))

    def go_on_to(self, exercise: Exercise | None) -> None:
        """Make an exercise the current one, and describe it without checking it."""
        if exercise is None:
            print_plain(_("Every exercise passes. Hand in: make submit"), "bold")
        else:
            self.current = exercise
            print_plain("")
            describe(self.workspace, exercise)

    def end_screen(self, said: str = "", verdict: Verdict | None = None) -> None:
        """Print what can be done now, below what was `said` of the last check."""
        name = verdict.exercise if verdict else ""
        if verdict and verdict.passes and has_references(self.workspace.layout):
            print_plain(_("Compare: make solution EX={exercise}").format(exercise=name))
        elif verdict and verdict.imports and not verdict.passes:
            said_too = _("Stuck? In another terminal: make hint EX={exercise}")
            print_plain(said_too.format(exercise=name))
        print_plain(f"{said} {_('Ctrl-C ends.')}".strip(), "dim")


def clear() -> None:
    """Begin a fresh screen in a terminal, a fresh paragraph in a pipe."""
    if out.is_terminal:
        out.clear()
    else:
        print_plain("")
