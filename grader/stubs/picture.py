"""A topic's picture, which lies beside its notebook."""

from __future__ import annotations

import re
from collections.abc import Iterator
from html import escape, unescape
from pathlib import Path
from xml.etree import ElementTree

from grader.speech import translate
from grader.stubs.module import StubError

FOLDER = "pictures"
TITLE = "{http://www.w3.org/2000/svg}title"
_WORD = re.compile(r"[^\W\d_]{3,}")
_TEXT = re.compile(r"(<(?:text|title)\b([^>]*)>)([^<]*)(?=</)")


def picture_file(topic: str) -> str:
    """Return where a topic's picture lies, seen from its notebook."""
    return f"{FOLDER}/{topic}.svg"


def show_picture(notebooks: Path, topic: str) -> str:
    """Return the Markdown that shows a topic's picture; nothing where there is none.

    Its title is what is read to those who do not see it.

    Raises:
        StubError: it is no SVG, or has no title.
    """
    path = notebooks / picture_file(topic)
    if not path.exists():
        return ""
    try:
        title = ElementTree.parse(path).findtext(TITLE)
    except ElementTree.ParseError as error:
        raise StubError("{path}: is no SVG: {error}", path=path, error=error) from error
    if not title:
        raise StubError("{path}: has no title to say what it shows", path=path)
    return f"![{translate(' '.join(title.split()))}]({picture_file(topic)})"


def texts_of_picture(picture: str) -> Iterator[str]:
    """Yield what a picture says, but for code."""
    for match in _TEXT.finditer(picture):
        if is_text(match):
            yield unescape(match[3])


def is_text(match: re.Match[str]) -> bool:
    """Say whether what a picture shows is words, and no code."""
    return 'class="code"' not in match[2] and _WORD.search(match[3]) is not None


def spoken_picture(picture: str) -> str:
    """Return a picture that says it in the language that is spoken."""

    def spoken(match: re.Match[str]) -> str:
        if not is_text(match):
            return match[0]
        return match[1] + escape(translate(unescape(match[3])), quote=False)

    return _TEXT.sub(spoken, picture)
