"""Folders of sandboxes, and how those of killed graders go."""

from __future__ import annotations

import contextlib
import fcntl
import tempfile
from pathlib import Path
from typing import IO

from grader.sandbox import traces

PREFIX = "grader-box-"


def make_folder() -> tuple[Path, IO[str]]:
    """Return a new folder, and the open file whose lock says that it is in use.

    Folders of which nobody holds the lock any more are removed.
    """
    parent = Path(tempfile.gettempdir())
    for path in parent.glob(f"{PREFIX}*"):
        remove_if_left(path)
    made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=parent))
    lock = open(made / "lock", "w")  # noqa: SIM115 - held by the caller
    fcntl.flock(lock, fcntl.LOCK_EX)
    return made.rename(parent / made.name[1:]), lock


def remove_if_left(path: Path) -> None:
    """Remove a sandbox's folder if the grader that made it is gone."""
    with contextlib.suppress(OSError), open(path / "lock", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        traces.remove(path)
