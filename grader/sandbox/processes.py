"""The processes below one, by what the kernel says of each thread's children."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path


def descendants(root: int) -> list[int]:
    """Return the pids of all processes below `root`."""
    found: list[int] = []
    unseen = [root]
    while unseen:
        below = children(unseen.pop())
        found += below
        unseen += below
    return found


def children(pid: int) -> list[int]:
    """Return the pids of a process's children; none if it is gone."""
    tasks = Path(f"/proc/{pid}/task")
    found: list[int] = []
    with contextlib.suppress(OSError):
        for thread in os.listdir(tasks):
            with contextlib.suppress(OSError):
                text = (tasks / thread / "children").read_text()
                found += map(int, text.split())
    return found
