"""The files of a tar archive, compressed or not, read without unpacking it."""

from __future__ import annotations

import bz2
import gzip
import lzma
import math
import tarfile
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import IO, Any

from grader.intake.candidate import (
    MAX_FILES,
    Candidate,
    SubmissionError,
    UnfitError,
    is_inside,
)
from grader.speech import _

MAX_TAR = 256 << 20
"""Bytes behind the compression: all of them are unpacked to list the files."""
MAX_KEPT = 1 << 20  # bytes of them in memory; the others are in a file without a name
CHUNK = 64 << 10
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


COMPRESSED: dict[bytes, Callable[[IO[bytes]], Any]] = {
    b"\x1f\x8b": lambda stream: gzip.GzipFile(fileobj=stream),
    b"BZh": bz2.BZ2File,
    b"\xfd7zXZ": lzma.LZMAFile,
}
"""What opens a compressed stream, by how that begins."""


class TooMuchError(Exception):
    """There is more of an archive than is read."""


class Headers:
    """The bytes of a tar archive, of which tarfile reads headers of a bounded size."""

    def __init__(self, stream: IO[bytes], most: int) -> None:
        """Take the stream, and how many bytes all headers may have."""
        self.stream = stream
        self.left = most
        self.seek, self.tell = stream.seek, stream.tell

    def read(self, size: int) -> bytes:
        """Return bytes of a header.

        Raises:
            TooMuchError: it is too long, or one too many.
        """
        self.left -= size
        if size > MAX_HEADER or self.left < 0:
            raise TooMuchError
        return self.stream.read(size)


class FileInTar(Candidate):
    """A member of a tar archive."""

    def __init__(self, stream: IO[bytes], member: tarfile.TarInfo) -> None:
        """Take the archive's bytes and one of its members."""
        super().__init__(name_of(member))
        self.stream = stream
        self.member = member

    @property
    def modified(self) -> float | None:
        """Return when it was changed; None for what is no time."""
        return self.member.mtime if math.isfinite(self.member.mtime) else None

    def read(self, limit: int) -> bytes:
        """Return its bytes; what is no file is refused, never followed."""
        if self.member.issym() or self.member.islnk():
            raise UnfitError("{name} is a link: hand in the file.", name=self.name)
        if not self.member.isreg():
            raise UnfitError("{name} is not a regular file.", name=self.name)
        if self.member.size > limit:
            raise self.refuse_size(self.member.size, limit)
        self.stream.seek(self.member.offset_data)
        data = self.stream.read(self.member.size)
        if len(data) < self.member.size:
            raise UnfitError(
                "{name} cannot be unpacked: hand it in again.", name=self.name
            )
        return data


@contextmanager
def open_tar(stream: IO[bytes], name: str, most: int) -> Iterator[Sequence[Candidate]]:
    """Give the files of a tar archive whose list of members has at most `most` bytes.

    Raises:
        SubmissionError: it is no archive, or holds far too much.
    """
    with ExitStack() as stack:
        try:
            plain = decompressed(stream, stack)
            archive = tarfile.TarFile(fileobj=Headers(plain, most))  # type: ignore[arg-type]
            members = list(members_of(archive))
        except TooMuchError as error:
            raise SubmissionError(
                "{name} holds more than {max_files:,} files or {max_tar:,} "
                "bytes: ask for the files of the assignment alone",
                name=name,
                max_files=MAX_FILES,
                max_tar=MAX_TAR,
            ) from error
        except BROKEN as error:
            raise SubmissionError(
                "{name} is not a readable tar archive ({error}): ask the "
                "student for it again",
                name=name,
                error=error,
            ) from error
        yield [
            FileInTar(plain, member)
            for member in members
            if not member.isdir() and is_inside(name_of(member))
        ]


def decompressed(stream: IO[bytes], stack: ExitStack) -> IO[bytes]:
    """Return the bytes of what may be compressed, told by how it begins.

    Raises:
        TooMuchError: there are more of them than are read.
    """
    head = stream.read(6)
    stream.seek(0)
    kind = next((k for start, k in COMPRESSED.items() if head.startswith(start)), None)
    if kind is None:
        return stream
    plain = stack.enter_context(tempfile.SpooledTemporaryFile(MAX_KEPT))  # noqa: SIM115
    with kind(stream) as packed:
        while chunk := packed.read(CHUNK):
            plain.write(chunk)
            if plain.tell() > MAX_TAR:
                raise TooMuchError
    plain.seek(0)
    return plain


def members_of(archive: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """Yield the members; each must lie behind the one before it.

    Raises:
        ValueError: one does not, so that the list would have no end.
    """
    behind = -1
    while (member := archive.next()) is not None:
        if archive.offset <= behind:
            raise ValueError(_("its members have no order"))
        behind = archive.offset
        yield member


def name_of(member: tarfile.TarInfo) -> str:
    """Return a member's path, with `/` between folders whatever system packed it."""
    return member.name.replace("\\", "/").removeprefix("./")
