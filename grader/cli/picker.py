"""A list of all exercises on the screen, to choose one with keys."""

from __future__ import annotations

from rich.text import Text

from grader.cli.keys import BACKSPACE, DOWN, ENTER, ESCAPE, UP
from grader.cli.screen import out, print_plain, print_row
from grader.cli.student_view import exercise_row
from grader.speech import _
from grader.student.workspace import Workspace
from grader.syllabus import Exercise

AROUND = 4
"""Lines of the screen that are no rows."""


class Picker:
    """Where the mark stands, and what is searched for."""

    def __init__(self, workspace: Workspace, current: Exercise) -> None:
        """Take the workspace, and the exercise to mark first."""
        self.workspace = workspace
        self.marked = current
        self.chosen: Exercise | None = None
        self.wanted: str | None = None
        """What is typed behind `/`; None before that."""

    def found(self) -> list[Exercise]:
        """Return the exercises whose id or title holds what is searched for."""
        wanted = (self.wanted or "").lower()
        every = self.workspace.syllabus.exercises.values()
        return [e for e in every if wanted in f"{e.id} {_(e.title)}".lower()]

    def press(self, key: str) -> bool:
        """Take a key; return whether the list stays on the screen."""
        if key in (ESCAPE, ENTER):
            if key == ENTER and self.marked in self.found():
                self.chosen = self.marked
            return False
        if key == UP or (key == "k" and self.wanted is None):
            self.move(-1)
        elif key == DOWN or (key == "j" and self.wanted is None):
            self.move(1)
        elif self.wanted is None:
            self.wanted = "" if key == "/" else None
            return key not in ("q", "l")
        elif key == BACKSPACE:
            self.wanted = self.wanted[:-1]
        elif len(key) == 1:
            self.wanted += key
        found = self.found()
        if found and self.marked not in found:
            self.marked = found[0]
        return True

    def move(self, by: int) -> None:
        """Move the mark, within the list."""
        found = self.found()
        if self.marked in found:
            place = found.index(self.marked) + by
            self.marked = found[min(max(place, 0), len(found) - 1)]

    def show(self) -> None:
        """Print the part of the list around the mark, and what keys do."""
        found = self.found()
        rows = max(out.height - AROUND, 1)
        place = found.index(self.marked) if self.marked in found else 0
        first = min(max(place - rows // 2, 0), max(len(found) - rows, 0))
        print_row(
            Text(self.marked.id if found else _("No exercise is called so."), "bold")
        )
        for exercise in found[first : first + rows]:
            mark = "▸" if exercise is self.marked else " "
            style = "reverse" if exercise is self.marked else ""
            row = exercise_row(self.workspace, exercise)
            print_row(Text.assemble(mark, row, style=style))
        print_plain("")
        if self.wanted is None:
            said = _("↑ ↓ move   Enter take   / search   Esc back")
        else:
            said = f"/{self.wanted}▏   " + _("Enter take   Esc back")
        print_plain(said, "dim")
