"""A file or a folder of a download, on disk or in an archive, read without unpacking.

A platform hands out folders or one large zip; whoever recognises its shape need not
know which of the two is there.
"""

from __future__ import annotations

import io
from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from grader.identity import composed
from grader.intake.archive import (
    MAX_CLASS_LIST,
    is_archive,
    open_archive,
    open_stream,
)
from grader.intake.candidate import (
    MAX_FILES,
    Candidate,
    SubmissionError,
    UnfitError,
)
from grader.intake.disk_files import FileOnDisk, list_folder
from grader.intake.nested import MAX_INNER


class Source(Protocol):
    """Where the files of one submission come from."""

    def listing(self) -> AbstractContextManager[Sequence[Candidate]]:
        """Give its files.

        Raises:
            SubmissionError: they cannot be listed.
        """
        ...


class Entry(ABC):
    """A file or a folder; as a source, it gives the files below it or packed in it."""

    @property
    @abstractmethod
    def path(self) -> Path:
        """Return where it lies; in an archive, as if that were a folder."""

    @property
    def name(self) -> str:
        """Return its name, composed as ids are."""
        return composed(self.path.name)

    @property
    def is_archive(self) -> bool:
        """Say whether it is named like an archive."""
        return not self.is_folder and is_archive(self.path)

    @property
    @abstractmethod
    def is_folder(self) -> bool:
        """Say whether it is a folder."""

    @abstractmethod
    def children(self) -> Sequence[Entry]:
        """Return what lies in a folder, by name, hidden entries left out.

        Raises:
            SubmissionError: it cannot be read.
        """

    @abstractmethod
    def file(self) -> AbstractContextManager[Candidate]:
        """Give a file, to be read."""

    @abstractmethod
    def listing(self) -> AbstractContextManager[Sequence[Candidate]]:
        """Give the files below it, or packed in it.

        Raises:
            SubmissionError: they cannot be listed.
        """

    def read(self, limit: int) -> bytes:
        """Return a file's bytes, never more than `limit`.

        Raises:
            SubmissionError: it cannot be read, is larger, or not a regular file.
        """
        try:
            with self.file() as file:
                return file.read(limit)
        except UnfitError as error:
            raise SubmissionError(str(error)) from error

    def child(self, name: str) -> Entry | None:
        """Return an entry of a folder; None if there is none, or no looking inside."""
        try:
            return next((c for c in self.children() if c.name == name), None)
        except SubmissionError:
            return None


@dataclass(frozen=True)
class DiskEntry(Entry):
    """A file or a folder on disk; links are not followed."""

    location: Path

    @property
    def path(self) -> Path:
        """Return where it lies."""
        return self.location

    @property
    def is_folder(self) -> bool:
        """Say whether it is a folder, or a link to one, which reading refuses."""
        return self.path.is_dir()

    def children(self) -> Sequence[Entry]:
        """Return what lies in a folder."""
        if self.path.is_symlink():
            raise SubmissionError(
                "{name} is a symbolic link: put the folder there", name=self.name
            )
        try:
            entries = sorted(self.path.iterdir())
        except OSError as error:
            raise SubmissionError(
                "{path} cannot be read: {strerror}. Give yourself the right to "
                "read it and run again.",
                path=self.path,
                strerror=error.strerror,
            ) from error
        return [DiskEntry(e) for e in entries if is_visible(e.name)]

    @contextmanager
    def file(self) -> Iterator[Candidate]:
        """Give a file, to be read."""
        yield FileOnDisk(self.path.parent, self.path.name)

    def listing(self) -> AbstractContextManager[Sequence[Candidate]]:
        """Give the files below a folder, or packed in an archive."""
        return open_archive(self.path) if self.is_archive else list_folder(self.path)


@dataclass(frozen=True)
class ArchivedEntry(Entry):
    """A file or a folder in an archive."""

    archive: Path
    inside: str = ""
    """Its path in the archive; empty for the archive itself."""
    members: frozenset[str] = field(default=frozenset(), compare=False, repr=False)
    """The names of all files of the archive that stay inside of it."""

    @property
    def path(self) -> Path:
        """Return where it would lie if the archive were a folder."""
        return self.archive / self.inside

    @property
    def is_folder(self) -> bool:
        """Say whether files lie below it."""
        return self.inside not in self.members

    @property
    def below(self) -> str:
        """Return what the names of the files in it begin with."""
        return f"{self.inside}/" if self.inside else ""

    def children(self) -> Sequence[Entry]:
        """Return what lies in a folder."""
        names = {
            member[len(self.below) :].partition("/")[0]
            for member in self.members
            if member.startswith(self.below)
        }
        return [
            ArchivedEntry(self.archive, f"{self.below}{name}", self.members)
            for name in sorted(names)
            if is_visible(name)
        ]

    @contextmanager
    def listing(self) -> Iterator[Sequence[Candidate]]:
        """Give the files below a folder, or packed in an archive."""
        if self.is_archive:
            stream = io.BytesIO(self.read(MAX_INNER))
            with open_stream(stream, self.name) as packed:
                yield packed
        else:
            with open_archive(self.archive, MAX_CLASS_LIST) as files:
                mine = [f for f in files if f.path.startswith(self.below)]
                if len(mine) > MAX_FILES:
                    raise SubmissionError(
                        "{name} holds more than {max_files:,} files",
                        name=self.name,
                        max_files=MAX_FILES,
                    )
                yield [f.at(f.path.removeprefix(self.below)) for f in mine]

    @contextmanager
    def file(self) -> Iterator[Candidate]:
        """Give a file, to be read."""
        with open_archive(self.archive, MAX_CLASS_LIST) as files:
            yield next(f for f in reversed(files) if f.path == self.inside)


def open_entry(path: Path) -> Entry:
    """Return a class: a folder, or an archive that stands for one.

    Raises:
        SubmissionError: it is an archive that cannot be read.
    """
    if path.is_dir() or not is_archive(path):
        return DiskEntry(path)
    with open_archive(path, MAX_CLASS_LIST) as files:
        return ArchivedEntry(path, members=frozenset(file.path for file in files))


def is_visible(name: str) -> bool:
    """Say whether an entry may be somebody's work."""
    return not name.startswith((".", "__MACOSX"))
