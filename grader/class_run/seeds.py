"""Seeds that a student cannot foresee and an instructor can repeat."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from grader.files import create_bytes

VARIABLE = "GRADER_SECRET"


def read_secret(path: Path) -> bytes:
    """Return the course's secret: from the environment, or from a file made once.

    An empty variable is none: CI gives that where a secret is not set.
    """
    if given := os.environ.get(VARIABLE, "").strip():
        return given.encode()
    if not path.exists():
        create_bytes(path, f"{secrets.token_hex(32)}\n".encode(), 0o600)
    return path.read_bytes().strip()


def has_secret(path: Path) -> bool:
    """Say whether there is a secret already."""
    return bool(os.environ.get(VARIABLE, "").strip()) or path.exists()


def seed_for(secret: bytes, student: str) -> str:
    """Return the seed of all random inputs that a student's code meets."""
    return hmac.digest(secret, student.encode(), hashlib.sha256).hex()[:32]
