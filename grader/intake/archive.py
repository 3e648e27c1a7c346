"""The files of a submission that is a zip archive, read without unpacking it."""

from __future__ import annotations

import io
import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO

from grader.intake.candidate import (
    MAX_FILES,
    Candidate,
    SubmissionError,
    UnfitError,
    is_skipped,
)

MAX_LIST = 4 << 20  # bytes of an archive's list of members
MAX_CLASS_LIST = 64 << 20
MAX_INNER = 64 << 20  # bytes of an archive that lies in another one
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


class FileInArchive(Candidate):
    """A member of a submitted archive."""

    def __init__(
        self, archive: zipfile.ZipFile, member: zipfile.ZipInfo, below: str = ""
    ) -> None:
        """Take the open archive, one of its members, and the folder to name it from."""
        super().__init__(member.filename.removeprefix(below))
        self.archive = archive
        self.member = member

    def read(self, limit: int) -> bytes:
        """Return its bytes, counted while unpacking: headers can lie."""
        mode = self.member.external_attr >> 16
        if stat.S_ISLNK(mode):
            raise UnfitError(f"{self.name} is a symbolic link: hand in the file.")
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG):
            raise UnfitError(f"{self.name} is not a regular file.")
        try:
            with self.archive.open(self.member) as stream:
                data = stream.read(limit + 1)
        except BROKEN as error:
            raise UnfitError(
                f"{self.name} cannot be unpacked ({error}): hand it in again."
            ) from error
        except OSError as error:
            raise SubmissionError(
                f"{self.path} cannot be read: {error.strerror}. "
                "Ask the student for the archive again"
            ) from error
        if len(data) > limit:
            raise self.refuse_size(None, limit)
        return data


@contextmanager
def list_archive(path: Path) -> Iterator[Sequence[Candidate]]:
    """Give the members of an archive; nothing is written to disk.

    Raises:
        SubmissionError: it is no archive, or holds far too much.
    """
    with open_archive(path) as archive:
        yield list_members(archive, path.name)


@contextmanager
def list_inner(archive: Candidate) -> Iterator[Sequence[Candidate]]:
    """Give the members of an archive that is itself a file of a submission.

    Raises:
        SubmissionError: it is no archive, or holds far too much.
    """
    try:
        stream = io.BytesIO(archive.read(MAX_INNER))
    except UnfitError as error:
        raise SubmissionError(str(error)) from error
    with open_stream(stream, archive.name, MAX_LIST) as inner:
        yield list_members(inner, archive.name)


@contextmanager
def open_archive(path: Path, most: int = MAX_LIST) -> Iterator[zipfile.ZipFile]:
    """Open an archive whose list of members has at most `most` bytes.

    Raises:
        SubmissionError: it is no archive, or holds far too much.
    """
    if path.is_symlink():
        raise SubmissionError(f"{path.name} is a symbolic link: put the archive there")
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SubmissionError(f"{path.name} is not a regular file")
        stream = open(path, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise SubmissionError(
            f"{path.name} cannot be read: {error.strerror}. "
            "Give yourself the right to read it and run again."
        ) from error
    with stream, open_stream(stream, path.name, most) as archive:
        yield archive


@contextmanager
def open_stream(stream: IO[bytes], name: str, most: int) -> Iterator[zipfile.ZipFile]:
    """Open an archive that is read from a stream.

    Raises:
        SubmissionError: it is no archive, or holds far too much.
    """
    try:
        refuse_size(stream, name, most)
        archive = zipfile.ZipFile(stream)
    except (*BROKEN, OSError) as error:
        raise SubmissionError(
            f"{name} is not a readable zip archive ({error}): "
            "ask the student for it again"
        ) from error
    with archive:
        yield archive


def list_members(
    archive: zipfile.ZipFile, name: str, below: str = ""
) -> Sequence[Candidate]:
    """Return the files of an open archive, or of a folder in it.

    Raises:
        SubmissionError: they are far too many.
    """
    members = [
        member
        for member in archive.infolist()
        if member.filename.removeprefix(below)
        and member.filename.startswith(below)
        and not member.is_dir()
    ]
    if len(members) > MAX_FILES:
        raise SubmissionError(f"{name} holds more than {MAX_FILES:,} files")
    found = [FileInArchive(archive, member, below) for member in members]
    return [candidate for candidate in found if is_work(candidate.path)]


def refuse_size(stream: IO[bytes], name: str, most: int) -> None:
    """Refuse an archive whose list of members alone would fill the memory.

    Raises:
        SubmissionError: the list is far too long.
    """
    # What ZipFile itself goes by: the size that it reads before it counts.
    end = zipfile._EndRecData(stream)  # type: ignore[attr-defined]
    if end is not None and end[zipfile._ECD_SIZE] > most:  # type: ignore[attr-defined]
        raise SubmissionError(f"{name} holds more than {MAX_FILES:,} files")


def is_work(name: str) -> bool:
    """Say whether a member lies where a student's work may lie."""
    parts = PurePosixPath(name).parts
    stays_inside = parts and parts[0] != "/" and ".." not in parts
    return bool(stays_inside) and not any(map(is_skipped, parts[:-1]))
