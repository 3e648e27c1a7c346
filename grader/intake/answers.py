"""How much of a topic a text answers, without running or parsing it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from grader.stubs import RAISE

Symbols = Sequence[Sequence[str]]
"""The symbols of each exercise of a topic."""

DEFINITION = re.compile(r"^(?:async[ \t]+def|def|class)[ \t]+(\w+)", re.MULTILINE)
STUB = re.compile(rf"^[ \t]+{RAISE}\b", re.MULTILINE)


def count_answers(text: str, exercises: Symbols = ()) -> int:
    """Return of how many exercises a text defines a symbol without a stub in it.

    Args:
        text: of a module, or of all cells of a notebook; it may be broken.
        exercises: those of the topic; every definition counts if empty.
    """
    starts = [*DEFINITION.finditer(text)]
    ends = [*(match.start() for match in starts), len(text)][1:]
    done = {
        match[1]: STUB.search(text, match.start(), end) is None
        for match, end in zip(starts, ends, strict=True)
    }
    if not exercises:
        return sum(done.values())
    return sum(any(done.get(s, False) for s in symbols) for symbols in exercises)


def count_stubs(text: str) -> int:
    """Return how many bodies are still those of a stub."""
    return len(STUB.findall(text))
