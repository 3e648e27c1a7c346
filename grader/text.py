"""Text that moves nothing where it is shown: no control characters."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection

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
_ESCAPES = re.compile(
    r"\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[@-Z^_])"
)
"""What a terminal takes for colours, titles and movements."""


def without_controls(text: str, keep: str = "\n") -> str:
    """Return text with a sign in the place of each control character.

    Args:
        text: whatever somebody wrote.
        keep: control characters to leave, such as line ends.
    """
    return _CONTROL.sub(lambda m: m[0] if m[0] in keep else SIGN, text)


def one_line(text: str, limit: int | None = None) -> str:
    """Return text on one line, without control characters, of at most `limit`.

    Codes that colour a terminal go as a whole. What is too long ends where a sentence
    does, else behind a word, if one of them ends in its second half.
    """
    line = _CONTROLS.sub(" ", _ESCAPES.sub("", text)).strip()
    if limit is None or len(line) <= limit:
        return line
    kept = line[: limit - 1]
    sentence = max(kept.rfind(end) + 1 for end in (". ", "! ", "? ", "; "))
    end = next((at for at in (sentence, kept.rfind(" ")) if at > limit // 2), limit - 1)
    return f"{kept[:end].rstrip()}…"


def alike(asked: str, known: Collection[tuple[str, str]]) -> list[str]:
    """Return what the words stand for that are much like what is asked for.

    Those that differ in their letters' case alone are the only ones.

    Args:
        asked: a word.
        known: words, and what each stands for.
    """
    words = dict.fromkeys(word.lower() for word, _ in known)
    one = asked.lower()
    found = [one] if one in words else difflib.get_close_matches(one, words, 3, 0.6)
    return list(
        dict.fromkeys(what for near in found for w, what in known if w.lower() == near)
    )
