"""The archives that students hand in: told apart by what they hold, never unpacked."""

from __future__ import annotations

import stat
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path, PurePath
from typing import IO

from grader.intake import tar_files, zip_files
from grader.intake.candidate import Candidate, SubmissionError

MAX_LIST = 4 << 20  # bytes of an archive's list of members
MAX_CLASS_LIST = 64 << 20

ZIPS = (".zip",)
TARS = (".tar", ".tar.gz", ".tgz", ".tar.xz", ".txz", ".tar.bz2", ".tbz2")
UNREAD = {".7z": "7z", ".rar": "RAR"}
"""Archives that need a program of their own."""
SUFFIXES = (*ZIPS, *TARS, *UNREAD)

BEGINNINGS = {b"7z\xbc\xaf\x27\x1c": "7z", b"Rar!\x1a\x07": "RAR"}
TAR_MARK = slice(257, 262)


def is_archive(path: PurePath) -> bool:
    """Say whether a path is named like an archive, of whatever kind."""
    return path.name.lower().endswith(SUFFIXES)


def stem_of(name: str) -> str:
    """Return an archive's name without what tells its kind."""
    ends = [s for s in SUFFIXES if name.lower().endswith(s)]
    return name[: -len(max(ends, key=len))] if ends else name


@contextmanager
def open_archive(path: Path, most: int = MAX_LIST) -> Iterator[Sequence[Candidate]]:
    """Give the files of an archive whose list of members has at most `most` bytes.

    Raises:
        SubmissionError: it is no archive, of a kind that is not read, or holds far too
            much.
    """
    if path.is_symlink():
        raise SubmissionError(
            "{name} is a symbolic link: put the archive there", name=path.name
        )
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SubmissionError("{name} is not a regular file", name=path.name)
        stream = open(path, "rb")  # noqa: SIM115 - closed below
    except OSError as error:
        raise SubmissionError(
            "{name} cannot be read: {strerror}. Give yourself the right to "
            "read it and run again.",
            name=path.name,
            strerror=error.strerror,
        ) from error
    with stream, open_stream(stream, path.name, most) as files:
        yield files


def open_stream(
    stream: IO[bytes], name: str, most: int = MAX_LIST
) -> AbstractContextManager[Sequence[Candidate]]:
    """Return what gives the files of an archive that is read from a stream.

    Raises:
        SubmissionError: it is no archive, of a kind that is not read, or holds far too
            much.
    """
    try:
        head = stream.read(512)
        stream.seek(0)
    except OSError as error:
        raise SubmissionError(
            "{name} cannot be read: {strerror}", name=name, strerror=error.strerror
        ) from error
    kind = next((k for start, k in BEGINNINGS.items() if head.startswith(start)), "")
    kind = kind or (UNREAD.get(PurePath(name).suffix.lower(), "") if not head else "")
    if kind:
        raise SubmissionError(
            "{name} is a {kind} archive, which is not read: unpack it, and "
            "put the folder or a zip of it in its place",
            name=name,
            kind=kind,
        )
    named = name.lower().endswith(TARS) and not head.startswith(b"PK")
    begins = head.startswith(tuple(tar_files.COMPRESSED)) or head[TAR_MARK] == b"ustar"
    if named or begins:
        return tar_files.open_tar(stream, name, most)
    return zip_files.open_zip(stream, name, most)
