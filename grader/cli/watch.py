"""The verb watch: saves are checked, and in a terminal keys are answered."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import subprocess
import sys
from typing import Any

from rich.text import Text

from grader.cli.keys import listening
from grader.cli.lesson import show_hint, show_solution
from grader.cli.picker import Picker
from grader.cli.saves import Saves, clear
from grader.cli.screen import is_interactive, out, print_plain, print_row
from grader.errors import GraderError
from grader.layout import find_course
from grader.speech import _
from grader.student import StudentError
from grader.student.reference import has_references, read_reference
from grader.student.verdict import Verdict
from grader.student.warm_checks import Checker
from grader.student.work import ExerciseStatus
from grader.student.workspace import Workspace
from grader.syllabus import Exercise


def watch() -> None:
    """Check the exercise you are in whenever you save a file in exercises/."""
    for name in ("SIGHUP", "SIGTERM"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), leave)
    kind = Desk if is_interactive() else Saves
    with contextlib.suppress(KeyboardInterrupt), Checker() as checker:
        asyncio.run(kind(Workspace(find_course()), checker).run())
    print_plain("\n" + _("Stopped. To go on: make watch"))


def leave(number: int, _frame: Any) -> None:
    """End as an exit does, which ends what runs beside this process."""
    sys.exit(128 + number)


class Desk(Saves):
    """Answers keys beside saves."""

    def __init__(self, workspace: Workspace, checker: Checker) -> None:
        """Take the workspace, as it is now, and what checks."""
        super().__init__(workspace, checker)
        self.keys: asyncio.Queue[str] = asyncio.Queue()
        self.ears = contextlib.ExitStack()
        self.picker: Picker | None = None
        self.judged: Exercise | None = None
        """Whose verdict is on the screen."""

    @property
    def subject(self) -> Exercise:
        """Return the exercise that keys are about."""
        return self.judged or self.current

    async def run(self) -> None:
        """Check saves and answer keys, until interrupted or told to end.

        Raises:
            StudentError: the tests do not run.
        """
        with self.ears:
            self.listen()
            await super().run()

    def listen(self) -> None:
        """Take the terminal's keys."""
        self.ears.enter_context(listening(self.keys.put_nowait))

    async def begin(self) -> None:
        """Answer keys from now on; find the first exercise that does not pass."""
        self.tasks.create_task(self.answer_keys())
        await super().begin()

    async def answer_keys(self) -> None:
        """Answer each key, until it is the one that ends."""
        while not self.stopped.is_set():
            key = await self.keys.get()
            try:
                if self.picker is None:
                    await self.press(key)
                else:
                    await self.press_in_list(self.picker, key)
            except GraderError as error:
                print_plain(str(error))
                self.end_screen()

    async def press(self, key: str) -> None:
        """Do what a key stands for."""
        match key:
            case "q":
                self.stopped.set()
            case "r":
                await self.turn_to(self.check(self.subject))
            case "n":
                await self.turn_to(self.next())
            case "l":
                await self.turn_to(None)
                self.picker = Picker(self.workspace, self.current)
                self.show_list(self.picker)
            case "h":
                print_plain("")
                show_hint(self.workspace, self.current, _("press h"))
                self.end_screen()
            case "s":
                print_plain("")
                self.show_solution(self.subject)
                self.end_screen()
            case "d":
                print_plain("")
                self.debug(self.subject)
                self.end_screen()

    def show_solution(self, exercise: Exercise) -> None:
        """Show the reference of an exercise that passes."""
        workspace = self.workspace
        reference = read_reference(workspace.layout, workspace.syllabus, exercise)
        show_solution(workspace, exercise, reference)

    async def press_in_list(self, picker: Picker, key: str) -> None:
        """Move in the list of exercises, or leave it."""
        if picker.press(key):
            self.show_list(picker)
            return
        self.picker = None
        if picker.chosen is None:
            await self.turn_to(self.describe(self.current))
        else:
            await self.turn_to(self.choose(picker.chosen))

    def show_list(self, picker: Picker) -> None:
        """Show the list of exercises on a screen of its own."""
        clear()
        picker.show()

    async def choose(self, exercise: Exercise) -> None:
        """Make an exercise the current one; check it, if it is begun."""
        if self.workspace.status(exercise) is ExerciseStatus.UNTOUCHED:
            await self.describe(exercise)
        else:
            await self.check(exercise)

    async def next(self) -> None:
        """Show the next exercise; one that a pass has named is that."""
        if self.judged is self.current or self.judged is None:
            await self.describe(await self.find_next(self.current.id))
        else:
            await self.describe(self.current)

    async def describe(self, exercise: Exercise | None) -> None:
        """Show an exercise that is not checked now."""
        self.judged = None
        clear()
        self.go_on_to(exercise)
        self.end_screen()

    def debug(self, exercise: Exercise) -> None:
        """Leave the terminal to a debugger until the student leaves it."""
        if not self.fails(exercise):
            raise StudentError(
                "The debugger stops where a check fails, and {name} has not failed as "
                "it is now.",
                name=exercise.symbols[0],
            )
        self.ears.close()
        before = signal.signal(
            signal.SIGINT, lambda *_args: None
        )  # it is the debugger's
        try:
            command = [sys.executable, "-m", "grader", "debug", exercise.id]
            subprocess.run(command, check=False)
        finally:
            signal.signal(signal.SIGINT, before)
            self.listen()

    def fails(self, exercise: Exercise) -> bool:
        """Say whether an exercise is known not to pass."""
        return self.workspace.status(exercise) is ExerciseStatus.FAILS

    def show(self, verdict: Verdict, lost: list[str]) -> None:
        """Show a verdict; keys are about its exercise from now on."""
        self.picker = None
        self.judged = self.workspace.syllabus.exercises[verdict.exercise]
        super().show(verdict, lost)

    def most_printed(self) -> int:
        """Return how many lines leave room for what else is on the screen."""
        return max(out.height // 3, 1)

    def end_screen(self, said: str = "", _verdict: Verdict | None = None) -> None:
        """Print what was `said` of the last check, and what keys do."""
        keys = {"h": _("hint"), "n": _("next"), "l": _("list")}
        keys["r"] = _("run again")
        passes = self.workspace.passes(self.subject)
        if passes and has_references(self.workspace.layout):
            keys["s"] = _("solution")
        if self.fails(self.subject):
            keys["d"] = _("debugger")
        keys["q"] = _("quit")
        print_plain("")
        if said:
            print_plain(said, "dim")
        line = Text("   ").join(
            Text.assemble((key, "bold"), f" {does}") for key, does in keys.items()
        )
        print_row(line)
