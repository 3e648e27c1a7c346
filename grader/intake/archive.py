"""The files of a submission that is a zip archive, read without unpacking it."""

from __future__ import annotations

import lzma
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from grader.intake.candidate import (
    MAX_FILES,
    Candidate,
    HandinError,
    UnfitError,
    is_skipped,
)

MAX_LIST = 4 << 20  # bytes of an archive's list of members
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

    def __init__(self, archive: zipfile.ZipFile, member: zipfile.ZipInfo) -> None:
        """Take the open archive and one of its members."""
        super().__init__(member.filename)
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
            raise HandinError(
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
        HandinError: it is no archive, or holds far too much.
    """
    if path.is_symlink():
        raise HandinError(f"{path.name} is a symbolic link: put the archive there")
    try:
        refuse_size(path)
        archive = zipfile.ZipFile(path)
    except OSError as error:
        raise HandinError(
            f"{path.name} cannot be read: {error.strerror}. "
            "Give yourself the right to read it and run again."
        ) from error
    except BROKEN as error:
        raise HandinError(
            f"{path.name} is not a readable zip archive ({error}): "
            "ask the student for it again"
        ) from error
    with archive:
        members = [m for m in archive.infolist() if m.filename and not m.is_dir()]
        if len(members) > MAX_FILES:
            raise HandinError(f"{path.name} holds more than {MAX_FILES:,} files")
        yield [FileInArchive(archive, m) for m in members if is_work(m.filename)]


def refuse_size(path: Path) -> None:
    """Refuse an archive whose list of members alone would fill the memory.

    Raises:
        HandinError: the list is far too long.
    """
    with open(path, "rb") as stream:
        # What ZipFile itself goes by: the size that it reads before it counts.
        end = zipfile._EndRecData(stream)  # type: ignore[attr-defined]
    if end is not None and end[zipfile._ECD_SIZE] > MAX_LIST:  # type: ignore[attr-defined]
        raise HandinError(f"{path.name} holds more than {MAX_FILES:,} files")


def is_work(name: str) -> bool:
    """Say whether a member lies where a student's work may lie."""
    parts = PurePosixPath(name).parts
    stays_inside = parts and parts[0] != "/" and ".." not in parts
    return bool(stays_inside) and not any(map(is_skipped, parts[:-1]))
