"""Check the tables of a TOML document; every error names the file and the entry."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn

from grader.errors import UNREAD, GraderError, hold
from grader.words import Words, as_text, say

DOCUMENT = say("the document")
"""What the table that holds all others is called in errors."""


class TableReader:
    """Checks the entries of one document."""

    def __init__(self, source: str, error: type[GraderError]) -> None:
        """Take the document's name, and the error to raise for what is wrong in it."""
        self.source = source
        self.error = error

    def fail(self, template: str, /, **values: object) -> NoReturn:
        """Raise the error about an entry, which the template names."""
        problem = as_text(hold(template, values))
        raise self.error("{source}: {problem}", source=self.source, problem=problem)

    def parse(self, text: str) -> dict[str, Any]:
        """Return the document's data."""
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self.error(UNREAD, path=self.source, error=error) from error

    def refuse_twice(self, names: Sequence[str]) -> None:
        """Refuse ids that are not unique."""
        for name in names:
            if names.count(name) > 1:
                self.fail("{entry} is listed twice: ids are unique", entry=name)

    def table(
        self,
        data: Any,
        entry: Words,
        required: Mapping[str, type],
        optional: Mapping[str, Any] | None = None,
    ) -> dict[str, Any]:
        """Return the table with defaults filled in, keys and types checked.

        Args:
            data: what the document holds.
            entry: what it is called in errors.
            required: the keys that must be there, and their types.
            optional: the keys that may be there, and their defaults.
        """
        if not isinstance(data, Mapping):
            self.fail("{entry} is not a table", entry=entry)
        defaults = dict(optional or {})
        kinds = {**required, **{key: type(value) for key, value in defaults.items()}}
        for key in data:
            if key not in kinds:
                self.fail(
                    "{entry} has an unknown key {key!r}; known: {names}",
                    entry=entry,
                    key=key,
                    names=", ".join(kinds),
                )
        for key in required:
            if key not in data:
                self.fail("{entry} lacks the key {key!r}", entry=entry, key=key)
        for key, value in data.items():
            self.check_type(value, kinds[key], entry, key)
        return {**defaults, **data}

    def check_type(self, value: Any, kind: type, entry: Words, key: str) -> None:
        """Refuse a value of another type; a whole number is a float, too."""
        if type(value) is not kind and not (kind is float and type(value) is int):
            self.fail(
                "{entry} has {key} of type {given}; {kind} is expected",
                entry=entry,
                key=key,
                given=type(value).__name__,
                kind=kind.__name__,
            )

    def check_range(self, value: float, low: float, high: float, entry: Words) -> None:
        """Refuse a number that is too small or too large, or none."""
        if not low <= value <= high:
            self.fail(
                "{entry} is {value}; {low:g} to {high:g} is expected",
                entry=entry,
                value=value,
                low=low,
                high=high,
            )


def read_document(path: Path, error: type[GraderError]) -> str:
    """Return a document's text, or raise `error`, which names the file."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as reason:
        raise error(UNREAD, path=path, error=reason) from reason
