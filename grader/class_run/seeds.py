"""Seeds that a student cannot foresee and an instructor can repeat."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

VARIABLE = "GRADER_SECRET"


def read_secret(path: Path) -> bytes:
    """Return the course's secret: from the environment, or from a file made once."""
    if VARIABLE in os.environ:
        return os.environ[VARIABLE].encode()
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError:
        return path.read_bytes().strip()
    with os.fdopen(descriptor, "w") as stream:
        stream.write(f"{secrets.token_hex(32)}\n")
    return path.read_bytes().strip()


def seed_for(secret: bytes, student: str) -> str:
    """Return the seed of all random inputs that a student's code meets."""
    return hmac.digest(secret, student.encode(), hashlib.sha256).hex()[:32]
