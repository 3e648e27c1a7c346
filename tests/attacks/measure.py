"""How much memory the sandboxes of a judge hold, seen from outside."""

from __future__ import annotations

import os
import re
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Self

from grader.sandbox.processes import descendants

INTERVAL = 0.05  # seconds


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
