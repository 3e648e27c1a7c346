"""Why a test does not pass, as an exception that carries it as data."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pytest

from grader.sandbox.wire import ProtocolError
from grader.scoring.message import Line, Message
from grader.scoring.outcome import Outcome
from grader.words import Words, one_row, render

MAX_TEXT = 2_000  # characters of what a submission says of itself


class Finding(pytest.fail.Exception):  # type: ignore[name-defined,misc] # untyped
    """A test's verdict on a submission that does not pass it.

    Without a traceback: it is of no use to a student, and costs more than a test.
    """

    def __init__(
        self,
        fault: Words,
        *,
        outcome: Outcome = Outcome.FAILED,
        expected: Words | None = None,
        got: Words | None = None,
        at: Line | None = None,
        cause: Words | None = None,
    ) -> None:
        """Take one sentence that says what is wrong, and the evidence for it."""
        super().__init__(render(fault), pytrace=False)
        self.outcome = outcome
        self.message = Message(
            fault, expected=cut(expected), got=cut(got), at=at, cause=cause
        )


def cut(words: Words | None) -> Words | None:
    """Return words of a length that a report may hold."""
    return one_row(words) if isinstance(words, str) else words


@dataclass(frozen=True)
class Raised:
    """An exception in the student's code, as plain data."""

    types: tuple[str, ...]
    """Names of its class and the classes above it."""
    message: str
    not_started: bool = False
    line: Line | None = None
    """The student's line that was running."""

    @classmethod
    def from_data(cls, data: Any) -> Raised:
        """Check what a worker sent, and cut what has no end.

        Raises:
            ProtocolError: it is not the description of an exception.
        """
        match data:
            case {
                "not_started": bool(not_started),
                "types": [str(), *_] as types,
                "message": str(message),
                "where": None | dict() as where,
            } if all(type(name) is str for name in types):
                names = tuple(name[:MAX_TEXT] for name in types[:20])
                return cls(names, message[:MAX_TEXT], not_started, to_line(where))
        raise ProtocolError("not the description of an exception")

    def __str__(self) -> str:
        """Return class and text, as the last line of a traceback."""
        text = one_row(self.message)
        return f"{self.types[0]}: {text}" if text else self.types[0]


def to_line(where: dict[Any, Any] | None) -> Line | None:
    """Return the line that a worker names.

    Raises:
        ProtocolError: it is not the description of a line.
    """
    match where:
        case None | {"file": ""}:
            return None
        case {
            "file": str(file),
            "line": int(line),
            "function": str() | None as function,
            "text": str(text),
        }:
            short = [part and part[:MAX_TEXT] for part in (file, function, text)]
            return Line(short[0] or "", line, short[1], short[2] or "")
    raise ProtocolError("not the description of a line")
