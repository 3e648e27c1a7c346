"""The files of a submission that is a folder."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from grader.intake.candidate import (
    MAX_DEPTH,
    MAX_FILES,
    Candidate,
    SubmissionError,
    UnfitError,
    is_skipped,
)


class FileOnDisk(Candidate):
    """A file of a submitted folder."""

    def __init__(self, root: Path, path: str) -> None:
        """Take the submission's folder and the path in it."""
        super().__init__(path)
        self.root = root

    @property
    def modified(self) -> float | None:
        """Return when it was changed."""
        try:
            return os.lstat(self.root / self.path).st_mtime
        except OSError:
            return None

    def read(self, limit: int) -> bytes:
        """Return its bytes; links, pipes and devices are refused, never followed.

        A hard link to somebody else's file is refused, too: it may be one that only
        the grader can read.
        """
        try:
            mode = os.lstat(self.root / self.path).st_mode
            if stat.S_ISLNK(mode):
                raise UnfitError(f"{self.name} is a symbolic link: hand in the file.")
            if not stat.S_ISREG(mode):
                raise UnfitError(f"{self.name} is not a regular file.")
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            with open(os.open(self.root / self.path, flags), "rb") as stream:
                found = os.fstat(stream.fileno())
                if found.st_nlink > 1 and found.st_uid != os.stat(self.root).st_uid:
                    raise UnfitError(f"{self.name} is a hard link: hand in the file.")
                if found.st_size > limit:
                    raise self.refuse_size(found.st_size, limit)
                data = stream.read(limit + 1)
        except OSError as error:
            raise SubmissionError(
                f"{self.root.name}/{self.path} cannot be read: {error.strerror}. "
                "Give yourself the right to read it and run again."
            ) from error
        if len(data) > limit:
            raise self.refuse_size(None, limit)
        return data


@contextmanager
def list_folder(folder: Path) -> Iterator[Sequence[Candidate]]:
    """Give the files of a folder and its sub-folders; links are not followed.

    Raises:
        SubmissionError: it cannot be read, or holds far too much.
    """
    if folder.is_symlink():
        raise SubmissionError(f"{folder.name} is a symbolic link: put the folder there")

    def refuse(error: OSError) -> None:
        raise SubmissionError(
            f"{error.filename} cannot be read: {error.strerror}. "
            "Give yourself the right to read it and run again."
        )

    found: list[Candidate] = []
    for place, folders, files in os.walk(folder, onerror=refuse):
        inside = Path(place).relative_to(folder)
        deep = len(inside.parts) >= MAX_DEPTH
        folders[:] = [] if deep else sorted(f for f in folders if not is_skipped(f))
        found += [FileOnDisk(folder, (inside / name).as_posix()) for name in files]
        if len(found) > MAX_FILES:
            raise SubmissionError(f"{folder.name} holds more than {MAX_FILES:,} files")
    yield found
