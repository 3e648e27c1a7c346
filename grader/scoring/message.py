"""What a test says of a submission, as data: a report holds it, an edge renders it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.speech import mark
from grader.speech import translate as spoken
from grader.words import (
    Text,
    Translate,
    Words,
    from_data,
    one_row,
    render,
    say,
    to_data,
)


@dataclass(frozen=True)
class Line:
    """A line of the student's own code."""

    file: str
    number: int
    function: str | None = None
    text: str = ""

    def words(self) -> Text:
        """Return how it reads."""
        told = say("{file}, line {line}", file=self.file, line=self.number)
        if self.function:
            told = say("{place} in {function}", place=told, function=self.function)
        return say("{place}: {text}", place=told, text=self.text) if self.text else told


@dataclass(frozen=True)
class Message:
    """Why a test does not pass: the fault, and a row for each fact."""

    fault: Words
    call: Words | None = None
    expected: Words | None = None
    got: Words | None = None
    at: Line | None = None
    cause: Words | None = None
    read: Words | None = None
    """Where the book tells more."""

    def render(self, translate: Translate = spoken) -> str:
        """Return what a student reads, a line for each part that there is."""
        rows = {
            mark("call"): self.call,
            mark("expected"): self.expected,
            mark("got"): self.got,
            mark("at"): self.at and self.at.words(),
            mark("cause?"): self.cause,
            mark("read"): self.read,
        }
        names = {name: translate(name) for name in rows}
        width = max(9, *map(len, names.values()))
        lines = [
            f"  {names[name]:<{width}} {one_row(render(words, translate))}"
            for name, words in rows.items()
            if words
        ]
        return "\n".join([one_row(render(self.fault, translate)), *lines])

    def as_data(self) -> dict[str, Any]:
        """Return plain data for a report: the parts that there are."""
        at = self.at and {
            "file": self.at.file,
            "line": self.at.number,
            "function": self.at.function,
            "text": self.at.text,
        }
        parts = {
            "fault": to_data(self.fault),
            "call": to_data(self.call),
            "expected": to_data(self.expected),
            "got": to_data(self.got),
            "at": at,
            "cause": to_data(self.cause),
            "read": to_data(self.read),
        }
        return {name: part for name, part in parts.items() if part is not None}

    @classmethod
    def from_data(cls, data: Mapping[str, Any]) -> Message:
        """Return the message that `as_data` was asked of."""
        words = {
            name: from_data(data[name])
            for name in ("fault", "call", "expected", "got", "cause", "read")
            if name in data
        }
        at = data.get("at")
        line = at and Line(at["file"], at["line"], at["function"], at["text"])
        return cls(**words, at=line)
