"""What a submission leaves behind: files, and objects of the kernel that outlive it."""

from __future__ import annotations

import contextlib
import ctypes
import os
import shutil
from collections.abc import Iterator
from pathlib import Path

SHARED = tuple(map(Path, ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue")))
"""Folders in which every user of a machine may make files."""
SYSTEM_V = Path("/proc/sysvipc")
IPC_RMID = 0


def empty(folder: Path) -> bool:
    """Remove what lies in `folder`; say whether it is empty then."""
    for entry in os.scandir(folder):
        remove(entry)
    return not os.listdir(folder)


def remove(entry: os.DirEntry[str]) -> None:
    """Remove a file or a folder, folders without permissions in it too."""
    if not entry.is_dir(follow_symlinks=False):
        with contextlib.suppress(OSError):
            os.unlink(entry.path)
        return
    with contextlib.suppress(OSError):
        os.chmod(entry.path, 0o700)
    for path, names, _ in os.walk(entry.path):
        for name in names:
            if not Path(path, name).is_symlink():
                with contextlib.suppress(OSError):
                    os.chmod(Path(path, name), 0o700)
    shutil.rmtree(entry.path, ignore_errors=True)


def remove_own() -> None:
    """Remove what this process's user has in folders and objects that all users share.

    A user of its own is all that divides a submission from the next one where there are
    no namespaces. That user may remove nothing but its own.
    """
    for folder in SHARED:
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                if owner_of(entry) == os.getuid():
                    remove(entry)
    libc = ctypes.CDLL(None)
    for number in own_objects("shm"):
        libc.shmctl(number, IPC_RMID, None)
    for number in own_objects("sem"):
        libc.semctl(number, 0, IPC_RMID)
    for number in own_objects("msg"):
        libc.msgctl(number, IPC_RMID, None)


def owner_of(entry: os.DirEntry[str]) -> int | None:
    """Return the uid of a file's owner; None if somebody else has just removed it."""
    try:
        return entry.stat(follow_symlinks=False).st_uid
    except FileNotFoundError:
        return None


def own_objects(kind: str) -> Iterator[int]:
    """Yield the System V objects that this process's user made, or was given.

    Args:
        kind: "shm", "sem" or "msg".
    """
    with contextlib.suppress(OSError):
        head, *rows = SYSTEM_V.joinpath(kind).read_text().splitlines()
        for row in rows:
            entry = dict(zip(head.split(), map(int, row.split()), strict=True))
            if os.getuid() in (entry["uid"], entry["cuid"]):
                yield entry["msqid" if kind == "msg" else f"{kind}id"]
