"""The whole hidden suite on the solutions: `grader grade-one` beside plain pytest."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from bench.measure import Command, Usage, measure, ratios
from bench.peers.compare import LOOK_SECONDS, DisagreementError
from bench.peers.plain_pytest import REPORTING
from bench.peers.way import ONE_THREAD, read_json
from grader.judge.options import options
from grader.layout import KIT

VARIABLES = {**ONE_THREAD, "CUDA_VISIBLE_DEVICES": "", "GRADER_SECRET": "bench"}
"""Without a GPU, all tests can run in one process: those on the simulated one, too."""
PASSED = {"passed", "skipped"}


@dataclass
class Runs:
    """What a command used."""

    rounds: list[Usage] = field(default_factory=list)
    peak: int = 0
    """Bytes of all its processes at the highest point."""

    @property
    def cpu(self) -> list[float]:
        """Return CPU seconds by round."""
        return [usage.cpu for usage in self.rounds]

    @property
    def wall(self) -> list[float]:
        """Return seconds by round."""
        return [usage.wall for usage in self.rounds]


@dataclass(frozen=True)
class Full:
    """What the commands used, in the same rounds."""

    ours: Runs = field(default_factory=Runs)
    plain: Runs = field(default_factory=Runs)
    torch: Runs = field(default_factory=Runs)
    """`import torch`, for scale."""

    @property
    def cpu_ratios(self) -> list[float]:
        """Return, by round, how many times the CPU time of plain pytest we take."""
        return ratios(self.ours.cpu, self.plain.cpu)

    @property
    def wall_ratios(self) -> list[float]:
        """Return, by round, how many times as long as plain pytest we take."""
        return ratios(self.ours.wall, self.plain.wall)


def grade_full(folder: Path, rounds: int, tell: Callable[[str], None]) -> Full:
    """Run the commands in turn, `rounds` times; memory is watched in a round before.

    Raises:
        DisagreementError: not every test passes in both.
    """
    work, out = folder / "ana", folder / "out"
    work.mkdir(parents=True)
    out.mkdir()
    for path in KIT.solutions.glob("*.py"):
        shutil.copy(path, work)
    full, ours, plain = Full(), out / "ours.json", out / "plain.json"
    commands = [
        (full.ours, grade_one(work, ours)),
        (full.plain, plain_pytest(work, plain)),
        (full.torch, command("-c", "import torch")),
    ]
    tell("the hidden suite once: memory")
    for runs, once in commands:
        runs.peak = measure([once], look=LOOK_SECONDS).peak
    for i in range(rounds):
        tell(f"the hidden suite once: round {i + 1} of {rounds}")
        for runs, once in commands:
            runs.rounds.append(measure([once]))
        check(outcomes(ours), outcomes(plain))
    return full


def grade_one(work: Path, report: Path) -> Command:
    """Return the command as a CI job has it."""
    verb = ("-m", "grader", "grade-one", work, "--report", report)
    return command(*verb, "--limit", "test_seconds=60")


def plain_pytest(work: Path, report: Path) -> Command:
    """Return the same tests in one process, beside the submission, no sandbox."""
    return command(
        *("-m", "pytest", *options(KIT, KIT.hidden_tests), *REPORTING),
        *(f"--json-report-file={report}", f"--submission={work}", KIT.hidden_tests),
    )


def command(*arguments: str | Path) -> Command:
    """Return a command of the kit's Python."""
    return Command([sys.executable, *arguments], KIT.root, VARIABLES)


def outcomes(path: Path) -> dict[str, str]:
    """Return what a report says of each test."""
    return {test["nodeid"]: test["outcome"] for test in read_json(path)["tests"]}


def check(ours: Mapping[str, str], plain: Mapping[str, str]) -> None:
    """Look that every test passes in both, or needs a GPU.

    Raises:
        DisagreementError: one does not.
    """
    tests = sorted({*ours, *plain})
    both = {test: (ours.get(test), plain.get(test)) for test in tests}
    found = [
        f"  {test}: {mine}, by plain pytest {other}"
        for test, (mine, other) in both.items()
        if mine != other or mine not in PASSED
    ]
    if found:
        raise DisagreementError("\n".join(["the solutions do not pass:", *found]))
