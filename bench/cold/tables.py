"""Tables of what starts from nothing."""

from __future__ import annotations

from collections.abc import Callable
from operator import attrgetter

from bench.table import Table, mib, spread

from .compare import Cold, Held
from .full import Full

KINDS: dict[str, Callable[[Held], int]] = {
    "fresh": attrgetter("fresh"),
    "at work": attrgetter("work"),
    "idle": attrgetter("idle"),
}


def full_table(full: Full) -> Table:
    """Compare the whole suite with plain pytest."""
    names = {
        "this kit": full.ours,
        "pytest + json-report": full.plain,
        "`import torch`": full.torch,
    }
    rows = [
        [name, spread(runs.cpu), spread(runs.wall), mib(runs.peak)]
        for name, runs in names.items()
    ]
    notes = [
        f"Of plain pytest: CPU {spread(full.cpu_ratios)} times, wall "
        f"{spread(full.wall_ratios)} times.",
        "this kit: `grader grade-one`, a judge per core, sandbox on.",
        "pytest: all tests in one process, beside the submission, no sandbox.",
        "All tests pass in both; those that need a GPU are skipped in both.",
    ]
    columns = ["command", "CPU s", "wall s", "peak MiB"]
    title = "The hidden suite on the solutions, one submission from nothing"
    return Table(title, columns, rows, notes)


def judges_table(cold: Cold) -> Table:
    """Tell what judges hold."""
    rows = [
        [str(count), *(mib(kind(held)) for kind in KINDS.values())]
        for count, held in cold.judges.items()
    ]
    each = (mib(cold.of_each(kind)) for kind in KINDS.values())
    rows.append(["each further one", *each])
    notes = [
        "All processes together, in MiB: zygote, suite, judges, sandboxes. Fresh: "
        "before the first submission; at work: at the highest point while each judge "
        "grades the solutions with the hidden suite; idle: after that.",
    ]
    columns = ["judges", *KINDS]
    return Table("What judges hold, each with its sandbox", columns, rows, notes)
