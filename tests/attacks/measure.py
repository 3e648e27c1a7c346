"""How much memory the sandboxes of a judge hold, seen from outside."""

from __future__ import annotations

import ctypes
import os
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

import pyseccomp

from grader.sandbox.processes import descendants

INTERVAL = 0.05  # seconds
IOPRIO_GET = pyseccomp.resolve_syscall(pyseccomp.system_arch(), "ioprio_get")


class Meter:
    """Watches the sandboxes below a judge while an attack is played."""

    def __init__(self, judge: int) -> None:
        """Take the judge's process id."""
        self.judge = judge
        self.peak = 0
        """Bytes above what the sandboxes held at the start."""
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._done.wait(INTERVAL):
            self.peak = max(self.peak, held_in_sandboxes(self.judge) - self._at_start)

    def __enter__(self) -> Self:
        """Start to watch."""
        self._at_start = held_in_sandboxes(self.judge)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no longer."""
        self._done.set()
        self._thread.join()


def held_in_sandboxes(judge: int) -> int:
    """Return the bytes that the sandboxes below a judge hold in memory, files too."""
    sandboxes = [pid for pid in descendants(judge) if not is_judge(pid)]
    return sum(map(anonymous, sandboxes)) + sum(files_in_memory(sandboxes[:1]))


def is_judge(pid: int) -> bool:
    """Say whether a process is a judge or its fork."""
    with suppress(OSError):
        return b"grader.judge" in Path(f"/proc/{pid}/cmdline").read_bytes()
    return False


def settings_of_servers(judge: int) -> list[tuple[object, ...]]:
    """Return what a process of the same user could change of a sandbox's server."""
    below = [pid for pid in descendants(judge) if not is_judge(pid)]
    return [settings(pid) for pid in below if is_server(pid)]


def is_server(pid: int) -> bool:
    """Say whether a process is the server of a sandbox, not one of its workers."""
    with suppress(OSError):
        inside = Path(f"/proc/{pid}/status").read_text().split("NSpid:")[1]
        named = b"server.py" in Path(f"/proc/{pid}/cmdline").read_bytes()
        return named and inside.split("\n")[0].split()[-1] == "1"
    return False


def settings(pid: int) -> tuple[object, ...]:
    """Return limits, priorities, clamps and masks of a process."""
    place = Path(f"/proc/{pid}")
    files = (
        "limits",
        "timerslack_ns",
        "oom_score_adj",
        "coredump_filter",
        "personality",
    )
    texts = [readable(place / name) for name in files]
    scheduled = (place / "sched").read_text().splitlines()
    kept = [line for line in scheduled if re.match(r"(policy|prio|.*uclamp)", line)]
    numbers = (place / "stat").read_text().rpartition(")")[2].split()
    ioprio = ctypes.CDLL(None).syscall(IOPRIO_GET, 1, pid)
    affinity = sorted(os.sched_getaffinity(pid))
    return (*texts, *kept, numbers[16], numbers[38], ioprio, *affinity)


def readable(path: Path) -> str:
    """Return a file's text; nothing where only root may read it."""
    with suppress(PermissionError):
        return path.read_text()
    return ""


def anonymous(pid: int) -> int:
    """Return a process's share of memory that no file backs; 0 if it is gone."""
    with suppress(OSError):
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
        found = re.search(r"^Pss_Anon:\s+(\d+)", text, re.MULTILINE)
        return int(found[1]) << 10 if found else 0
    return 0


def files_in_memory(sandboxes: list[int]) -> Iterator[int]:
    """Yield the bytes of files in the folders of a sandbox that lie in memory."""
    for pid in sandboxes:
        for folder in ("scratch", "dev/shm"):
            with suppress(OSError):
                found = os.statvfs(f"/proc/{pid}/root/{folder}")
                yield (found.f_blocks - found.f_bfree) * found.f_frsize
