"""A file of a submission that may be what is graded."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import PurePosixPath

from grader.errors import GraderError

SKIPPED_FOLDERS = {"__MACOSX", "__pycache__", "site-packages", "node_modules"}
MAX_FILES = 5_000
MAX_DEPTH = 6


class SubmissionError(GraderError):
    """A submission cannot be read: it is not graded, and gets no zero either."""


class UnfitError(Exception):
    """A topic's file cannot be graded, for a reason that the student can mend."""


class Candidate(ABC):
    """One file, by its path inside the submission."""

    def __init__(self, path: str) -> None:
        """Take the path, with `/` between folders."""
        self.path = path

    @property
    def name(self) -> str:
        """Return the file's name."""
        return PurePosixPath(self.path).name

    @property
    def depth(self) -> int:
        """Return how many folders it lies in."""
        return len(PurePosixPath(self.path).parts) - 1

    @property
    def is_notebook(self) -> bool:
        """Say whether it is named like a notebook."""
        return self.name.endswith(".ipynb")

    @property
    def is_work(self) -> bool:
        """Say whether it is named like a file that can be graded."""
        return self.is_notebook or self.name.endswith(".py")

    @abstractmethod
    def read(self, limit: int) -> bytes:
        """Return its bytes, never more than `limit`.

        Raises:
            UnfitError: it is larger, or not a regular file.
            SubmissionError: it cannot be read.
        """

    def refuse_size(self, size: int | None, limit: int) -> UnfitError:
        """Return the error for a file that is too large."""
        has = f"has {size:,} bytes" if size else "is too large"
        return UnfitError(f"{self.name} {has}; at most {limit:,} are graded.")


def is_skipped(folder: str) -> bool:
    """Say whether a folder's name shows that no work of the student lies in it."""
    return folder.startswith(".") or folder in SKIPPED_FOLDERS
