"""The archive to hand in: the topics' files, and a manifest with their digests."""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import grader
from grader.files import pack_files
from grader.intake import SubmissionSource, read_submission
from grader.intake.answers import Symbols
from grader.intake.candidate import MissingError, UnfitError
from grader.intake.choose import Choice, Found, find_topic, strangers
from grader.intake.disk_files import list_folder
from grader.intake.read import MAX_SOURCE
from grader.speech import _, mark
from grader.student import StudentError
from grader.student.work import torch_version
from grader.words import together

FORMAT = "grader/submission/v1"
HOW_TO_SAVE = mark(
    "Nothing is packed. An editor changes the encoding of a file as it saves it: in VS "
    "Code with “Save with Encoding” in the bar below, UTF-8"
)


@dataclass(frozen=True)
class Part:
    """What is handed in for a topic."""

    topic: str
    found: Found
    asked: int
    """How many exercises the topic has."""

    @property
    def file(self) -> str:
        """Return where it lies."""
        return self.found.taken.file.path

    @property
    def rivals(self) -> Mapping[str, int]:
        """Return other files with work for the topic, and how much they answer."""
        others = self.found.others
        return {o.file.path: o.module.answers for o in others if o.module.answers}

    def __str__(self) -> str:
        answers = self.found.module.answers
        said = _("{file} answers {answers} of {total} exercises")
        return said.format(file=self.file, answers=answers, total=self.asked)


def read_parts(
    folder: Path, symbols: Mapping[str, Symbols]
) -> tuple[list[Part], list[str]]:
    """Return what is to be handed in for each topic, as the grader reads it.

    Beside it come the names of modules and notebooks that are no topic's.

    Args:
        folder: the student's.
        symbols: those of each exercise, by topic.

    Raises:
        StudentError: a file is missing, or is one that the grader would not read.
    """
    choice = Choice(symbols, MAX_SOURCE)
    parts = []
    with list_folder(folder) as files:
        for topic, exercises in symbols.items():
            try:
                found = find_topic(topic, files, choice)
            except MissingError as error:
                raise StudentError(
                    "{error} make reset EX={exercise} brings it back",
                    error=error,
                    exercise=f"{topic}.{exercises[0][0]}",
                ) from error
            except UnfitError as error:
                raise StudentError(together(error.words, HOW_TO_SAVE)) from error
            for problem in found.errors:
                raise StudentError(together(problem, HOW_TO_SAVE))
            parts.append(Part(topic, found, len(exercises)))
        taken = {part.file for part in parts}
        others = [f.path for f in strangers(files, choice) if f.path not in taken]
    return parts, others


def pack(sources: Mapping[str, bytes]) -> bytes:
    """Return the archive, the same for the same files on the same machine."""
    files = {f"exercises/{topic}.py": data for topic, data in sources.items()}
    manifest = {
        "format": FORMAT,
        "kit": grader.__version__,
        "python": platform.python_version(),
        "torch": torch_version(),
        "files": {
            name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
            for name, data in sorted(files.items())
        },
    }
    files["manifest.json"] = (json.dumps(manifest, indent=1) + "\n").encode()
    return pack_files(files, "submission")


def read_back(path: Path, sources: Mapping[str, bytes]) -> None:
    """Check that the grader finds in an archive what was put into it.

    Raises:
        StudentError: it does not.
    """
    submission = read_submission(
        SubmissionSource(path.stem, path), dict.fromkeys(sources, ())
    )
    if submission.problems or dict(submission.sources) != dict(sources):
        raise StudentError(
            "{path} does not hold your files: run make submit again.", path=path
        )
