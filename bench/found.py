"""What was measured, where, and the bars that it must meet."""

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

from bench.floor.compare import Floor
from bench.growth.grow import Growth, Rerun
from bench.peers.compare import Comparison
from bench.selfcheck import Counted
from bench.table import MB

MAX_SMALL_CPU = 0.30  # seconds per submission of 48 small tests
MAX_FULL_RATIO = 2.5  # times what the hidden suite costs alone
MAX_MEMORY = 60 * MB  # of one submission, beyond the warm processes
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


def bars(found: Found) -> Iterator[Bar]:
    """Yield what must hold."""
    if found.floors:
        small, full = found.floors["small"], found.floors["full"]
        yield Bar("48 small tests, CPU", median(small.graded), MAX_SMALL_CPU, "s")
        times = median(full.ratios)
        yield Bar("the hidden suite, CPU to alone", times, MAX_FULL_RATIO, "times")
        for name, floor in (("48 small tests", small), ("the hidden suite", full)):
            memory, limit = floor.memory / MB, MAX_MEMORY / MB
            yield Bar(f"{name}, own memory", memory, limit, "MB")
    if found.rerun:
        seconds = found.rerun.usage.wall
        yield Bar("an unchanged class again", seconds, MAX_RERUN, "s")


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
