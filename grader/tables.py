"""Check the tables of a TOML document; every error names the file and the entry."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NoReturn


class TableReader:
    """Checks the entries of one document."""

    def __init__(self, source: str, error: type[Exception]) -> None:
        """Take the document's name, and the error to raise for what is wrong in it."""
        self.source = source
        self.error = error

    def fail(self, entry: str, problem: str) -> NoReturn:
        """Raise the error about one entry."""
        raise self.error(f"{self.source}: {entry} {problem}")

    def parse(self, text: str) -> dict[str, Any]:
        """Return the document's data."""
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise self.error(f"{self.source}: cannot be read: {error}") from error

    def refuse_twice(self, names: Sequence[str], what: str) -> None:
        """Refuse names that are not unique."""
        for name in names:
            if names.count(name) > 1:
                self.fail(name, f"is listed twice; every {what} has an id of its own")

    def table(
        self,
        data: Any,
        entry: str,
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
            self.fail(entry, "is not a table")
        defaults = dict(optional or {})
        kinds = {**required, **{key: type(value) for key, value in defaults.items()}}
        for key in data:
            if key not in kinds:
                self.fail(
                    entry, f"has an unknown key {key!r}; known: {', '.join(kinds)}"
                )
        for key in required:
            if key not in data:
                self.fail(entry, f"lacks the key {key!r}")
        for key, value in data.items():
            self.check_type(value, kinds[key], entry, key)
        return {**defaults, **data}

    def check_type(self, value: Any, kind: type, entry: str, key: str) -> None:
        """Refuse a value of another type; a whole number is a float, too."""
        if type(value) is not kind and not (kind is float and type(value) is int):
            given = type(value).__name__
            self.fail(entry, f"has {key} of type {given}; {kind.__name__} is expected")


def read_document(path: Path, error: type[Exception]) -> str:
    """Return a document's text, or raise `error`, which names the file."""
    try:
        return path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as reason:
        raise error(f"{path}: cannot be read: {reason}") from reason
