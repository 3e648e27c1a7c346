"""The files of a zip archive, read without unpacking it."""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import IO

from grader.intake.candidate import (
    MAX_FILES,
    Candidate,
    SubmissionError,
    UnfitError,
    is_inside,
)

BROKEN = (
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
    EOFError,
    NotImplementedError,
    OverflowError,
    RuntimeError,
    ValueError,
)


class FileInZip(Candidate):
    """A member of a zip archive."""

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        """Take the open archive and one of its members."""
        super().__init__(name_of(member))
        self.archive = archive
        self.member = member

    @property
    def modified(self) -> float | None:
        """Return when it was changed, to two seconds."""
        try:
            return datetime(*self.member.date_time).timestamp()
        except (ValueError, OverflowError):
            return None

    def read(self, limit: int) -> bytes:
        """Return its bytes, counted while unpacking: headers can lie."""
        mode = self.member.external_attr >> 16
        if stat.S_ISLNK(mode):
            raise UnfitError(
                "{name} is a symbolic link: hand in the file.", name=self.name
            )
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise UnfitError("{name} is not a regular file.", name=self.name)
        try:
            with self.archive.open(self.member) as stream:
                data = stream.read(limit + 1)
        except BROKEN as error:
            raise UnfitError(
                "{name} cannot be unpacked ({error}): hand it in again.",
                name=self.name,
                error=error,
            ) from error
        except OSError as error:
            raise SubmissionError(
                "{path} cannot be read: {strerror}. Ask the student for the "
                "archive again",
                path=self.path,
                strerror=error.strerror,
            ) from error
        if len(data) > limit:
            raise self.refuse_size(None, limit)
        return data


@contextmanager
def open_zip(stream: IO[bytes], name: str, most: int) -> Iterator[Sequence[Candidate]]:
    """Give the files of a zip archive whose list of members has at most `most` bytes.

    Raises:
        SubmissionError: it is no archive, or holds far too much.
    """
    try:
        refuse_size(stream, name, most)
        archive = zipfile.ZipFile(stream)
    except (*BROKEN, OSError) as error:
        raise SubmissionError(
            "{name} is not a readable zip archive ({error}): ask the "
            "student for it again",
            name=name,
            error=error,
        ) from error
    with archive:
        members = [m for m in archive.infolist() if is_inside(name_of(m))]
        yield [FileInZip(archive, m) for m in members if not name_of(m).endswith("/")]


def name_of(member: zipfile.ZipInfo) -> str:
    """Return a member's path, with `/` between folders whatever system packed it."""
    return member.filename.replace("\\", "/")


def refuse_size(stream: IO[bytes], name: str, most: int) -> None:
    """Refuse an archive whose list of members alone would fill the memory.

    Raises:
        SubmissionError: the list is far too long.
    """
    # What ZipFile itself goes by: the size that it reads before it counts.
    end = zipfile._EndRecData(stream)  # type: ignore[attr-defined]
    if end is not None and end[zipfile._ECD_SIZE] > most:  # type: ignore[attr-defined]
        raise SubmissionError(
            "{name} holds more than {max_files:,} files", name=name, max_files=MAX_FILES
        )
