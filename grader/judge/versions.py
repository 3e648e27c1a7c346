"""The versions that a verdict depends on, told without importing torch."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from importlib import metadata

import grader
from grader.layout import PACKAGE


def versions() -> dict[str, str]:
    """Return what two machines must agree in to judge alike."""
    return {
        "python": platform.python_version(),
        "torch": metadata.version("torch"),
        "kit": grader.__version__,
        "code": code_digest(),
    }


@cache
def code_digest() -> str:
    """Return a hash of the grader's own code."""
    hasher = hashlib.sha256()
    for path in sorted(PACKAGE.rglob("*.py")):
        hasher.update(f"{path.relative_to(PACKAGE)}\n".encode())
        hasher.update(path.read_bytes())
    return hasher.hexdigest()
