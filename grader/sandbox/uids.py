"""Users for sandboxes: each that root starts gets a uid that no other one has.

The kernel counts processes per user, and a sandbox at the level *uid* ends whatever its
user runs and removes what it has left in folders of all users. So a uid is taken by a
lock that holds as long as the sandbox, across all runs on the machine, and one that
belongs to somebody is never taken.
"""

from __future__ import annotations

import fcntl
import os
import pwd
from itertools import filterfalse
from pathlib import Path
from typing import IO

from grader.sandbox import SandboxError

UIDS = range(60001, 60201)
LOCKS = Path("/run/grader")


class NoUidError(SandboxError):
    """Every uid for sandboxes is taken, or the locks cannot be written."""


def take_uid() -> tuple[int, IO[str] | None]:
    """Return a uid and the open file whose lock keeps it; without root, none is needed.

    Raises:
        NoUidError: there is none to be had.
    """
    if os.geteuid() != 0:
        return UIDS[0], None
    try:
        LOCKS.mkdir(mode=0o700, exist_ok=True)
        for uid in filterfalse(is_known, UIDS):
            lock = open(LOCKS / str(uid), "w")  # noqa: SIM115 - held by the caller
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                continue
            return uid, lock
    except OSError as error:
        raise NoUidError(
            "{path} cannot be written: {error}", path=LOCKS, error=error.strerror
        ) from error
    raise NoUidError(
        "all {n} users for sandboxes are taken (see {path})", n=len(UIDS), path=LOCKS
    )


def is_known(uid: int) -> bool:
    """Say whether the machine has an account with this uid."""
    try:
        pwd.getpwuid(uid)
    except KeyError:
        return False
    return True
