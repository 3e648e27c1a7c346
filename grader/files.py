"""Write files whole or not at all, and archives that are always the same."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path


@contextmanager
def written_beside(path: Path, data: bytes, mode: int) -> Iterator[str]:
    """Give a file with `data`, safe on disk, beside `path`; remove it in the end."""
    descriptor, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(data)
            stream.flush()
            os.fsync(stream.fileno())
        os.chmod(temporary, mode)
        yield temporary
    finally:
        Path(temporary).unlink(missing_ok=True)


def write_bytes(path: Path, data: bytes) -> None:
    """Replace a file as a whole: after a crash, the old one or the new one is there."""
    with written_beside(path, data, 0o644) as temporary:
        os.replace(temporary, path)


def write_text(path: Path, text: str) -> None:
    """Replace a text file, UTF-8, as a whole."""
    write_bytes(path, text.encode())


def create_bytes(path: Path, data: bytes, mode: int) -> None:
    """Make a file that nobody has made yet; an existing one stays as it is."""
    with written_beside(path, data, mode) as temporary, suppress(FileExistsError):
        os.link(temporary, path)
