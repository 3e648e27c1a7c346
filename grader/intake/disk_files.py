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
                raise UnfitError(
                    "{name} is a symbolic link: hand in the file.", name=self.name
                )
            if not stat.S_ISREG(mode):
                raise UnfitError("{name} is not a regular file.", name=self.name)
            flags = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK
            with open(os.open(self.root / self.path, flags), "rb") as stream:
                found = os.fstat(stream.fileno())
                if found.st_nlink > 1 and found.st_uid != os.stat(self.root).st_uid:
                    raise UnfitError(
                        "{name} is a hard link: hand in the file.", name=self.name
                    )
                if found.st_size > limit:
                    raise self.refuse_size(found.st_size, limit)
                data = stream.read(limit + 1)
        except OSError as error:
            raise SubmissionError(
                "{name}/{path} cannot be read: {strerror}. Give yourself the "
                "right to read it and run again.",
                name=self.root.name,
                path=self.path,
                strerror=error.strerror,
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
        raise SubmissionError(
            "{name} is a symbolic link: put the folder there", name=folder.name
        )

    def refuse(error: OSError) -> None:
        raise SubmissionError(
            "{filename} cannot be read: {strerror}. Give yourself the "
            "right to read it and run again.",
            filename=error.filename,
            strerror=error.strerror,
        )

    found: list[Candidate] = []
    for place, folders, files in os.walk(folder, onerror=refuse):
        inside = Path(place).relative_to(folder)
        deep = len(inside.parts) >= MAX_DEPTH
        folders[:] = [] if deep else sorted(f for f in folders if not is_skipped(f))
        found += [FileOnDisk(folder, (inside / name).as_posix()) for name in files]
        if len(found) > MAX_FILES:
            raise SubmissionError(
                "{name} holds more than {max_files:,} files",
                name=folder.name,
                max_files=MAX_FILES,
            )
    yield found
