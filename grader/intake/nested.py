"""Archives among a submission's files, opened too: a few, and a few levels deep."""

from __future__ import annotations

import io
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from grader.intake.archive import is_archive, open_stream
from grader.intake.candidate import (
    MAX_FILES,
    Candidate,
    SubmissionError,
    UnfitError,
)

MAX_INNER = 64 << 20  # bytes of an archive that lies in another one
MAX_ARCHIVES = 8
LEVELS = 3
"""An archive in a submission's folder, one in that, and one in that."""


@dataclass
class Opened:
    """A submission's files, those in its archives too, and archives that are not."""

    files: list[Candidate] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    """Why an archive among them was not opened."""
    archives: int = 0


def open_inner(
    archive: Candidate, limit: int = MAX_INNER
) -> AbstractContextManager[Sequence[Candidate]]:
    """Return what gives the files of an archive that is itself a file.

    Raises:
        SubmissionError: it is no archive, or holds far too much.
    """
    try:
        stream = io.BytesIO(archive.read(limit))
    except UnfitError as error:
        raise SubmissionError(str(error)) from error
    return open_stream(stream, archive.name)


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
            raise SubmissionError(" ".join(opened.problems))
        yield opened


def collect(
    files: Sequence[Candidate], opened: Opened, stack: ExitStack, levels: int
) -> None:
    """Add files and what lies in the archives among them."""
    if len(opened.files) + len(files) > MAX_FILES:
        raise SubmissionError(f"it holds more than {MAX_FILES:,} files")
    for file in files:
        if file.name.startswith(".") or not is_archive(PurePosixPath(file.name)):
            opened.files.append(file)
            continue
        opened.archives += 1
        if not levels or opened.archives > MAX_ARCHIVES:
            opened.problems.append(
                f"{file.path} is not opened: at most {MAX_ARCHIVES} archives are, and "
                f"{LEVELS} in one another."
            )
            continue
        try:
            inner = stack.enter_context(open_inner(file))
        except SubmissionError as error:
            opened.problems.append(f"{str(error).rstrip('.')}.")
            continue
        placed = [one.at(f"{file.path}/{one.path}") for one in inner]
        collect(placed, opened, stack, levels - 1)
