"""Collect files and pack them into an archive."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Collection, Mapping
from pathlib import Path

EPOCH = (1980, 1, 1, 0, 0, 0)


def read(folder: Path, base: Path, *patterns: str) -> dict[str, bytes]:
    """Return the files of a folder that match, by their path below `base`."""
    return {
        path.relative_to(base).as_posix(): path.read_bytes()
        for pattern in patterns
        for path in sorted(folder.glob(pattern))
        if path.is_file()
    }


def pack(
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
