"""Measure commands from outside: CPU, wall clock and memory of all their processes.

CPU is what the kernel adds up for processes that were waited for. This process adopts
orphans and waits for every one of them, so none is missed; `bench.selfcheck` shows it
with a known amount of work inside the sandbox. Memory is the share of each process in
what it maps (PSS), so this process must not import torch: it would take a share of it.
"""

from __future__ import annotations

import os
import re
import resource
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from pathlib import Path

from grader.sandbox.processes import PR_SET_CHILD_SUBREAPER, descendants, prctl

ORPHAN_SECONDS = 30
PAGE = os.sysconf("SC_PAGE_SIZE")

Samples = list[tuple[float, int]]
"""Seconds since the start, and bytes held then."""


class CommandError(Exception):
    """A measured command failed; the message holds the end of its output."""


@dataclass(frozen=True)
class Command:
    """A command to measure."""

    arguments: Sequence[str | Path]
    folder: Path
    variables: Mapping[str, str] = field(default_factory=dict)
    statuses: tuple[int, ...] = (0,)
    """Exit statuses that are no failure."""


@dataclass(frozen=True)
class Usage:
    """What commands used together."""

    cpu: float
    """Seconds, user and system, of all their processes."""
    wall: float
    memory: Samples
    """Empty where it was not watched."""
    output: str

    @property
    def peak(self) -> int:
        """Return the most bytes held at one time."""
        return max(held for _, held in self.memory)


def measure(commands: Sequence[Command], jobs: int = 1, look: float = 0.0) -> Usage:
    """Run commands, `jobs` of them at a time, and return what they used.

    Args:
        commands: what to run.
        jobs: how many at a time.
        look: seconds between two looks at memory, which takes some of another core's
            time; 0 for none.

    Raises:
        CommandError: one ends with an unexpected status, or leaves processes behind.
    """
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    before, started = cpu_of_children(), time.monotonic()
    samples: Samples = []
    with watched(samples, look, held_below) if look else nullcontext():
        with ThreadPoolExecutor(jobs) as threads:
            outputs = list(threads.map(run, commands))
        wall = time.monotonic() - started
        wait_for_orphans()
    return Usage(cpu_of_children() - before, wall, samples, "".join(outputs))


def run(command: Command) -> str:
    """Run a command and return what it printed.

    Raises:
        CommandError: it ends with an unexpected status.
    """
    with tempfile.TemporaryFile() as output:
        status = subprocess.run(
            command.arguments,
            cwd=command.folder,
            env=os.environ | command.variables,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        ).returncode
        output.seek(0)
        text = output.read().decode(errors="replace")
    if status not in command.statuses:
        line = " ".join(map(str, command.arguments))
        raise CommandError(f"exit status {status} of {line}:\n{text[-3000:]}")
    return text


def ratios(some: Sequence[float], others: Sequence[float]) -> list[float]:
    """Return, by round, how many times the others' figure one is."""
    return [a / b for a, b in zip(some, others, strict=True)]


def cpu_of_children() -> float:
    """Return the CPU seconds of all processes below this one that have ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def wait_for_orphans() -> None:
    """Wait for processes whose parents have ended before them.

    Raises:
        CommandError: one does not end.
    """
    deadline = time.monotonic() + ORPHAN_SECONDS
    with suppress(ChildProcessError):
        while time.monotonic() < deadline:
            if os.waitpid(-1, os.WNOHANG)[0] == 0:
                time.sleep(0.02)
        left = ", ".join(map(str, descendants(os.getpid())))
        raise CommandError(f"processes are left that do not end: {left}")


@contextmanager
def watched(
    samples: Samples, seconds: float, held: Callable[[], int]
) -> Iterator[None]:
    """Note every so many seconds how much memory is held."""
    started, done = time.monotonic(), threading.Event()

    def look() -> None:
        while not done.wait(seconds):
            samples.append((time.monotonic() - started, held()))

    with ThreadPoolExecutor(1) as threads:
        looking = threads.submit(look)
        try:
            yield
        finally:
            done.set()
        looking.result()  # raises what ended it before its time


def held_below() -> int:
    """Return the bytes of memory that the processes below this one hold."""
    return sum(map(share, descendants(os.getpid())))


def share(pid: int, kind: str = "Pss") -> int:
    """Return the bytes of a process's share in what it maps; 0 if it is gone.

    Where a process hides its map, all that it holds counts: too much, never too little.

    Args:
        pid: the process.
        kind: of memory: "Pss" for all, "Pss_Anon" for what no file backs.
    """
    with suppress(OSError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        found = re.search(rf"^{kind}:\s+(\d+)", text, re.MULTILINE)
        return int(found[1]) << 10 if found else 0
    with suppress(OSError):
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE
    return 0
