"""The text of a Python file, whoever wrote it."""

from __future__ import annotations

import io
import tokenize
from pathlib import Path

from grader.errors import GraderError


class BrokenCodeError(Exception):
    """The text is no Python; the message says where and why."""


def decode(data: bytes) -> str:
    """Return a Python file's text, with plain line ends.

    Raises:
        BrokenCodeError: it is not in the encoding that it declares.
    """
    try:
        encoding, _ = tokenize.detect_encoding(io.BytesIO(data).readline)
        text = data.decode(encoding)
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BrokenCodeError(
            f"not UTF-8 text: line {line} holds the byte 0x{data[error.start]:02x}. "
            "Save it as UTF-8"
        ) from error
    except (SyntaxError, LookupError) as error:
        raise BrokenCodeError("not UTF-8 text. Save it as UTF-8") from error
    return text.replace("\r\n", "\n").replace("\r", "\n")


def read_source(path: Path, error: type[GraderError]) -> str:
    """Return the text of a file of the kit's own, or raise `error`, which names it."""
    try:
        return decode(path.read_bytes())
    except OSError as reason:
        raise error(f"{path}: cannot be read: {reason.strerror}") from reason
    except BrokenCodeError as reason:
        raise error(f"{path}: {reason}") from reason
