"""The one class of errors that the command tells as a message."""

from __future__ import annotations

from collections.abc import Mapping

from grader.words import Text, Value, Words, as_text, render


class GraderError(Exception):
    """Something that its message explains; the command prints it and exits with 2."""

    def __init__(self, words: Words, /, **values: object) -> None:
        """Take a message; where values are given, it is a template that holds them."""
        super().__init__(words)
        self.words = hold(words, values) if isinstance(words, str) else words

    def __str__(self) -> str:
        """Return the message in the language that is spoken."""
        return render(self.words)


def hold(template: str, values: Mapping[str, object]) -> Words:
    """Return a message with its values, uncut; another error's is a part of it."""
    if not values:
        return template
    return Text(template, {name: to_value(value) for name, value in values.items()})


def to_value(value: object) -> Value | Text:
    """Return a value as a message holds it."""
    if isinstance(value, GraderError):
        return as_text(value.words)
    return value if isinstance(value, (str, int, float, Text)) else str(value)
