"""Why a test does not pass, as data, and how it reads."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import pytest

from grader.sandbox.wire import ProtocolError
from grader.scoring.outcome import Outcome

MAX_VALUE = 160  # characters of one row

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]+")


class Finding(pytest.fail.Exception):  # type: ignore[name-defined,misc] # untyped
    """A test's verdict on a submission that does not pass it.

    Without a traceback: it is of no use to a student, and costs more than a test.
    """

    def __init__(
        self,
        fault: str,
        *,
        outcome: Outcome = Outcome.FAILED,
        expected: str | None = None,
        got: str | None = None,
        at: str | None = None,
        cause: str | None = None,
    ) -> None:
        """Take one sentence that says what is wrong, and the evidence for it."""
        super().__init__(fault, pytrace=False)
        self.fault = fault
        self.outcome = outcome
        self.expected = expected
        self.got = got
        self.at = at
        self.cause = cause

    def render(self, call: str | None, read: str | None) -> str:
        """Return the message a student reads: the fault, then a row per fact."""
        rows = {
            "call": call,
            "expected": self.expected,
            "got": self.got,
            "at": self.at,
            "cause?": self.cause,
            "read": read,
        }
        lines = [f"  {name:<9} {shorten(row)}" for name, row in rows.items() if row]
        return "\n".join([shorten(self.fault), *lines])


def shorten(text: str, limit: int = MAX_VALUE) -> str:
    """Return `text` on one line, without control characters, of at most `limit`."""
    line = _CONTROL.sub(" ", text).strip()
    return line if len(line) <= limit else f"{line[: limit - 1]}…"


@dataclass(frozen=True)
class Raised:
    """An exception in the student's code, as plain data."""

    types: tuple[str, ...]
    """Names of its class and the classes above it."""
    message: str
    not_started: bool = False
    file: str = ""
    line: int = 0
    function: str | None = None
    text: str = ""
    """The student's line that was running."""

    @classmethod
    def from_data(cls, data: Any) -> Raised:
        """Check what a worker sent.

        Raises:
            ProtocolError: it is not the description of an exception.
        """
        match data:
            case {
                "not_started": bool(not_started),
                "types": [str(), *_] as types,
                "message": str(message),
                "where": None,
            } if all(type(name) is str for name in types):
                return cls(tuple(types), message, not_started)
            case {
                "not_started": bool(not_started),
                "types": [str(), *_] as types,
                "message": str(message),
                "where": {
                    "file": str(file),
                    "line": int(line),
                    "function": str() | None as function,
                    "text": str(text),
                },
            } if all(type(name) is str for name in types):
                return cls(
                    tuple(types), message, not_started, file, line, function, text
                )
        raise ProtocolError("not the description of an exception")

    def __str__(self) -> str:
        """Return class and text, as the last line of a traceback."""
        text = shorten(self.message)
        return f"{self.types[0]}: {text}" if text else self.types[0]

    @property
    def place(self) -> str | None:
        """Return file, line, function and text of the student's line."""
        if not self.file:
            return None
        inside = f" in {self.function}" if self.function else ""
        return f"{self.file}, line {self.line}{inside}: {self.text}"
