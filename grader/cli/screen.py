"""What the command prints: plain in a pipe, coloured in a terminal."""

from __future__ import annotations

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeRemainingColumn,
)
from rich.text import Text

out = Console(highlight=False)
errors = Console(stderr=True, highlight=False)


def print_error(message: str) -> None:
    """Print an error to stderr, taking nothing in it for markup."""
    errors.print(Text.assemble(("error: ", "bold red"), message), soft_wrap=True)


def print_plain(message: str, style: str = "") -> None:
    """Print a line as it is."""
    out.print(Text(message, style=style), soft_wrap=True)


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
