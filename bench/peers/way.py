"""A way to grade a class: what every tool has in common here."""

from __future__ import annotations

import json
from abc import ABC, abstractmethod
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

from bench.measure import Command
from grader.layout import KIT

from .suite import TESTS, TOPIC, plain_checks

PEER_PYTHON = KIT.root / ".venv-bench" / "bin" / "python"
INSIDE = Path(__file__).parent / "inside"
ONE_THREAD = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
"""The fastest for small tests, for every tool."""


@dataclass(frozen=True)
class Verdict:
    """What a tool says about one submission."""

    passed: frozenset[str]
    """Names of tests."""
    points: float
    """As the tool itself adds them up."""


def verdict(passed: Collection[str], points: float) -> Verdict:
    """Return a verdict with points rounded as ours are."""
    return Verdict(frozenset(passed), round(points, 2))


class Way(ABC):
    """Grades a class; what it writes and reads lies in one folder."""

    name: ClassVar[str]
    how: ClassVar[str]
    """What it does for a submission, in a few words."""
    package: ClassVar[str] = ""
    """What must be installed in the peers' environment."""
    jobs: ClassVar[int] = 1
    """Commands side by side."""

    def __init__(self, folder: Path, students: Sequence[str]) -> None:
        """Take the folder, and the names of the students whose work lies there."""
        self.folder, self.students = folder, students

    def paths(self, student: str) -> str:
        """Return where the tests and the work of a student are imported from."""
        return f"{self.folder}/class/{student}:{self.folder}/tests"

    @abstractmethod
    def prepare(self, sources: Mapping[str, bytes]) -> None:
        """Write tests and submissions; what a course does once is done here."""

    @abstractmethod
    def commands(self) -> list[Command]:
        """Return the commands that grade the class: these are measured."""

    @abstractmethod
    def verdicts(self) -> dict[str, Verdict]:
        """Read what the commands have left."""


def write_class(folder: Path, sources: Mapping[str, bytes]) -> None:
    """Write a folder per student with the topic's file in it."""
    for student, source in sources.items():
        home = folder / "class" / student
        home.mkdir(parents=True)
        (home / f"{TOPIC}.py").write_bytes(source)


def write_checks(folder: Path) -> None:
    """Write the modules that tests without a grader import."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "checks.py").write_text(plain_checks())
    (folder / "expect.py").write_bytes((INSIDE / "expect.py").read_bytes())


def read_json(path: Path) -> Any:
    """Return what a JSON file holds."""
    return json.loads(path.read_text(encoding="utf-8"))


def points_of(passed: Collection[str]) -> float:
    """Return the points of tests, for tools that know none."""
    return sum(test.points for test in TESTS if test.name in passed)
