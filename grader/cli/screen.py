"""What the command prints: plain in a pipe or for NO_COLOR, coloured in a terminal."""

from __future__ import annotations

import atexit
import os
import sys
import textwrap
from typing import Any, Literal

from rich.cells import cell_len
from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TaskID,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from grader.speech import _
from grader.text import without_controls

ROW = 12
"""Where the value of a message's row begins."""


class Screen(Console):
    """Standard output, which may be a pipe that its reader closes."""

    def on_broken_pipe(self) -> None:
        """Print nothing more; the command goes on to its own end."""
        self.quiet = True
        discard_output()
        atexit.register(discard_output)  # pytest puts the pipe back when it ends


def discard_output() -> None:
    """Let what is yet to be written to standard output go nowhere."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


COLORS: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
out = Screen(highlight=False, color_system=COLORS)
errors = Console(stderr=True, highlight=False, color_system=COLORS)


def is_interactive() -> bool:
    """Say whether somebody sits at a terminal, to read and to answer."""
    return sys.stdin is not None and sys.stdin.isatty() and out.is_terminal


def print_error(message: str) -> None:
    """Print an error to stderr, taking nothing in it for markup."""
    line = Text.assemble((f"{_('error')}: ", "bold red"), plain(message))
    errors.print(line, soft_wrap=not errors.is_terminal)


def print_plain(message: str, style: str = "") -> None:
    """Print a line as it is."""
    out.print(plain(message, style), soft_wrap=True)


def print_row(row: Text) -> None:
    """Print a row; in a terminal that is too narrow, its end is left out."""
    if out.is_terminal:
        out.print(row, no_wrap=True, overflow="ellipsis")
    else:
        out.print(row, soft_wrap=True)


def plain(message: str, style: str = "") -> Text:
    """Return text without markup and control characters, as of a file's name."""
    return Text(without_controls(message, keep="\n\t"), style=style)


def print_message(message: str, indent: int, style: str = "") -> None:
    """Print a message; in a terminal, a row's value stays in its column."""
    for line in message.splitlines():
        hang = ROW if line.startswith("  ") else 0
        print_wrapped(line, indent, hang, style)


def print_wrapped(line: str, indent: int, hang: int = 0, style: str = "") -> None:
    """Print a line within the terminal's width; in a pipe, as it is."""
    width = out.width if out.is_terminal else max(len(line) + indent, 1)
    wrapped = textwrap.wrap(
        line,
        width,
        initial_indent=" " * indent,
        subsequent_indent=" " * (indent + hang),
        break_on_hyphens=False,
    )
    for part in wrapped:
        print_plain(part, style)


def progress_bar(what: str) -> Progress:
    """Return a bar with how many are done and the time left, on stderr.

    In a pipe, it is a line for every tenth.
    """
    if not errors.is_terminal:
        return ProgressLines(what)
    return Progress(
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
    )


class ProgressLines(Progress):
    """Says how many are done, in a line for every tenth of a task."""

    def __init__(self, what: str) -> None:
        """Take what is counted."""
        super().__init__(console=errors, auto_refresh=False, disable=True)
        self.what = what
        self.told = 0

    def advance(self, task_id: TaskID, advance: float = 1) -> None:
        """Count some more as done."""
        super().advance(task_id, advance)
        self.tell(task_id)

    def update(self, task_id: TaskID, **changes: Any) -> None:
        """Change how many are done, or how many there are."""
        super().update(task_id, **changes)
        self.tell(task_id)

    def tell(self, task_id: TaskID) -> None:
        """Print a line if another tenth is done."""
        task = next(task for task in self.tasks if task.id == task_id)
        tenths = int(10 * task.completed / task.total) if task.total else 0
        if tenths > self.told:
            self.told = tenths
            done = _("{done:g} of {total:g}")
            done = done.format(done=task.completed, total=task.total)
            errors.print(plain(f"{self.what}: {done}", "dim"), soft_wrap=True)


def shortened(name: str, width: int) -> str:
    """Return a name that is no wider, cut in its middle if need be.

    Example:
        >>> shortened("maria-fernanda-oliveira", 12)
        'maria-…veira'
    """
    if cell_len(name) <= width:
        return name
    for kept in range(len(name) - 1, 1, -1):
        tail = name[len(name) - kept // 2 :]
        made = f"{name[: kept - kept // 2]}…{tail}"
        if cell_len(made) <= width:
            return made
    return "…"
