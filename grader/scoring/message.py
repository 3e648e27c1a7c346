"""What a test says of a submission, as data: a report holds it, an edge renders it.

Every text is an English template with its values apart, so that slips can be counted
and a message can be read in another language.
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.text import one_line

MAX_VALUE = 160  # characters of one row

Value = str | int | float | bool
Translate = Callable[[str], str]


class _Formatter(string.Formatter):
    """Formats as `str.format`, but NaN and infinity, which are texts, as they are."""

    def format_field(self, value: Any, format_spec: str) -> str:
        """Return a value in the form that the template asks for, if it can have it."""
        return format(value, "" if isinstance(value, str) else format_spec)


FORMATTER = _Formatter()


@dataclass(frozen=True)
class Text:
    """A template in the manner of `str.format`, and its values."""

    template: str
    values: Mapping[str, Value | Text] = field(default_factory=dict)

    def render(self, translate: Translate = str) -> str:
        """Return the text with its values; those that are texts are rendered, too."""
        values = {
            name: value.render(translate) if isinstance(value, Text) else value
            for name, value in self.values.items()
        }
        return FORMATTER.vformat(translate(self.template), (), values)

    def as_data(self) -> dict[str, Any]:
        """Return plain data for a report."""
        values = {
            name: value.as_data() if isinstance(value, Text) else value
            for name, value in self.values.items()
        }
        return {"text": self.template, "values": values}


Words = str | Text
"""A text without values is its own template; braces in it mean nothing."""


def say(template: str, /, **values: Any) -> Text:
    """Return a text with values; what is no number or text is shown as `str` does.

    Example:
        >>> say("MLP holds {n} tensors", n=4).render()
        'MLP holds 4 tensors'
    """
    return Text(template, {name: to_value(value) for name, value in values.items()})


def to_value(value: Any) -> Value | Text:
    """Return what a text may hold: a number or text; of a tensor its shape."""
    if isinstance(value, Text) or type(value) in (int, bool):
        plain: Value | Text = value
        return plain
    if type(value) is float and math.isfinite(value):  # JSON knows no other
        return value
    shape = getattr(value, "shape", None)
    return one_row(str(value if shape is None else tuple(shape)))


def as_text(words: Words) -> Text:
    """Return words that are a value of other words, to be translated with them."""
    if isinstance(words, Text):
        return words
    return Text(words.replace("{", "{{").replace("}", "}}"))


def render(words: Words, translate: Translate = str) -> str:
    """Return the words as they read."""
    return translate(words) if isinstance(words, str) else words.render(translate)


def to_data(words: Words | None) -> str | dict[str, Any] | None:
    """Return plain data for a report."""
    return words.as_data() if isinstance(words, Text) else words


def from_data(data: Any) -> Words:
    """Return the words that `to_data` was given."""
    match data:
        case {"text": str(template), "values": dict(values)}:
            kept = {
                name: from_data(value) if isinstance(value, dict) else value
                for name, value in values.items()
            }
            return Text(template, kept)
    return str(data)


@dataclass(frozen=True)
class Line:
    """A line of the student's own code."""

    file: str
    number: int
    function: str | None = None
    text: str = ""

    def words(self) -> Text:
        """Return how it reads."""
        template = "{file}, line {line}"
        template += " in {function}" if self.function else ""
        template += ": {text}" if self.text else ""
        values = {"file": self.file, "line": self.number, "text": self.text}
        return say(template, function=self.function, **values)


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

    def render(self, translate: Translate = str) -> str:
        """Return what a student reads, a line for each part that there is."""
        rows = {
            "call": self.call,
            "expected": self.expected,
            "got": self.got,
            "at": self.at and self.at.words(),
            "cause?": self.cause,
            "read": self.read,
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


def one_row(text: str) -> str:
    """Return text as one row of a message holds it."""
    return one_line(text, MAX_VALUE)
