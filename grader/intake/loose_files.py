"""A submission whose files lie among those of others: each under its own name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from grader.intake.candidate import Candidate
from grader.intake.entry import Entry


class PlacedFile(Candidate):
    """A file by the name that the student gave it."""

    def __init__(self, name: str, entry: Entry) -> None:
        """Take the student's name for it, and where it lies."""
        super().__init__(name)
        self.entry = entry

    @property
    def modified(self) -> float | None:
        """Return when it was changed."""
        with self.entry.file() as file:
            return file.modified

    def read(self, limit: int) -> bytes:
        """Return its bytes."""
        with self.entry.file() as file:
            return file.read(limit)


@dataclass(frozen=True)
class LooseFiles:
    """Files that a platform renamed, with the names that they had."""

    files: tuple[tuple[str, Entry], ...]

    @contextmanager
    def listing(self) -> Iterator[Sequence[Candidate]]:
        """Give the files."""
        yield [PlacedFile(name, entry) for name, entry in self.files]
