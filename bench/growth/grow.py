"""Grade classes of growing size, look at cost and memory, and grade again."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.measure import Command, Usage, measure, run
from grader.layout import KIT

LOOK_SECONDS = 0.5
LONG = 100
"""Students of a class that shows whether memory grows."""
KEPT = re.compile(r"\((\d+) unchanged, not graded again\)")


class WrongScoresError(Exception):
    """A student's score is not what the answers deserve, or a rerun changes one."""


@dataclass(frozen=True)
class Growth:
    """What a class of one size costs."""

    size: int
    jobs: int
    usage: Usage

    @property
    def cpu(self) -> float:
        """Return CPU seconds per submission, the start included."""
        return self.usage.cpu / self.size

    @property
    def wall(self) -> float:
        """Return seconds per submission, the start included."""
        return self.usage.wall / self.size

    @property
    def early(self) -> int:
        """Return the most bytes held in the second fifth of the run."""
        return self._most(0.2, 0.4)

    @property
    def late(self) -> int:
        """Return the most bytes held in the last fifth of the run."""
        return self._most(0.8, 1.0)

    @property
    def drift(self) -> float | None:
        """Return the late ones as a part of the early ones; None for a short run."""
        return self.late / self.early if self.size >= LONG else None

    def _most(self, first: float, last: float) -> int:
        parts = [
            held
            for at, held in self.usage.memory
            if first <= at / self.usage.wall <= last
        ]
        return max(parts, default=0)


@dataclass(frozen=True)
class Rerun:
    """What the same command costs when nothing has changed."""

    size: int
    usage: Usage


def grow(
    folder: Path,
    sizes: Sequence[int],
    jobs: Sequence[int],
    only: str,
    tell: Callable[[str], None],
) -> tuple[list[Growth], Rerun]:
    """Grade classes of `sizes` with `jobs` judges, and the largest once more.

    Raises:
        WrongScoresError: a score is wrong, or the rerun grades somebody again.
    """
    script = [sys.executable, "-m", "bench.growth.students"]
    found = []
    for size in sizes:
        tell(f"a class of {size}")
        home = folder / f"class-{size}"
        made = run(Command([*script, home, str(size), only], KIT.root))
        wrong = json.loads(made)
        for count in jobs:
            tell(f"a class of {size}, {count} judges")
            out = folder / f"out-{size}-{count}"
            usage = measure([command(home, out, count, only)], look=LOOK_SECONDS)
            check_scores(out, wrong)
            found.append(Growth(size, count, usage))
    tell(f"the same class of {sizes[-1]} again")
    before = state(out)
    usage = measure([command(home, out, count, only)])
    kept = KEPT.search(usage.output)
    if kept is None or int(kept[1]) != sizes[-1] or state(out) != before:
        raise WrongScoresError(f"the rerun grades again: {usage.output}")
    return found, Rerun(sizes[-1], usage)


def command(home: Path, out: Path, jobs: int, only: str) -> Command:
    """Return the command that an instructor would type."""
    verb = [sys.executable, "-m", "grader", "grade", home, "--out", out]
    return Command(
        [*verb, "--jobs", str(jobs), *(["--only", only] if only else [])],
        KIT.root,
        {"GRADER_SECRET": "bench"},
    )


def check_scores(out: Path, wrong: Mapping[str, Sequence[str]]) -> None:
    """Look that points are lost where answers are wrong, and nowhere else.

    Raises:
        WrongScoresError: somebody has other points.
    """
    scores = json.loads((out / "scores.json").read_text(encoding="utf-8"))
    graded = {s["student"]: s for s in scores["students"]}
    for student, exercises in wrong.items():
        short = sorted(filter_short(graded[student]["exercises"]))
        if short != sorted(exercises):
            raise WrongScoresError(
                f"{student} answers {sorted(exercises)} wrongly, but loses points in "
                f"{short}"
            )


def filter_short(exercises: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Return the exercises without full points; open ones are not lost."""
    return [
        name
        for name, score in exercises.items()
        if score["points"] + score["open"] < score["max"]
    ]


def state(out: Path) -> dict[str, Any]:
    """Return what lies there, with the times at which reports were written."""
    reports = {p.name: p.stat().st_mtime_ns for p in out.glob("reports/*.json")}
    return {**reports, "scores": (out / "scores.json").read_bytes()}
