"""What the kernel tells of processes; the attributes and the children of this one."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import socket
from pathlib import Path

PR_SET_DUMPABLE, PR_SET_NAME, PR_SET_CHILD_SUBREAPER = 4, 15, 36
PR_SET_NO_NEW_PRIVS = 38


def prctl(option: int, value: int | bytes) -> None:
    """Set an attribute of this process, where the kernel has it."""
    ctypes.CDLL(None).prctl(option, value, 0, 0, 0)


def become_user(uid: int) -> None:
    """Become a user, and a group of the same number, for good."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    prctl(PR_SET_NO_NEW_PRIVS, 1)


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


def waited(pid: int | None) -> float:
    """Return the seconds for which a process could have run, but had no core."""
    try:
        return int(Path(f"/proc/{pid}/schedstat").read_text().split()[1]) / 1e9
    except (OSError, IndexError):
        return 0.0


def open_files(pid: int | None) -> int | None:
    """Return how many files a process has open; None if it is gone, or hides them."""
    try:
        return len(os.listdir(f"/proc/{pid}/fd"))
    except OSError:
        return None


def resident_bytes(pid: int) -> int:
    """Return a process's memory that no file on disk backs, in full; 0 if it is gone.

    What processes share by mapping it counts, too.
    """
    try:
        return sum_of(Path(f"/proc/{pid}/status"), "RssAnon:", "RssShmem:")
    except OSError:
        return 0


def share_bytes(pid: int) -> int:
    """Return a process's share of memory that no file on disk backs; 0 if it is gone.

    Pages that it has in common with others count in parts, which takes the kernel a
    while to find out. Where a process hides its map, they count in full.
    """
    try:
        return sum_of(Path(f"/proc/{pid}/smaps_rollup"), "Pss_Anon:", "Pss_Shmem:")
    except OSError:
        return resident_bytes(pid)


def sum_of(path: Path, *names: str) -> int:
    """Return the bytes that the lines of these names tell, in KiB, in a file of /proc.

    Raises:
        OSError: the process is gone, or hides it.
    """
    lines = (line.split() for line in path.read_text().splitlines())
    return sum(int(words[1]) << 10 for words in lines if words and words[0] in names)
