"""What the handout's Makefile says: of its targets, and while it sets up."""

from __future__ import annotations

import re

from grader.speech import translate

SAID = re.compile(r'(^[a-z-]+:.*## |echo "|and ")([^"\n]+)', re.MULTILINE)
"""What stands before a text: a target, or what the shell and Python print."""


def texts_of_makefile(text: str) -> list[str]:
    """Return what a Makefile says."""
    return [found[2] for found in SAID.finditer(text)]


def spoken_makefile(text: str) -> str:
    """Return a Makefile that says it in the language that is spoken."""
    return SAID.sub(lambda found: found[1] + translate(found[2]), text)
