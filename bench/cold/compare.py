"""Measure what starts from nothing: 48 tests, the hidden suite, further judges."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Command, run
from bench.peers.compare import ONCE, Comparison, compare
from grader.layout import KIT

from .full import Full, grade_full

JUDGES = (1, 2, 4, 8)


@dataclass(frozen=True)
class Held:
    """Bytes that all processes of a suite hold together."""

    fresh: int
    """Before the first submission."""
    work: int
    """At the highest point, while each judge grades."""
    idle: int
    """After that."""


@dataclass(frozen=True)
class Cold:
    """What was measured."""

    small: Comparison
    full: Full
    judges: Mapping[int, Held]
    """By how many there are."""

    def of_each(self, kind: Callable[[Held], int]) -> float:
        """Return the bytes that each further judge adds."""
        few, many = min(self.judges), max(self.judges)
        grown = kind(self.judges[many]) - kind(self.judges[few])
        return grown / (many - few)


def find_cold(folder: Path, rounds: int, tell: Callable[[str], None]) -> Cold:
    """Measure all of it; what is compared is run in turn, `rounds` times.

    Raises:
        DisagreementError: two tools judge differently, or a solution does not pass.
    """
    small = compare(folder / "small", rounds, 1, ONCE, tell)
    full = grade_full(folder / "full", rounds, tell)
    judges = {}
    for count in JUDGES:
        tell(f"memory of {count} judges")
        script = [sys.executable, "-m", "bench.cold.judges", str(count)]
        judges[count] = Held(**json.loads(run(Command(script, KIT.root))))
    return Cold(small, full, judges)
