"""What was measured, as tables: for the terminal, for Markdown, for the drawing."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median

from rich.table import Table as RichTable

from bench.floor.compare import Floor
from bench.growth.grow import Growth, Rerun
from bench.peers.compare import Comparison, Costs
from bench.selfcheck import Counted

MIB = 1 << 20
MAX_SMALL_CPU = 0.30  # seconds per submission of 48 small tests
MAX_FULL_RATIO = 2.5  # times what the hidden suite costs alone
MAX_MEMORY = 60 * MIB  # of one submission, beyond the warm processes
MAX_RERUN = 10.0  # seconds for a class in which nothing has changed


@dataclass
class Found:
    """What was measured; parts that were not asked for are empty."""

    counted: Sequence[Counted] = ()
    peers: Comparison | None = None
    floors: Mapping[str, Floor] = field(default_factory=dict)
    growths: Sequence[Growth] = ()
    rerun: Rerun | None = None
    only: str = ""
    """The topic that classes of growing size were graded in; all if empty."""


@dataclass(frozen=True)
class Bar:
    """A figure that must not be above a limit."""

    what: str
    value: float
    limit: float
    unit: str

    @property
    def met(self) -> bool:
        """Say whether it is not."""
        return self.value <= self.limit


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


def tables(found: Found) -> Iterator[Table]:
    """Yield a table for each part."""
    if found.peers:
        yield peers_table(found.peers)
    if found.floors:
        yield floor_table(found.floors)
    if found.rerun:
        yield growth_table(found.growths, found.rerun, found.only)
    if found.counted:
        yield counted_table(found.counted)
    if found.floors or found.rerun:
        yield bars_table(list(bars(found)))


def spread(values: Sequence[float], digits: int = 2) -> str:
    """Return the median, and between what the values lie if there are several."""
    text = f"{median(values):.{digits}f}"
    if len(values) == 1:
        return text
    return f"{text} ({min(values):.{digits}f} to {max(values):.{digits}f})"


def mib(size: float) -> str:
    """Return a number of bytes in MiB."""
    return f"{size / MIB:.0f}"


def ratios(costs: Costs, ours: Costs) -> list[float]:
    """Return, by round, how many times our CPU time another tool takes."""
    return [a / b for a, b in zip(costs.cpu, ours.cpu, strict=True)]


def counted_table(found: Sequence[Counted]) -> Table:
    """Tell whether work in the sandbox is counted."""
    rows = [
        [f"{c.where}, counted {c.way}", f"{c.burnt:.1f}", f"{c.counted:.2f}"]
        for c in found
    ]
    notes = [
        "The box looks at a submission of several processes fifty times a second; "
        "that is counted, too."
    ]
    columns = ["CPU burnt in the sandbox", "s burnt", "s counted"]
    return Table("The measurement itself", columns, rows, notes)


def peers_table(found: Comparison) -> Table:
    """Compare the tools."""
    ours = found.costs[0]
    rows = [
        [
            f"{cost.way.name} {cost.version}".strip(),
            spread(cost.cpu),
            spread(ratios(cost, ours), 1),
            spread(cost.wall),
            mib(cost.peak),
            str(cost.way.jobs),
        ]
        for cost in found.costs
    ]
    notes = [f"{cost.way.name}: {cost.way.how}." for cost in found.costs]
    notes += [f"{name} is left out: {why}." for name, why in found.left_out.items()]
    points = ", ".join(f"{value:g}" for value in found.points.values())
    notes.append(
        f"All agree on every test of every submission, and on points: {points}."
    )
    columns = ["tool", "CPU s", "times ours", "wall s", "peak MiB", "at once"]
    title = f"48 tests, a class of {ours.class_size}: per submission, start included"
    return Table(title, columns, rows, notes)


def floor_table(found: Mapping[str, Floor]) -> Table:
    """Compare grading with the tests alone."""
    names = {"small": "48 small tests", "full": "the hidden suite, solutions"}
    rows = [
        [
            names[suite],
            spread(floor.alone, 3),
            spread(floor.graded, 3),
            spread(floor.ratios, 1),
            mib(floor.memory),
        ]
        for suite, floor in found.items()
    ]
    notes = [
        "Each further submission, all processes warm. Alone: pytest runs the tests and "
        "the submission in one process.",
    ]
    columns = ["suite", "alone, CPU s", "graded, CPU s", "times", "own MiB"]
    return Table("What grading adds to the tests", columns, rows, notes)


def growth_table(found: Sequence[Growth], rerun: Rerun, only: str) -> Table:
    """Tell how cost grows with the class."""
    rows = [
        [
            str(growth.size),
            str(growth.jobs),
            f"{growth.usage.wall:.1f}",
            f"{growth.cpu:.2f}",
            f"{growth.wall:.2f}",
            mib(growth.usage.peak),
            f"{growth.late / growth.early:.2f}" if growth.size >= 100 else "",
        ]
        for growth in found
    ]
    notes = [
        "Everyone loses points where the answer is wrong, and nowhere else.",
        f"The same command again, nothing changed, {rerun.size} students: "
        f"{rerun.usage.wall:.1f} s ({rerun.usage.cpu:.1f} s of CPU), none graded.",
        "Memory, late to early: the highest in the last fifth of the run, as a part of "
        "the highest in the second fifth.",
    ]
    columns = [
        "students",
        "jobs",
        "s",
        "CPU s each",
        "s each",
        "peak MiB",
        "late/early",
    ]
    what = f"the topic {only}" if only else "all topics"
    return Table(f"`grader grade` on a class, {what}", columns, rows, notes)


def bars(found: Found) -> Iterator[Bar]:
    """Yield what must hold."""
    if found.floors:
        small, full = found.floors["small"], found.floors["full"]
        yield Bar("48 small tests, CPU", median(small.graded), MAX_SMALL_CPU, "s")
        times = median(full.ratios)
        yield Bar("the hidden suite, CPU to alone", times, MAX_FULL_RATIO, "times")
        for name, floor in (("48 small tests", small), ("the hidden suite", full)):
            memory, limit = floor.memory / MIB, MAX_MEMORY / MIB
            yield Bar(f"{name}, own memory", memory, limit, "MiB")
    if found.rerun:
        seconds = found.rerun.usage.wall
        yield Bar("an unchanged class again", seconds, MAX_RERUN, "s")


def bars_table(found: Sequence[Bar]) -> Table:
    """Tell which bars are met."""
    rows = [
        [
            bar.what,
            f"{bar.value:.2f} {bar.unit}".strip(),
            f"{bar.limit:g} {bar.unit}".strip(),
            "met" if bar.met else "NOT MET",
        ]
        for bar in found
    ]
    return Table("The bars", ["bar", "measured", "at most", ""], rows)


def machine() -> str:
    """Return where and when, in a line."""
    cpu = re.search(r"model name\s*: (.+)", Path("/proc/cpuinfo").read_text())
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / (1 << 30)
    now = datetime.datetime.now(datetime.UTC)
    return ", ".join(
        [
            f"{now:%Y-%m-%d %H:%M} UTC",
            cpu[1] if cpu else platform.machine(),
            f"{os.cpu_count()} cores",
            f"{memory:.0f} GiB",
            f"Python {platform.python_version()}",
            f"torch {importlib.metadata.version('torch')}",
            f"load {os.getloadavg()[0]:.1f} at the start",
        ]
    )


def drawing(found: Found, where: str) -> dict[str, object]:
    """Return what the drawing shows."""
    costs = found.peers.costs if found.peers else []
    largest = max(found.growths, key=lambda g: (g.size, g.jobs), default=None)
    return {
        "where": where,
        "peers": [
            {
                "name": cost.way.name,
                "cpu": cost.cpu,
                "times": median(ratios(cost, costs[0])),
            }
            for cost in costs
        ],
        "growth": [
            {"size": g.size, "jobs": g.jobs, "cpu": g.cpu, "wall": g.wall}
            for g in found.growths
        ],
        "memory": [[at, held / MIB] for at, held in largest.usage.memory]
        if largest
        else [],
    }
