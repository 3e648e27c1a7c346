"""The verb watch: each save is checked at once, one exercise at a time."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Collection
from pathlib import Path

from rich.text import Text
from watchfiles import Change, awatch

from grader.cli.desk import cells, describe, show_verdict
from grader.cli.screen import errors, out, print_plain
from grader.desk.checker import Checker
from grader.desk.choice import exercise_of_save, following
from grader.desk.desk import Desk
from grader.desk.progress import measure
from grader.desk.verdict import Verdict
from grader.desk.work import Standing, Work
from grader.layout import KIT
from grader.syllabus import Exercise

DEBOUNCE_MS = 200
STEP_MS = 20
PATIENCE = 1.0
"""Seconds after which a check that still runs is told."""


def watch() -> None:
    """Check the exercise you are in whenever you save a file in exercises/."""
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(Watch(Desk(KIT)).run())
    print_plain("\nStopped. To go on: make watch")


class Watch:
    """What one `make watch` knows between two saves."""

    def __init__(self, desk: Desk) -> None:
        """Take the desk."""
        self.desk = desk
        self.checker = Checker()
        self.whole: dict[str, Work] = {}
        self.current = next(iter(desk.syllabus.exercises.values()))
        self.is_ready = False

    async def run(self) -> None:
        """Check at the start and at every save, until interrupted.

        Raises:
            DeskError: the tests do not run.
        """
        errors.print(Text("Getting ready: torch takes some seconds …", style="dim"))
        try:
            async with self.checker, asyncio.TaskGroup() as tasks:
                task = tasks.create_task(self.begin())
                async for topics in self.saves():
                    task.cancel()
                    await asyncio.wait([task])
                    task = tasks.create_task(self.saved(topics))
        except ExceptionGroup as failed:
            raise failed.exceptions[0] from None

    async def saves(self) -> AsyncIterator[set[str]]:
        """Yield the topics whose files are saved, as they are."""
        topics = self.desk.syllabus.topic_ids

        def is_topic(_: Change, path: str) -> bool:
            return Path(path).suffix == ".py" and Path(path).stem in topics

        async for changes in awatch(
            self.desk.layout.exercises,
            watch_filter=is_topic,
            debounce=DEBOUNCE_MS,
            step=STEP_MS,
            recursive=False,
        ):
            yield {Path(path).stem for _, path in changes}

    async def begin(self) -> None:
        """Find the first exercise that does not pass, and show it."""
        self.desk.reread()
        self.whole = dict.fromkeys(self.desk.syllabus.topic_ids, self.desk.work)
        exercise = following(self.desk.syllabus, self.desk.passes)
        while exercise and self.desk.standing(exercise) is not Standing.UNTOUCHED:
            verdict = await self.check(exercise, [])
            if not verdict.passes:
                return
            exercise = following(self.desk.syllabus, self.desk.passes)
        clear()
        self.go_on_to(exercise)
        await self.get_ready()
        print_plain("Save a file in exercises/ to check it. Ctrl-C ends.", "dim")

    async def saved(self, topics: Collection[str]) -> None:
        """Check the exercise that a save is about."""
        started = time.perf_counter()
        self.desk.reread()
        work, passes = self.desk.work, self.desk.passes
        here = [self.current.topic] if self.current.topic in topics else sorted(topics)
        topic = self.desk.syllabus.topic(here[0])
        before = self.whole[topic.id]
        chosen = exercise_of_save(topic, before, work, passes, self.current.id)
        if topic.id not in work.broken:
            self.whole[topic.id] = work
        if chosen is None:
            clear()
            print_plain(f"All of {topic.title} passes.", "bold")
            self.go_on_to(following(self.desk.syllabus, passes, self.current.id))
            return
        others = [
            e.id
            for e in topic.exercises
            if e != chosen
            and (noted := self.desk.state.verdicts.get(e.id))
            and noted.passes
            and self.desk.standing(e) is Standing.CHANGED
        ]
        await self.check(chosen, others, started)

    async def get_ready(self) -> None:
        """Wait for the warm process; say once where it cannot be quick."""
        await self.checker.get_ready()
        if not self.is_ready and not self.checker.forks:
            print_plain(
                "Processes cannot be forked here: each check uses up a fresh one, so a "
                "save soon after another waits some seconds for torch."
            )
        self.is_ready = True

    async def check(
        self, exercise: Exercise, others: list[str], started: float | None = None
    ) -> Verdict:
        """Check an exercise, and quietly others that passed before; show the result."""
        self.current = exercise
        await self.get_ready()
        started = started or time.perf_counter()
        name = exercise.symbols[0]
        patience = asyncio.get_running_loop().call_later(
            PATIENCE, print_plain, f"Checking {name} …", "dim"
        )
        try:
            verdicts = await self.checker.check([exercise.id, *others])
        finally:
            patience.cancel()
        self.desk.note(verdicts)
        by_id = {verdict.exercise: verdict for verdict in verdicts}
        lost = [other for other in others if not by_id[other].passes]
        self.show(by_id[exercise.id], lost, time.perf_counter() - started)
        return by_id[exercise.id]

    def show(self, verdict: Verdict, lost: list[str], seconds: float) -> None:
        """Show a verdict, what it broke, and where to go on."""
        exercise = self.desk.syllabus.exercises[verdict.exercise]
        clear()
        print_plain(f"{exercise.symbols[0]}: {exercise.title}", "bold")
        show_verdict(self.desk, verdict)
        for other in lost:
            print_plain(
                f"  ✗ {other} passed before this save: make test EX={other}", "red"
            )
        topic = self.desk.syllabus.topic(exercise.topic)
        standings = self.desk.standings()
        print_plain("")
        out.print(
            Text("  ").join(cells(measure(topic.title, topic.exercises, standings)))
        )
        if verdict.passes:
            self.go_on_to(following(self.desk.syllabus, self.desk.passes, exercise.id))
        else:
            print_plain(f"Stuck? In another terminal: make hint EX={exercise.id}")
        print_plain(f"Checked in {seconds:.2f} s. Ctrl-C ends.", "dim")

    def go_on_to(self, exercise: Exercise | None) -> None:
        """Make an exercise the current one, and describe it without checking it."""
        if exercise is None:
            print_plain("Every exercise passes. Hand in: make submit", "bold")
        else:
            self.current = exercise
            print_plain("")
            describe(self.desk, exercise)


def clear() -> None:
    """Begin a fresh screen in a terminal, a fresh paragraph in a pipe."""
    if out.is_terminal:
        out.clear()
    else:
        print_plain("")
