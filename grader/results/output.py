"""The folder of results: a report per student, written whole or not at all."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, cast

from grader.errors import GraderError
from grader.files import told_of, write_text
from grader.identity import file_name
from grader.results.signature import read_signed_json, to_signed_json
from grader.scoring.report import Report

MARK = ".grader"


class OutputError(GraderError):
    """A folder is none for results; the message names it and the next step."""


class OutputFolder:
    """Where a class run writes; one run at a time."""

    def __init__(self, path: Path, secret: bytes) -> None:
        """Take the folder, which `opened` makes, and the secret to sign with."""
        self.path = path
        self.secret = secret

    @contextmanager
    def opened(self) -> Iterator[OutputFolder]:
        """Make the folder, or take one of an earlier run, and lock it.

        Raises:
            OutputError: it belongs to something else, or is in use.
            WriteError: it cannot be written.
        """
        with told_of(self.path / MARK):
            if self.path.exists() and not self.path.is_dir():
                raise OutputError(
                    "{path} is a file: name a folder with --out", path=self.path
                )
            self.path.mkdir(parents=True, exist_ok=True)
            mark = self.path / MARK
            if not mark.exists() and any(self.path.iterdir()):
                raise OutputError(
                    "{path} holds other files than results: name an empty or a new "
                    "folder with --out",
                    path=self.path,
                )
            lock = open(mark, "a")  # noqa: SIM115 - closed below
            (self.path / "reports").mkdir(exist_ok=True)
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise OutputError(
                    "another run is writing to {path}: wait for its end, or name "
                    "another folder with --out",
                    path=self.path,
                ) from error
            yield self

    def write_signed(self, name: str, data: Mapping[str, Any]) -> None:
        """Write a mapping as signed JSON.

        Raises:
            WriteError: it cannot be written; an older one is left as it was.
        """
        self.write(name, to_signed_json(data, self.secret))

    def read_signed(self, name: str, before: str = "") -> dict[str, Any] | None:
        """Return what `write_signed` wrote; None if it is missing or was changed.

        Args:
            name: of the file.
            before: return only the entries before this key.
        """
        try:
            text = (self.path / name).read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError):
            return None
        return read_signed_json(text, self.secret, before)

    def read_report(self, name: str, before: str = "") -> Report | None:
        """Return a student's report, as `read_signed` does."""
        return cast(Report | None, self.read_signed(name, before))

    def write(self, name: str, text: str) -> None:
        """Write a file of results, whole.

        Raises:
            WriteError: it cannot be written; an older one is left as it was.
        """
        write_text(self.path / name, text)


def report_name(student: str) -> str:
    """Return where a student's report lies."""
    return f"reports/{file_name(student)}.json"


def attempt_name(student: str, number: int) -> str:
    """Return where the report of one of several attempts lies."""
    return f"attempts/{number}/{file_name(student)}.json"
