"""The same tests by way of judge and sandbox, once these are warm.

    python -m bench.floor.graded small FOLDER
    python -m bench.floor.graded full

Prints, as JSON, the CPU seconds per submission of each pass, and the bytes of memory
that a submission takes beyond what the warm processes hold. Pages of files, as of
torch's libraries, do not count: all processes have them in common.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path

from bench.config import full_config, small_config, solutions
from bench.measure import Samples, share, watched
from grader.class_run.grading_config import GradingConfig, Task, judge_task
from grader.class_run.pool import JudgePool
from grader.intake import find_submissions
from grader.results.output import OutputFolder, report_name
from grader.sandbox.processes import descendants
from grader.scoring.submission import Submission

PASSES = 2
FIRST = 2
"""Submissions that warm the processes, and in which memory is watched."""
LOOK_SECONDS = 0.01
TICK = os.sysconf("SC_CLK_TCK")


class Warm:
    """A judge and its sandbox, warm, in whose processes all work can be seen."""

    def __init__(
        self, config: GradingConfig, pool: JudgePool, output: OutputFolder
    ) -> None:
        """Take them when they have just started."""
        self.config, self.pool, self.output = config, pool, output
        self.idle = set(descendants(os.getpid()))

    def grade(self, submissions: Sequence[Submission]) -> None:
        """Grade submissions one after the other, until nothing of them is left."""
        for submission in submissions:
            _, report = judge_task(self.pool, Task(submission), self.config)
            self.output.write_signed(report_name(submission.student), report)
            while set(descendants(os.getpid())) - self.idle:
                time.sleep(0.002)

    def cpu(self, submissions: Sequence[Submission]) -> float:
        """Return the CPU seconds that grading takes, per submission."""
        before = cpu_of(self.idle)
        self.grade(submissions)
        return (cpu_of(self.idle) - before) / len(submissions)

    def own_memory(self, submissions: Sequence[Submission]) -> int:
        """Return how much more memory is held while grading, at most."""
        before = anonymous()
        samples: Samples = []
        with watched(samples, LOOK_SECONDS, anonymous):
            self.grade(submissions)
        return max(held for _, held in samples) - before


def anonymous() -> int:
    """Return the bytes that this process and those below hold, no file behind them."""
    pids = [os.getpid(), *descendants(os.getpid())]
    return sum(share(pid, "Pss_Anon") for pid in pids)


def cpu_of(pids: set[int]) -> float:
    """Return the CPU seconds of this process, others, and all below that have ended.

    What held a box until its server was there may be about to end; its parent counts
    it then.
    """
    ticks = 0
    for pid in (os.getpid(), *pids):
        with suppress(OSError):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += sum(map(int, fields[11:15]))
    return ticks / TICK


def measure_warm(config: GradingConfig, submissions: Sequence[Submission]) -> None:
    """Print what submissions cost."""
    with (
        tempfile.TemporaryDirectory() as folder,
        OutputFolder(Path(folder), config.secret).opened() as output,
        config.start_pool(1) as pool,
    ):
        warm = Warm(config, pool, output)
        warm.grade(submissions[:FIRST])
        passes = [warm.cpu(submissions) for _ in range(PASSES)]
        memory = warm.own_memory(submissions[:FIRST])
    print(json.dumps({"cpu": passes, "memory": memory}))


def small(folder: Path) -> None:
    """Grade a class with the 48 small tests."""
    config = small_config(folder)
    origins = find_submissions(folder / "class").origins
    measure_warm(config, [config.read(origin) for origin in origins])


def full() -> None:
    """Grade the solutions with the hidden suite."""
    config = full_config()
    measure_warm(config, [solutions(config)])


def main(which: str, *folder: str) -> None:
    """Grade, and print what it costs."""
    small(Path(*folder)) if which == "small" else full()


main(*sys.argv[1:])
