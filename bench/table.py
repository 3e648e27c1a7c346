"""Tables: for the terminal and for Markdown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median

from rich.table import Table as RichTable

MIB = 1 << 20
MB = 1_000_000


@dataclass
class Table:
    """A table with a title, and what there is to say below it."""

    title: str
    columns: Sequence[str]
    rows: list[list[str]]
    notes: list[str] = field(default_factory=list)

    def rich(self) -> RichTable:
        """Return it for a terminal."""
        table = RichTable(title=self.title, title_justify="left", box=None)
        for i, column in enumerate(self.columns):
            table.add_column(column, justify="right" if i else "left")
        for row in self.rows:
            table.add_row(*row)
        table.caption = "\n".join(self.notes)
        table.caption_justify = "left"
        return table

    def markdown(self) -> str:
        """Return it for a file."""
        rule = ["---", *["---:"] * (len(self.columns) - 1)]
        lines = ["| " + " | ".join(r) + " |" for r in (self.columns, rule, *self.rows)]
        notes = "\n".join(f"{note}\n" for note in self.notes)
        return f"## {self.title}\n\n" + "\n".join(lines) + f"\n\n{notes}"


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Return the median, and between what the values lie if there are several."""
    text = f"{median(values):.{digits}f}"
    if len(values) == 1:
        return text
    return f"{text} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def mib(size: float) -> str:
    """Return a number of bytes in MiB."""
    return f"{size / MIB:.0f}"
