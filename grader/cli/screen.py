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
    text = Text.assemble(("error: ", "bold red"), plain(message))
    errors.print(text, soft_wrap=True)


def print_plain(message: str, style: str = "") -> None:
    """Print a line as it is."""
    out.print(plain(message, style), soft_wrap=True)


def plain(message: str, style: str = "") -> Text:
    """Return text without markup and control characters, as of a file's name."""
    chars = (c if c.isprintable() or c in "\n\t" else "\ufffd" for c in message)
    return Text("".join(chars), style=style)


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
