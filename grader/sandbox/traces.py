"""What a submission leaves behind: files, in its own folder and in everybody's."""

from __future__ import annotations

import contextlib
import os
import secrets
from pathlib import Path

SHARED = tuple(map(Path, ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue")))
"""Folders in which every user of a machine may make files."""


def empty(folder: Path) -> bool:
    """Remove what lies in `folder`; say whether it is empty then."""
    for entry in os.scandir(folder):
        remove(entry.path)
    return not os.listdir(folder)


def remove(path: str | Path) -> None:
    """Remove a file or a folder, what is closed in it too, as far as that can be.

    What lies deep is moved up first: there may be more levels than a path can name, or
    a function that calls itself can go down.
    """
    if os.path.islink(path) or not os.path.isdir(path):
        with contextlib.suppress(OSError):
            os.unlink(path)
        return
    left = [str(path)]
    while left:
        here = left.pop()
        with contextlib.suppress(OSError):
            os.chmod(here, 0o700)
            for entry in list(os.scandir(here)):
                with contextlib.suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        os.chmod(entry.path, 0o700)
                        lifted = f"{path}/{secrets.token_hex(16)}"
                        os.rename(entry.path, lifted)
                        left.append(lifted)
                    else:
                        os.unlink(entry.path)
            if here != str(path):
                os.rmdir(here)
    with contextlib.suppress(OSError):
        os.rmdir(path)


def remove_own() -> None:
    """Remove what this process's user has in folders that all users share.

    A user of its own is all that divides a submission from the next one where there are
    no namespaces. That user may remove nothing but its own.
    """
    for folder in SHARED:
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                if owner_of(entry) == os.getuid():
                    remove(entry.path)


def owner_of(entry: os.DirEntry[str]) -> int | None:
    """Return the uid of a file's owner; None if somebody else has just removed it."""
    try:
        return entry.stat(follow_symlinks=False).st_uid
    except FileNotFoundError:
        return None
