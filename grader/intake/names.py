"""Which topic a file is meant for, told by its name alone."""

from __future__ import annotations

import re
from collections.abc import Collection

from grader.intake.candidate import WORK

OTHER = {"test", "tests", "helper", "helpers", "util", "utils", "solution", "solutions"}
"""Words that tell a file beside a topic's own."""


def is_exact(name: str, topic: str) -> bool:
    """Say whether a file is named as it was handed out."""
    return name in (f"{topic}.py", f"{topic}.ipynb")


def meant_for(name: str, topics: Collection[str]) -> str | None:
    """Return the topic that a file's name holds as whole words; None if none does.

    Of several the longest; case, blanks and hyphens do not matter.

    Example:
        >>> meant_for("Read-Write (1).py.txt", ["read_write"])
        'read_write'
        >>> meant_for("test_read_write.py", ["read_write"])
    """
    match = WORK.search(name)
    if match is None or name.startswith("."):
        return None
    exact = [t for t in topics if is_exact(name, t)]
    if exact:
        return exact[0]
    stem = words(name[: match.start()])
    found = [t for t in topics if holds(stem, words(t))]
    return max(found, key=len, default=None)


def words(text: str) -> str:
    """Return a name in small letters, with one `_` for all that parts its words."""
    return re.sub(r"[\W_]+", "_", text.casefold()).strip("_")


def holds(stem: str, topic: str) -> bool:
    """Say whether a name holds a topic's, and no word that tells another file."""
    if stem.replace("_", "") == topic.replace("_", ""):
        return True
    before, found, after = f"_{stem}_".partition(f"_{topic}_")
    return bool(found) and not tells_another(f"{before}_{after}")


def tells_another(stem: str) -> bool:
    """Say whether a name holds a word that tells a file beside a topic's own."""
    return not OTHER.isdisjoint(words(stem).split("_"))
