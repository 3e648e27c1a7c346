"""What was measured, where, and the bars that it must meet."""

from __future__ import annotations

import datetime
import importlib.metadata
import os
import platform
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import attrgetter
from pathlib import Path
from statistics import median

from bench.cold.compare import Cold
from bench.floor.compare import Floor
from bench.growth.grow import Growth, Rerun
from bench.peers.compare import Comparison
from bench.selfcheck import Counted
from bench.table import MB, MIB

MAX_SMALL_CPU = 0.30  # seconds per submission of 48 small tests
MAX_FULL_RATIO = 1.3  # times what the hidden suite costs alone
MAX_MEMORY = 60 * MB  # of one submission, beyond the warm processes
MAX_RERUN = 10.0  # seconds for a class in which nothing has changed
MAX_DRIFT = 1.05  # late memory of a large class to early
MAX_COLD_CPU = 0.7  # times plain pytest, the hidden suite once from nothing
MAX_COLD_WALL = 0.6
MAX_COLD_PEAK = 512 * MIB
MAX_JUDGE = 150 * MIB  # of a further judge and its sandbox, at work


@dataclass
class Found:
    """What was measured; parts that were not asked for are empty."""

    counted: Sequence[Counted] = ()
    peers: Comparison | None = None
    cold: Cold | None = None
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
    if found.cold:
        full, judge = found.cold.full, found.cold.of_each(attrgetter("work"))
        cpu, wall = median(full.cpu_ratios), median(full.wall_ratios)
        once = "the hidden suite once"
        yield Bar(f"{once}, CPU to plain pytest", cpu, MAX_COLD_CPU, "times")
        yield Bar(f"{once}, wall to plain pytest", wall, MAX_COLD_WALL, "times")
        peak, limit = full.ours.peak / MIB, MAX_COLD_PEAK / MIB
        yield Bar(f"{once}, peak", peak, limit, "MiB")
        yield Bar("a further judge at work", judge / MIB, MAX_JUDGE / MIB, "MiB")
    if found.floors:
        small, whole = found.floors["small"], found.floors["full"]
        yield Bar("48 small tests, CPU", median(small.graded), MAX_SMALL_CPU, "s")
        times = median(whole.ratios)
        yield Bar("the hidden suite, CPU to alone", times, MAX_FULL_RATIO, "times")
        for name, floor in (("48 small tests", small), ("the hidden suite", whole)):
            memory, limit = floor.memory / MB, MAX_MEMORY / MB
            yield Bar(f"{name}, own memory", memory, limit, "MB")
    drifts = [growth.drift for growth in found.growths if growth.drift]
    if drifts:
        what = "a large class, memory late to early"
        yield Bar(what, max(drifts), MAX_DRIFT, "times")
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
