"""Check the measurement itself: is work inside the sandbox counted, all of it?

Submissions burn a known amount of CPU: one in its own process, one in children that it
never waits for. Both ways of counting must see it: what the kernel adds up over a whole
command, and what `/proc` says of warm processes.
"""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path

from bench.measure import Command, measure, run
from bench.peers.ours import Ours, write_course
from bench.peers.way import write_class
from grader.layout import KIT

TESTS = 3
STARTS = 4
"""The least of them counts: the first compiles the kit's modules, and a busy machine
makes any of them dear."""
SECONDS = 4.0  # much more than what one start differs from another
MISSED = 0.07
TOO_MUCH = 0.5  # a busy machine stretches the time in which the sandbox looks on
SUITE = """
from typing import Any
import pytest
from grader.observe import expect_equal

def burn(ex: Any, seconds: float) -> bool:
    ex.burn(seconds)
    return True

@pytest.mark.exercise("custom_layer.MyLinear")
@pytest.mark.parametrize("i", range({tests}))
def test_burn(observe, i):
    expect_equal(observe(burn, {seconds}), True, "It does not burn.")
"""
ALONE = """
import os, time

def burn(seconds):
    started = time.process_time()
    while time.process_time() - started < seconds:
        pass
"""
IN_CHILDREN = (
    ALONE.replace("def burn", "def spin")
    + """
def burn(seconds):
    reader, writer = os.pipe()
    if os.fork() == 0:
        spin(seconds)
        os.write(writer, b"+")
        os._exit(0)
    os.read(reader, 1)
"""
)


class UncountedError(Exception):
    """The measurement misses work, or counts too much."""


@dataclass(frozen=True)
class Counted:
    """CPU seconds that were burnt in the sandbox, and those that were counted."""

    where: str
    way: str
    burnt: float
    counted: float
    watched: bool = False
    """Whether the sandbox watches the submission closely, which costs time."""

    def check(self) -> None:
        """Compare the two.

        Raises:
            UncountedError: they differ by too much.
        """
        part = self.counted / self.burnt
        if part < 1 - MISSED or (part > 1 + TOO_MUCH and not self.watched):
            raise UncountedError(
                f"{self.burnt:.1f} s of CPU were burnt {self.where}, but "
                f"{self.counted:.2f} s counted {self.way}: no figure can be trusted"
            )


def check_counting(folder: Path) -> list[Counted]:
    """Burn CPU in the sandbox and return what was counted of it.

    Raises:
        UncountedError: not what was burnt.
    """
    rest = min(of_command(folder / f"start {i}", ALONE, 0.0) for i in range(STARTS))
    alone = of_command(folder / "alone", ALONE, SECONDS) - rest
    children = of_command(folder / "children", IN_CHILDREN, SECONDS) - rest
    warm = of_warm(folder / "warm", ALONE, 0.5)
    found = [
        Counted("in the worker", "by the kernel", TESTS * SECONDS, alone),
        Counted("in its children", "by the kernel", TESTS * SECONDS, children, True),
        Counted("in the worker", "in /proc", TESTS * 0.5, warm),
    ]
    for counted in found:
        counted.check()
    return found


def write(folder: Path, submission: str, seconds: float) -> None:
    """Write a submission, and a suite that lets it burn so many seconds per test."""
    write_class(folder, {"ana": submission.encode()})
    write_course(folder, SUITE.format(tests=TESTS, seconds=seconds))


def of_command(folder: Path, submission: str, seconds: float) -> float:
    """Return the CPU seconds of a whole command that burns."""
    write(folder, submission, seconds)
    return measure(Ours(folder, ["ana"]).commands()).cpu


def of_warm(folder: Path, submission: str, seconds: float) -> float:
    """Return the CPU seconds of a submission that burns; judge and sandbox are warm."""
    write(folder, submission, seconds)
    script = [sys.executable, "-m", "bench.floor.graded", "small", folder]
    passes: list[float] = json.loads(run(Command(script, KIT.root)))["cpu"]
    return min(passes)
