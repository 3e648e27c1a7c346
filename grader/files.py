"""Write files whole or not at all, and archives that are always the same."""

from __future__ import annotations

import io
import os
import tempfile
import zipfile
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from grader.errors import GraderError

EPOCH = (1980, 1, 1, 0, 0, 0)


class WriteError(GraderError):
    """A file cannot be written; the message names its folder and the next step."""


@contextmanager
def told_of(path: Path) -> Iterator[None]:
    """Turn what keeps `path` from being written into an error that says so.

    Raises:
        WriteError: the system refuses.
    """
    try:
        yield
    except OSError as error:
        raise WriteError(
            "{name} cannot be written into {parent}: {strerror}. Mend "
            "that, or name another folder, and run the same command again; "
            "what is written already is whole.",
            name=path.name,
            parent=path.parent,
            strerror=error.strerror,
        ) from error


@contextmanager
def written_beside(path: Path, data: bytes, mode: int) -> Iterator[str]:
    """Give a file with `data`, safe on disk, beside `path`; remove it in the end."""
    path.parent.mkdir(parents=True, exist_ok=True)
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
    """Replace a file as a whole: after a crash, the old one or the new one is there.

    Folders on the way to it are made.

    Raises:
        WriteError: it cannot be written; an older one is left as it was.
    """
    with told_of(path), written_beside(path, data, 0o644) as temporary:
        os.replace(temporary, path)


def write_text(path: Path, text: str) -> None:
    """Replace a text file, UTF-8, as `write_bytes` does."""
    write_bytes(path, text.encode())


def create_bytes(path: Path, data: bytes, mode: int) -> None:
    """Make a file that nobody has made yet; an existing one stays as it is.

    Raises:
        WriteError: it cannot be written.
    """
    with (
        told_of(path),
        written_beside(path, data, mode) as temporary,
        suppress(FileExistsError),
    ):
        os.link(temporary, path)


def read_matching(folder: Path, base: Path, *patterns: str) -> dict[str, bytes]:
    """Return the files of a folder that match, by their path below `base`."""
    return {
        path.relative_to(base).as_posix(): path.read_bytes()
        for pattern in patterns
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    }


def pack_files(
    files: Mapping[str, bytes], folder: str = "", executable: Collection[str] = ()
) -> bytes:
    """Return a zip archive that is the same, byte for byte, for the same files.

    Args:
        files: by their path in it.
        folder: where they all lie in it.
        executable: those that can be run.
    """
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in sorted(files.items()):
            member = zipfile.ZipInfo(f"{folder}/{name}".lstrip("/"), EPOCH)
            member.compress_type = zipfile.ZIP_DEFLATED
            member.external_attr = (0o755 if name in executable else 0o644) << 16
            archive.writestr(member, data)
    return stream.getvalue()
