"""A submission whose files lie among those of others: each under its own name."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

from grader.intake.candidate import Candidate
from grader.intake.place import Place


class PlacedFile(Candidate):
    """A file by the name that the student gave it."""

    def __init__(self, name: str, place: Place) -> None:
        """Take the student's name for it, and where it lies."""
        super().__init__(name)
        self.place = place

    def read(self, limit: int) -> bytes:
        """Return its bytes."""
        with self.place.file() as file:
            return file.read(limit)


@dataclass(frozen=True)
class LooseFiles:
    """Files that a platform renamed, with the names that they had."""

    files: tuple[tuple[str, Place], ...]

    @contextmanager
    def listing(self) -> Iterator[Sequence[Candidate]]:
        """Give the files."""
        yield [PlacedFile(name, place) for name, place in self.files]
