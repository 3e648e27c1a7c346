"""A topic's picture, which lies beside its notebook."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from grader.stubs.module import StubError

FOLDER = "pictures"
TITLE = "{http://www.w3.org/2000/svg}title"


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
    return f"![{' '.join(title.split())}]({picture_file(topic)})"
