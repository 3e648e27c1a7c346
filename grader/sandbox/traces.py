"""What a submission leaves behind: files, in its own folder and in everybody's."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

SHARED = tuple(map(Path, ("/tmp", "/var/tmp", "/dev/shm", "/dev/mqueue")))
"""Folders in which every user of a machine may make files."""


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
    """Remove what this process's user has in folders that all users share.

    A user of its own is all that divides a submission from the next one where there are
    no namespaces. That user may remove nothing but its own.
    """
    for folder in SHARED:
        with contextlib.suppress(OSError):
            for entry in os.scandir(folder):
                if owner_of(entry) == os.getuid():
                    remove(entry)


def owner_of(entry: os.DirEntry[str]) -> int | None:
    """Return the uid of a file's owner; None if somebody else has just removed it."""
    try:
        return entry.stat(follow_symlinks=False).st_uid
    except FileNotFoundError:
        return None
