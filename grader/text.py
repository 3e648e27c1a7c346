"""Text that moves nothing where it is shown: no control characters."""

from __future__ import annotations

import re

SIGN = "\N{REPLACEMENT CHARACTER}"

CONTROL = (
    r"\x00-\x1f\x7f-\x9f"
    r"\u2028\u2029"  # line ends
    r"\u200b\u2060\ufeff"  # of no width, in no script a part of a word
    r"\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069"  # they turn what stands beside them
    r"\ud800-\udfff\ufffe\uffff"  # neither UTF-8 nor XML knows them
)
"""Characters that show nothing and move or break what does, for a character class."""

_CONTROL = re.compile(f"[{CONTROL}]")
_CONTROLS = re.compile(f"[{CONTROL}]+")


def without_controls(text: str, keep: str = "\n") -> str:
    """Return text with a sign in the place of each control character.

    Args:
        text: whatever somebody wrote.
        keep: control characters to leave, such as line ends.
    """
    return _CONTROL.sub(lambda m: m[0] if m[0] in keep else SIGN, text)


def one_line(text: str, limit: int | None = None) -> str:
    """Return text on one line, a blank for control characters, of at most `limit`."""
    line = _CONTROLS.sub(" ", text).strip()
    return line if limit is None or len(line) <= limit else f"{line[: limit - 1]}…"
