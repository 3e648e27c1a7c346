"""The folder of results: a report per student, written whole or not at all."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from grader.files import write_text

MARK = ".grader"
MAX_NAME = 150  # bytes


class OutputError(Exception):
    """Results cannot be written; the message names the folder and the next step."""


class OutputFolder:
    """Where a class run writes; one run at a time."""

    def __init__(self, path: Path) -> None:
        """Take the folder; `opened` makes it."""
        self.path = path

    @contextmanager
    def opened(self) -> Iterator[OutputFolder]:
        """Make the folder, or take one of an earlier run, and lock it.

        Raises:
            OutputError: it belongs to something else, is in use or not writable.
        """
        try:
            if self.path.exists() and not self.path.is_dir():
                raise OutputError(f"{self.path} is a file: name a folder with --out")
            self.path.mkdir(parents=True, exist_ok=True)
            mark = self.path / MARK
            if not mark.exists() and any(self.path.iterdir()):
                raise OutputError(
                    f"{self.path} holds other files than results: "
                    "name an empty or a new folder with --out"
                )
            (self.path / "reports").mkdir(exist_ok=True)
            lock = open(mark, "a")  # noqa: SIM115 - closed below
        except OSError as error:
            raise self._error(error) from error
        with lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise OutputError(
                    f"another run is writing to {self.path}: wait for its end, "
                    "or name another folder with --out"
                ) from error
            yield self

    def write_report(self, student: str, report: Mapping[str, Any]) -> None:
        """Write a student's report.

        Raises:
            OutputError: it cannot be written; an older one is left as it was.
        """
        self.write(f"reports/{file_name(student)}.json", to_json(report))

    def write(self, name: str, text: str) -> None:
        """Write a file of results, whole.

        Raises:
            OutputError: it cannot be written; an older one is left as it was.
        """
        try:
            write_text(self.path / name, text)
        except OSError as error:
            raise self._error(error) from error

    def _error(self, error: OSError) -> OutputError:
        return OutputError(
            f"{self.path} cannot be written: {error.strerror}. Mend that and run the "
            "same command again; what is written already is whole."
        )


def to_json(data: Any) -> str:
    """Return strict JSON, readable by people too."""
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def file_name(student: str) -> str:
    """Return a file name for a student; long ones are cut and told apart by a hash."""
    encoded = os.fsencode(student)
    if len(encoded) <= MAX_NAME:
        return student
    digest = hashlib.sha256(encoded).hexdigest()[:12]
    return f"{encoded[:MAX_NAME].decode(errors='ignore')}-{digest}"
