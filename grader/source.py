"""The text of a Python file, whoever wrote it."""

from __future__ import annotations

import codecs
import io
import re
import tokenize
from pathlib import Path

from grader.errors import UNREAD, GraderError
from grader.speech import mark

BAD_BYTE = re.compile("[\udc80-\udcff]")
"""A byte that is no UTF-8, as `surrogateescape` keeps it."""
COOKIE = re.compile(r"[ \t\f]*#.*?coding[:=][ \t]*([-\w.]+)")


class BrokenCodeError(GraderError):
    """The text is no Python; the message says where and why."""


def decode(data: bytes) -> str:
    """Return a Python file's text, with plain line ends.

    Raises:
        BrokenCodeError: it is not in the encoding that it declares.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except (SyntaxError, LookupError, UnicodeError) as error:
        raise not_utf8(data) from error
    return with_plain_ends(text)


def bad_byte(data: bytes) -> dict[str, int] | None:
    """Return the `line` and the `byte` of the first one that is no UTF-8, if any is."""
    try:
        data.decode()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return {"line": line, "byte": data[error.start]}
    return None


def not_utf8(data: bytes) -> BrokenCodeError:
    """Return the error of bytes that are no text, with the first if one is."""
    if (found := bad_byte(data)) is None:
        return BrokenCodeError("not UTF-8 text. Save it as UTF-8")
    return BrokenCodeError(
        "not UTF-8 text: line {line} holds the byte 0x{byte:02x}. Save it as UTF-8",
        **found,
    )


def with_plain_ends(text: str) -> str:
    """Return a text with the line ends of Unix, whatever system wrote it."""
    return text.replace("\r\n", "\n").replace("\r", "\n")


def line_end(data: bytes) -> str:
    """Return how the lines of a file end: as most of them do."""
    windows = data.count(b"\r\n")
    return "\r\n" if windows > data.count(b"\n") - windows else "\n"


def decode_as_python(data: bytes) -> str:
    """Return a file's text as Python's import reads it.

    Comments of any encoding do no harm there.

    Raises:
        BrokenCodeError: its code is not in the encoding that it declares.
    """
    try:
        return decode(data)
    except BrokenCodeError:
        if (text := decode_comments(data)) is None:
            raise
        return text


def decode_comments(data: bytes) -> str | None:
    """Return the text of a file in which only comments and docstrings are not UTF-8.

    Whatever their encoding is, they change nothing; None if other parts are concerned.
    """
    text = data.decode("utf-8", "surrogateescape")
    if not may_be_utf8(text):
        return None
    begins = True
    try:
        for token in tokenize.generate_tokens(io.StringIO(text).readline):
            harmless = token.type == tokenize.COMMENT or (
                token.type == tokenize.STRING and begins
            )
            if not harmless and BAD_BYTE.search(token.string):
                return None
            if token.type not in (tokenize.COMMENT, tokenize.NL):
                begins = token.type in (
                    *(tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT),
                    tokenize.ENCODING,
                )
    except (tokenize.TokenError, SyntaxError, RecursionError):
        return None
    plain = BAD_BYTE.sub("\N{REPLACEMENT CHARACTER}", text)
    return with_plain_ends(plain.removeprefix("\ufeff"))


def decode_utf16(data: bytes) -> str | None:
    """Return the text of a file that begins as UTF-16 does; None if it is none."""
    if not data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return None
    try:
        text = data.decode("utf-16")
    except UnicodeDecodeError:
        return None
    return with_plain_ends(text) if may_be_utf8(text) else None


def may_be_utf8(text: str) -> bool:
    """Say whether Python would take a text for UTF-8, by what its head declares."""
    declared = [m[1].lower() for m in map(COOKIE.match, text.split("\n")[:2]) if m]
    return "\0" not in text and {"utf-8", "utf8"}.issuperset(declared)


def read_source(path: Path, error: type[GraderError]) -> str:
    """Return the text of a file of the kit's own, or raise `error`, which names it."""
    try:
        return decode(path.read_bytes())
    except OSError as reason:
        raise error(UNREAD, path=path, error=reason.strerror) from reason
    except BrokenCodeError as reason:
        raise error(mark("{path}: {reason}"), path=path, reason=reason) from reason
