"""Words as data: an English template with its values apart, until somebody reads them.

So slips can be counted, and what a report or an error says is read in any language.
"""

from __future__ import annotations

import math
import string
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from grader.speech import translate as spoken
from grader.text import one_line

MAX_VALUE = 160  # characters of one row of a message

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

    def __hash__(self) -> int:
        """Return the same for texts that are equal, so that one can be a key."""
        return hash((self.template, *sorted(self.values)))

    def render(self, translate: Translate = spoken) -> str:
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


def together(*words: Words) -> Words:
    """Return words one after the other."""
    first, *others = words
    if not others:
        return first
    then = as_text(together(*others))
    return say("{first} {then}", first=as_text(first), then=then)


def render(words: Words, translate: Translate = spoken) -> str:
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


def one_row(text: str) -> str:
    """Return text as one row of a message holds it."""
    return one_line(text, MAX_VALUE)
