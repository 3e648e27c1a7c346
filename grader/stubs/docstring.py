"""A docstring as blocks of text and code, so that its text may be translated.

Blocks have a blank line between them. A block is a paragraph, a list, or what stands
below a heading: text, entries such as `ValueError: when`, or code.
"""

from __future__ import annotations

import re
import textwrap
from collections.abc import Iterator
from dataclasses import dataclass

from grader.speech import ENGLISH, mark, spoken, translate

WIDTH = 88
HEADINGS = (
    mark("Shapes"),
    mark("Shapes of the network"),
    mark("Args"),
    mark("Raises"),
    mark("Returns"),
    mark("Source"),
    mark("Example"),
)
_HEADING = re.compile(rf"({'|'.join(HEADINGS)}): *(.*)")
WORD = re.compile(r"(?<![\w.])[^\W\d_]{2,}(?![\w(]|\.\w)")
WORDS = re.compile(r"[^\W\d_]{2,} [^\W\d_]{2,}")
_ENTRY = re.compile(r"[\w.*]+: ")
_CODE = re.compile(r"`[^`]*`")
_SHAPE = re.compile(r"\([^)]*\)")
HELD = "\N{NO-BREAK SPACE}"


@dataclass(frozen=True)
class Block:
    """One part of a docstring."""

    heading: str
    lines: tuple[str, ...]
    """What is written, without the heading's indentation."""
    beside: bool = False
    """Whether it stands on the heading's own line."""

    @property
    def is_code(self) -> bool:
        """Say whether it is no text."""
        return self.heading in {"Example", "Source"}

    @property
    def has_entries(self) -> bool:
        """Say whether it lists names, each with a text."""
        return self.heading in {"Args", "Raises"}

    def entries(self) -> list[tuple[str, str]]:
        """Return its texts, unwrapped, each with the name or sign before it."""
        if not self.has_entries and not self.lines[0].startswith("- "):
            return [("", " ".join(self.lines))]
        found: list[list[str]] = []
        for line in self.lines:
            if line.startswith(" "):
                found[-1].append(line.strip())
            else:
                found.append([line])
        whole = [" ".join(lines) for lines in found]
        if not self.has_entries:
            return [("- ", entry.removeprefix("- ")) for entry in whole]
        named = [(_ENTRY.match(entry), entry) for entry in whole]
        return [(m[0], e[m.end() :]) if m else ("", e) for m, e in named]

    def texts(self) -> Iterator[str]:
        """Yield what is to be translated of it."""
        if not self.is_code:
            for _, text in self.entries():
                words = _CODE.sub("", text)
                if WORD.search(_SHAPE.sub("", words)) or WORDS.search(words):
                    yield text

    def spoken(self, width: int = WIDTH) -> Block:
        """Return the block in the language that is spoken."""
        heading = translate(self.heading)
        if self.is_code:
            return Block(heading, self.lines, self.beside)
        if self.beside:
            opening = f"{heading}: "
            said = opening + translate(" ".join(self.lines))
            lines = wrap(said, width + 4, "    ")
            lines[0] = lines[0].removeprefix(opening)
            return Block(heading, tuple(line.strip() for line in lines), beside=True)
        lines = []
        for sign, text in self.entries():
            hang = "  " if sign == "- " else "    " if sign else ""
            lines += wrap(sign + translate(text), width, hang)
        return Block(heading, tuple(lines), self.beside)

    def written(self) -> str:
        """Return it as a docstring has it."""
        if not self.heading:
            return "\n".join(self.lines)
        if self.beside:
            return f"{self.heading}: " + "\n    ".join(self.lines)
        return "\n".join([f"{self.heading}:", *(f"    {n}" for n in self.lines)])


def read_blocks(docstring: str) -> list[Block]:
    """Return the blocks of a docstring without indentation."""
    return [read_block(part) for part in docstring.split("\n\n") if part]


def read_block(part: str) -> Block:
    """Return one of them."""
    lines = part.split("\n")
    match = _HEADING.fullmatch(lines[0])
    if match is None:
        return Block("", tuple(lines))
    body = [line.removeprefix("    ") for line in lines[1:]]
    beside = [match[2]] if match[2] else []
    return Block(match[1], (*beside, *body), beside=bool(beside))


def texts_of(docstring: str) -> Iterator[str]:
    """Yield the texts of a docstring."""
    for block in read_blocks(docstring):
        yield from block.texts()


def wrap(text: str, width: int, hang: str) -> list[str]:
    """Return lines of a text; what stands in backticks is not broken."""
    kept = _CODE.sub(lambda m: m[0].replace(" ", HELD), text)
    lines = textwrap.wrap(
        kept,
        width,
        subsequent_indent=hang,
        break_long_words=False,
        break_on_hyphens=False,
    )
    return [line.replace(HELD, " ") for line in lines]


def fill(text: str) -> str:
    """Return a text as a paragraph."""
    return "\n".join(wrap(text, WIDTH, ""))


def spoken_docstring(docstring: str, indent: int) -> str:
    """Return a docstring in the language that is spoken, not wider than the code.

    Args:
        docstring: without indentation.
        indent: that of the code that it stands in.
    """
    if spoken() == ENGLISH:
        return docstring
    blocks = [
        block.spoken(WIDTH - indent - (4 if block.heading else 0))
        for block in read_blocks(docstring)
    ]
    return "\n\n".join(block.written() for block in blocks)
