"""The files of a tar archive, compressed or not, read without unpacking it."""

from __future__ import annotations

import bz2
import gzip
import lzma
import tarfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO

from grader.intake.candidate import (
    MAX_FILES,
    Candidate,
    SubmissionError,
    UnfitError,
    is_inside,
)

MAX_TAR = 256 << 20
"""Bytes behind the compression: all of them are gone through to list the files."""
MAX_HEADER = 8 << 10
"""Bytes of a member's extended header: tarfile searches them in quadratic time."""
BROKEN = (
    tarfile.TarError,
    zlib.error,
    lzma.LZMAError,
    EOFError,
    LookupError,
    MemoryError,
    OverflowError,
    RecursionError,
    TypeError,
    ValueError,
    OSError,
)


class TooMuchError(Exception):
    """There is more of an archive than is read."""


class Bounded:
    """The bytes of a tar archive: no more than `MAX_TAR`, headers of a bounded size."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        """Take the stream, and how many bytes the list of members may have."""
        self.stream = stream
        self.headers = most
        self.listed = False

    def read(self, size: int) -> bytes:
        """Return bytes from here on.

        Raises:
            TooMuchError: it is behind what is read.
        """
        if not self.listed:
            self.headers -= size
            if size > MAX_HEADER or self.headers < 0:
                raise TooMuchError
        if self.stream.tell() + size > MAX_TAR:
            size = max(0, MAX_TAR - self.stream.tell())
        return self.stream.read(size)

    def seek(self, place: int) -> int:
        """Go to a place from the beginning.

        Raises:
            TooMuchError: it is behind what is read.
        """
        if place > MAX_TAR:
            raise TooMuchError
        return self.stream.seek(place)

    def tell(self) -> int:
        """Return the place."""
        return self.stream.tell()


class FileInTar(Candidate):
    """A member of a tar archive."""

    def __init__(self, archive: tarfile.TarFile, member: tarfile.TarInfo) -> None:
        """Take the open archive and one of its members."""
        super().__init__(name_of(member))
        self.archive = archive
        self.member = member

    @property
    def modified(self) -> float | None:
        """Return when it was changed."""
        return float(self.member.mtime)

    def read(self, limit: int) -> bytes:
        """Return its bytes; what is no file is refused, never followed."""
        if self.member.issym() or self.member.islnk():
            raise UnfitError(f"{self.name} is a link: hand in the file.")
        if not self.member.isreg():
            raise UnfitError(f"{self.name} is not a regular file.")
        if self.member.size > limit:
            raise self.refuse_size(self.member.size, limit)
        try:
            stream = self.archive.extractfile(self.member)
            data = stream.read(limit + 1) if stream else b""
        except (*BROKEN, TooMuchError) as error:
            raise UnfitError(
                f"{self.name} cannot be unpacked ({error}): hand it in again."
            ) from error
        if len(data) > limit:
            raise self.refuse_size(None, limit)
        return data


@contextmanager
def open_tar(stream: IO[bytes], name: str, most: int) -> Iterator[Sequence[Candidate]]:
    """Give the files of a tar archive whose list of members has at most `most` bytes.

    Raises:
        SubmissionError: it is no archive, or holds far too much.
    """
    bounded = Bounded(decompressed(stream), most)
    try:
        archive = tarfile.TarFile(fileobj=bounded)  # type: ignore[arg-type]
        members = list(members_of(archive))
    except TooMuchError as error:
        raise SubmissionError(
            f"{name} holds more than {MAX_FILES:,} files or {MAX_TAR:,} bytes: ask "
            "for the files of the assignment alone"
        ) from error
    except BROKEN as error:
        raise SubmissionError(
            f"{name} is not a readable tar archive ({error}): "
            "ask the student for it again"
        ) from error
    bounded.listed = True
    with archive:
        yield [
            FileInTar(archive, member)
            for member in members
            if not member.isdir() and is_inside(name_of(member))
        ]


def decompressed(stream: IO[bytes]) -> IO[bytes]:
    """Return the stream of what was compressed, told by how it begins."""
    head = stream.read(6)
    stream.seek(0)
    if head.startswith(b"\x1f\x8b"):
        return gzip.GzipFile(fileobj=stream)  # type: ignore[return-value]
    if head.startswith(b"BZh"):
        return bz2.BZ2File(stream)
    if head.startswith(b"\xfd7zXZ"):
        return lzma.LZMAFile(stream)
    return stream


def members_of(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the members; each must lie behind the one before it.

    Raises:
        ValueError: one does not, so that the list would have no end.
    """
    behind = -1
    while (member := archive.next()) is not None:
        if archive.offset <= behind:
            raise ValueError("its members have no order")
        behind = archive.offset
        yield member


def name_of(member: tarfile.TarInfo) -> str:
    """Return a member's path, with `/` between folders whatever system packed it."""
    return member.name.replace("\\", "/").removeprefix("./")
