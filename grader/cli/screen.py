"""What the command prints: plain in a pipe or for NO_COLOR, coloured in a terminal."""

from __future__ import annotations

import os
import textwrap
from typing import Literal

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

from grader.text import without_controls

ROW = 12
"""Where the value of a message's row begins."""

COLORS: Literal["auto"] | None = None if os.environ.get("NO_COLOR") else "auto"
out = Console(highlight=False, color_system=COLORS)
errors = Console(stderr=True, highlight=False, color_system=COLORS)


def print_error(message: str) -> None:
    """Print an error to stderr, taking nothing in it for markup."""
    line = Text.assemble(("error: ", "bold red"), plain(message))
    errors.print(line, soft_wrap=not errors.is_terminal)


def print_plain(message: str, style: str = "") -> None:
    """Print a line as it is."""
    out.print(plain(message, style), soft_wrap=True)


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
    """Return a bar with how many are done and the time left, on stderr."""
    return Progress(
        TextColumn(what),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        console=errors,
        transient=True,
    )
