"""Folders of sandboxes, and how those of killed graders go."""

from __future__ import annotations

import contextlib
import fcntl
import tempfile
from pathlib import Path

from grader.sandbox import traces

PREFIX = "grader-box-"


class RunFolder:
    """A sandbox's folder, and the lock that says that it is in use."""

    def __init__(self) -> None:
        """Make a folder; remove those of which nobody holds the lock any more."""
        parent = Path(tempfile.gettempdir())
        for path in parent.glob(f"{PREFIX}*"):
            remove_if_left(path)
        made = Path(tempfile.mkdtemp(prefix=f".{PREFIX}", dir=parent))
        made.chmod(0o755)
        self._lock = open(made / "lock", "w")  # noqa: SIM115 - held by this object
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self.path = made.rename(parent / made.name[1:])
        self.scratch = self.path / "scratch"
        """Where a submission's files go; open to every user."""
        self.scratch.mkdir()
        self.scratch.chmod(0o1777)

    def remove(self) -> None:
        """Remove the folder and all that is in it."""
        traces.remove(self.path)
        self._lock.close()


def remove_if_left(path: Path) -> None:
    """Remove a sandbox's folder if the grader that made it is gone."""
    with contextlib.suppress(OSError), open(path / "lock", "r+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        traces.remove(path)
