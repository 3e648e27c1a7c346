"""The processes below one, and the attributes and children of this one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
from pathlib import Path

PR_SET_DUMPABLE, PR_SET_NAME, PR_SET_CHILD_SUBREAPER = 4, 15, 36


def prctl(option: int, value: int | bytes) -> None:
    """Set an attribute of this process, where the kernel has it."""
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def ends_of_children() -> socket.socket:
    """Return what can be read once a child process has ended."""
    ours, theirs = socket.socketpair()
    ours.setblocking(False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    signal.set_wakeup_fd(ours.detach())
    return theirs


def forget_children() -> None:
    """In a fork, let the end of a child be what it is by default."""
    ours = signal.set_wakeup_fd(-1)
    if ours != -1:
        os.close(ours)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)


def reap(options: int) -> None:
    """Take note of the ends of children."""
    with contextlib.suppress(ChildProcessError):
        while os.waitpid(-1, options)[0]:
            continue


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
