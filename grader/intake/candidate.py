"""A file of a submission that may be what is graded."""

from __future__ import annotations

import copy
import re
from abc import ABC, abstractmethod
from pathlib import PurePosixPath
from typing import Self

from grader.errors import GraderError
from grader.text import one_line
from grader.words import Words

SKIPPED_FOLDERS = {"__MACOSX", "__pycache__", "site-packages", "node_modules"}
MAX_FILES = 5_000
MAX_DEPTH = 6

WORK = re.compile(r"\.(?P<kind>py|ipynb)(?:\.(?:txt|json))?\Z", re.IGNORECASE)
"""How a file's name ends that can be graded; some browsers and mailers add to it."""


class RefusedError(GraderError):
    """What was handed in is not what can be graded."""

    def __init__(self, words: Words, /, **values: object) -> None:
        """Take the reason; names of files in it may hold anything."""
        told = {n: one_line(v) if isinstance(v, str) else v for n, v in values.items()}
        super().__init__(one_line(words) if isinstance(words, str) else words, **told)


class SubmissionError(RefusedError):
    """A submission cannot be read: it is not graded, and gets no zero either."""


class UnfitError(RefusedError):
    """A topic's file cannot be graded, for a reason that the student can mend."""


class MissingError(UnfitError):
    """No file is meant for a topic."""


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
        match = WORK.search(self.name)
        return match is not None and match["kind"].lower() == "ipynb"

    @property
    def is_work(self) -> bool:
        """Say whether it is named like a file that can be graded."""
        return not self.name.startswith(".") and WORK.search(self.name) is not None

    @property
    def modified(self) -> float | None:
        """Return when it was changed, in seconds; None if nothing tells."""
        return None

    def at(self, path: str) -> Self:
        """Return the same file under another path."""
        made = copy.copy(self)
        made.path = path
        return made

    @abstractmethod
    def read(self, limit: int) -> bytes:
        """Return its bytes, never more than `limit`.

        Raises:
            UnfitError: it is larger, or not a regular file.
            SubmissionError: it cannot be read.
        """

    def refuse_size(self, size: int | None, limit: int) -> UnfitError:
        """Return the error for a file that is too large."""
        return UnfitError(
            "{name} has {size:,} bytes; at most {limit:,} are graded."
            if size
            else "{name} is too large; at most {limit:,} are graded.",
            name=self.name,
            size=size or 0,
            limit=limit,
        )


def is_skipped(folder: str) -> bool:
    """Say whether a folder's name shows that no work of the student lies in it."""
    return folder.startswith(".") or folder in SKIPPED_FOLDERS


def is_inside(path: str) -> bool:
    """Say whether a path in an archive leads to where a student's work may lie."""
    parts = PurePosixPath(path).parts
    stays = parts and parts[0] != "/" and ".." not in parts
    return bool(stays) and not any(map(is_skipped, parts[:-1]))
