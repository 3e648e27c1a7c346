"""The tests that a submission must pass: what scores are computed against."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path


@dataclass(frozen=True)
class Check:
    """One expected test."""

    nodeid: str
    exercise: str
    weight: int
    """Share of its test function in the exercise's points."""
    cuda: bool = False

    @property
    def function(self) -> str:
        """Return the node id of the function, without parameters."""
        return self.nodeid.partition("[")[0]


@dataclass(frozen=True)
class Manifest:
    """All expected tests, and a hash of the suite they come from."""

    checks: tuple[Check, ...]
    suite: str

    def only(self, exercises: Collection[str]) -> Manifest:
        """Return the manifest of some exercises."""
        checks = tuple(c for c in self.checks if c.exercise in exercises)
        return Manifest(checks, self.suite)

    def shares(self) -> dict[str, Fraction]:
        """Return each test's share of its points: functions by weight, cases alike.

        The shares of an exercise's tests that run everywhere add up to 1; so do those
        of its tests that need a GPU. A function may have cases of both kinds.
        """
        cases = Counter((check.function, check.cuda) for check in self.checks)
        weights: dict[tuple[str, bool], Fraction] = {}
        for check in self.checks:
            key = (check.exercise, check.cuda)
            part = Fraction(check.weight, cases[check.function, check.cuda])
            weights[key] = weights.get(key, Fraction(0)) + part
        return {
            check.nodeid: Fraction(check.weight, cases[check.function, check.cuda])
            / weights[check.exercise, check.cuda]
            for check in self.checks
        }


def suite_digest(registry: Path, tests: Iterable[Path]) -> str:
    """Return a hash of everything that decides what a submission must pass."""
    hasher = hashlib.sha256()
    for path in (registry, *sorted(tests)):
        data = path.read_bytes()
        hasher.update(f"{path.name} {len(data)}\n".encode())
        hasher.update(data)
    return hasher.hexdigest()
