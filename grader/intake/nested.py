"""Archives among a submission's files, opened too: a few, and a few levels deep."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import IO

from grader.intake.archive import is_archive, open_stream
from grader.intake.candidate import (
    MAX_FILES,
    Candidate,
    SubmissionError,
    UnfitError,
)
from grader.words import Words, say, together

MAX_INNER = 64 << 20
"""Bytes of the archives that lie in another one or in a folder, all together."""
MAX_ARCHIVES = 8
LEVELS = 3
"""An archive in a submission's folder, one in that, and one in that."""


@dataclass
class Opened:
    """A submission's files, those in its archives too, and archives that are not."""

    files: list[Candidate] = field(default_factory=list)
    problems: list[Words] = field(default_factory=list)
    """Why an archive among them was not opened."""
    archives: int = 0
    left: int = MAX_INNER
    """Bytes of archives that may still be read."""

    def read(self, archive: Candidate) -> IO[bytes]:
        """Return an archive's bytes, and count them.

        Raises:
            UnfitError: there are too many, or it is no regular file.
        """
        data = archive.read(self.left)
        self.left -= len(data)
        return io.BytesIO(data)


@contextmanager
def unpacked(files: Sequence[Candidate]) -> Iterator[Opened]:
    """Give a submission's files and those in its archives, under the archive's name.

    Raises:
        SubmissionError: it holds far too much, or nothing but archives that cannot be
            read.
    """
    opened = Opened()
    with ExitStack() as stack:
        collect(files, opened, stack, LEVELS)
        if opened.problems and not any(file.is_work for file in opened.files):
            raise SubmissionError(together(*opened.problems))
        yield opened


def collect(
    files: Sequence[Candidate], opened: Opened, stack: ExitStack, levels: int
) -> None:
    """Add files and what lies in the archives among them."""
    if len(opened.files) + len(files) > MAX_FILES:
        raise SubmissionError(
            "it holds more than {max_files:,} files", max_files=MAX_FILES
        )
    for file in files:
        if file.name.startswith(".") or not is_archive(PurePosixPath(file.name)):
            opened.files.append(file)
            continue
        opened.archives += 1
        if not levels or opened.archives > MAX_ARCHIVES:
            opened.problems.append(
                say(
                    "{path} is not opened: at most {archives} archives are, and "
                    "{levels} in one another.",
                    path=file.path,
                    archives=MAX_ARCHIVES,
                    levels=LEVELS,
                )
            )
            continue
        try:
            packed = open_stream(opened.read(file), file.name)
            inner = stack.enter_context(packed)
        except (SubmissionError, UnfitError) as error:
            opened.problems.append(error.words)
            continue
        placed = [one.at(f"{file.path}/{one.path}") for one in inner]
        collect(placed, opened, stack, levels - 1)
