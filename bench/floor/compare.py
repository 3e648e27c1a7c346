"""Compare what grading costs with what the tests alone cost."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from statistics import median
from typing import Any

from bench.measure import Command, ratios, run
from bench.peers.cohort import cohort
from bench.peers.ours import Ours
from bench.peers.suite import pytest_suite
from bench.peers.way import write_checks
from grader.layout import KIT

SUITES = {"small": ("small",), "full": ("full", "simulated")}
"""What runs in a process of its own where a suite runs alone."""


@dataclass
class Floor:
    """CPU seconds per submission, by round, and memory of one suite."""

    alone: list[float] = field(default_factory=list)
    graded: list[float] = field(default_factory=list)
    memory: int = 0
    """Bytes that a submission takes beyond the warm processes, at most."""

    @property
    def ratios(self) -> list[float]:
        """Return, by round, how many times the tests alone grading costs."""
        return ratios(self.graded, self.alone)


def find_floor(
    folder: Path, rounds: int, tell: Callable[[str], None]
) -> dict[str, Floor]:
    """Measure both suites, alone and graded in turn, `rounds` times."""
    sources = cohort()
    Ours(folder, list(sources)).prepare(sources)
    write_checks(folder / "tests")
    (folder / "tests" / "test_checks.py").write_text(pytest_suite())
    found = {suite: Floor() for suite in SUITES}
    for i in range(rounds):
        for suite, floor in found.items():
            tell(f"{suite} suite: round {i + 1} of {rounds}")
            parts = [result_of("alone", part, folder) for part in SUITES[suite]]
            floor.alone.append(sum(map(median, parts)))
            graded = result_of("graded", suite, folder)
            floor.graded.append(median(graded["cpu"]))
            floor.memory = max(floor.memory, graded["memory"])
    return found


def result_of(module: str, suite: str, folder: Path) -> Any:
    """Return what a script of this package prints."""
    script = [sys.executable, "-m", f"bench.floor.{module}", suite]
    where = [folder] if suite == "small" else []
    return json.loads(run(Command([*script, *where], KIT.root)))
