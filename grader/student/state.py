"""What is remembered of a workspace: hints seen, and verdicts on code as it was.

Losing the file costs nothing but the hints seen, so whatever cannot be read in it
counts as not there.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from grader.files import write_text

VERSION = 1


@dataclass(frozen=True)
class Noted:
    """A verdict, and the key of the code that it was given on."""

    key: str
    passes: bool


@dataclass(frozen=True)
class State:
    """Hints seen and verdicts, by exercise."""

    hints: Mapping[str, int] = field(default_factory=dict)
    verdicts: Mapping[str, Noted] = field(default_factory=dict)
    notebooks: Mapping[str, Noted] = field(default_factory=dict)
    """Verdicts on answers in notebooks."""

    def with_hints(self, exercise: str, seen: int) -> State:
        """Return the state after the first `seen` hints of an exercise."""
        return replace(self, hints={**self.hints, exercise: seen})

    def with_verdicts(self, noted: Mapping[str, Noted]) -> State:
        """Return the state after a check of some exercises."""
        return replace(self, verdicts={**self.verdicts, **noted})

    def with_notebook(self, exercise: str, noted: Noted) -> State:
        """Return the state after a check in a notebook."""
        return replace(self, notebooks={**self.notebooks, exercise: noted})


def parse_state(data: Any) -> State:
    """Return the state in a JSON document's data; what is of another form is left."""
    if not isinstance(data, dict) or data.get("version") != VERSION:
        return State()
    hints = {
        name: count
        for name, count in entries(data, "hints")
        if type(count) is int and count > 0
    }
    return State(hints, noted_in(data, "verdicts"), noted_in(data, "notebooks"))


def noted_in(data: Mapping[str, Any], table: str) -> dict[str, Noted]:
    """Return the verdicts of one table."""
    return {
        name: Noted(entry["key"], entry["passes"])
        for name, entry in entries(data, table)
        if isinstance(entry, dict)
        and isinstance(entry.get("key"), str)
        and isinstance(entry.get("passes"), bool)
    }


def entries(data: Mapping[str, Any], name: str) -> list[tuple[str, Any]]:
    """Return the entries of one table."""
    table = data.get(name)
    return list(table.items()) if isinstance(table, dict) else []


def read_state(path: Path) -> State:
    """Return what was remembered; nothing if that cannot be read."""
    try:
        return parse_state(json.loads(path.read_bytes()))
    except (OSError, ValueError, RecursionError):
        return State()


def update_state(path: Path, change: Callable[[State], State]) -> State:
    """Change what is remembered, whole or not at all; return it.

    Raises:
        WriteError: it cannot be written.
    """
    state = change(read_state(path))
    data = {
        "version": VERSION,
        "hints": dict(sorted(state.hints.items())),
        **{
            table: {name: asdict(noted) for name, noted in sorted(verdicts.items())}
            for table, verdicts in (
                ("verdicts", state.verdicts),
                ("notebooks", state.notebooks),
            )
        },
    }
    write_text(path, json.dumps(data, indent=1) + "\n")
    return state
