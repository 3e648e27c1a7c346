"""How much memory the sandboxes of a suite hold, seen from outside."""

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

from grader.sandbox.processes import children, descendants

INTERVAL = 0.05  # seconds
IOPRIO_GET = pyseccomp.resolve_syscall(pyseccomp.system_arch(), "ioprio_get")


class Meter:
    """Watches the sandboxes of a suite while an attack is played."""

    def __init__(self, root: int) -> None:
        """Take the id of the process that everything descends from."""
        self.root = root
        self.peak = 0
        """Bytes above what the sandboxes held at the start."""
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch)

    def _watch(self) -> None:
        while not self._done.wait(INTERVAL):
            self.peak = max(self.peak, held_in_sandboxes(self.root) - self._at_start)

    def __enter__(self) -> Self:
        """Start to watch."""
        self._at_start = held_in_sandboxes(self.root)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        """Watch no longer."""
        self._done.set()
        self._thread.join()


def held_in_sandboxes(root: int) -> int:
    """Return the bytes that the sandboxes of a suite hold in memory, files too.

    Args:
        root: the process that everything descends from.
    """
    found = servers(root)
    inside = [pid for server in found for pid in (server, *descendants(server))]
    return sum(map(anonymous, inside)) + sum(files_in_memory(found))


def settings_of_servers(root: int) -> list[tuple[object, ...]]:
    """Return what a process of the same user could change of a sandbox's server."""
    return [settings(pid) for pid in servers(root) if is_first(pid)]


def servers(root: int) -> list[int]:
    """Return the servers of sandboxes, whatever their workers call themselves."""
    return [pid for pid in children(root) if name(pid) == "grader-server"]


def name(pid: int) -> str:
    """Return what a process calls itself."""
    with suppress(OSError):
        return Path(f"/proc/{pid}/comm").read_text().strip()
    return ""


def is_first(pid: int) -> bool:
    """Say whether a process is the first one of its namespace."""
    with suppress(OSError):
        inside = Path(f"/proc/{pid}/status").read_text().split("NSpid:")[1]
        return inside.split("\n")[0].split()[-1] == "1"
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
