"""The one class of errors that the command tells as a message."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from grader.speech import _, mark
from grader.text import alike
from grader.words import Text, Value, Words, as_text, render, say

UNREAD = mark("{path} cannot be read: {error}")


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


def hint_at(asked: str, known: Iterable[str]) -> Text:
    """Return what an error says behind a name that nobody knows: those like it, or all.

    Example:
        >>> hint_at("aplha", ["alpha", "beta"]).render()
        'Is it alpha?'
    """
    names = list(known)
    if likely := alike(asked, [(name, name) for name in names]):
        return say("Is it {likely}?", likely=_(" or ").join(likely))
    return say("Known: {names}", names=", ".join(names))


def to_value(value: object) -> Value | Text:
    """Return a value as a message holds it."""
    if isinstance(value, GraderError):
        return as_text(value.words)
    return value if isinstance(value, (str, int, float, Text)) else str(value)
