"""The tests that a submission must pass: what scores are computed against."""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from functools import cached_property
from pathlib import Path

from grader.layout import Layout
from grader.syllabus import Topic


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

    @property
    def name(self) -> str:
        """Return the name of the function, as `test_it_adds`."""
        return self.function.rpartition("::")[2]


@dataclass(frozen=True)
class Manifest:
    """All expected tests, and a hash of the suite they come from."""

    checks: tuple[Check, ...]
    suite: str
    topics: Mapping[str, str]
    """By topic, a hash of what decides its verdicts: tests, helpers, registry entry."""

    def only(self, exercises: Collection[str]) -> Manifest:
        """Return the manifest of some exercises."""
        checks = tuple(c for c in self.checks if c.exercise in exercises)
        return replace(self, checks=checks)

    def without(self, functions: Collection[str]) -> Manifest:
        """Return the manifest in which test functions of these names are left out."""
        checks = tuple(c for c in self.checks if c.name not in functions)
        return replace(self, checks=checks)

    @cached_property
    def by_exercise(self) -> Mapping[str, Sequence[Check]]:
        """Return the checks of each exercise."""
        found: dict[str, list[Check]] = defaultdict(list)
        for check in self.checks:
            found[check.exercise].append(check)
        return found

    @cached_property
    def shares(self) -> Mapping[str, Fraction]:
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


def suite_digest(course: Layout, tests: Path) -> str:
    """Return a hash of everything that decides what a submission must pass.

    Args:
        course: with the registry and the reference solutions.
        tests: the folder that holds the suite.
    """
    solutions = sorted(course.solutions.glob("*.py"))
    return digest_files((course.registry, *solutions, *sorted(tests.rglob("*.py"))))


def topic_digest(topic: Topic, folders: Iterable[Path], solution: Path) -> str:
    """Return a hash of everything that decides the verdicts on a topic's file.

    Args:
        topic: with all its exercises.
        folders: that its tests lie in, with their helpers beside them.
        solution: the reference, which may be missing.
    """
    sections = [(e.id, e.section, e.page) for e in topic.exercises]
    files = sorted(path for folder in folders for path in folder.glob("*.py"))
    files += [solution] if solution.exists() else []
    text = f"{topic.title} {sections} {digest_files(files)}"
    return hashlib.sha256(text.encode()).hexdigest()


def digest_files(paths: Iterable[Path]) -> str:
    """Return a hash of files' names and contents."""
    hasher = hashlib.sha256()
    for path in paths:
        data = path.read_bytes()
        hasher.update(f"{path.name} {len(data)}\n".encode())
        hasher.update(data)
    return hasher.hexdigest()
