"""What a verdict depends on, beside the submission itself."""

from __future__ import annotations

import hashlib
import platform
from functools import cache
from typing import Any

import torch

import grader
from grader.box.isolation import Level
from grader.box.limits import Limits
from grader.layout import KIT
from grader.observe import gpu


def environment(suite: str, level: Level, limits: Limits) -> dict[str, Any]:
    """Return what every report names: two that agree in it were judged alike."""
    return {
        "python": platform.python_version(),
        "torch": str(torch.__version__),
        "kit": grader.__version__,
        "code": code_digest(),
        "suite": suite,
        "isolation": str(level),
        "limits": limits.as_dict(),
        "gpu": gpu.name(),
    }


@cache
def code_digest() -> str:
    """Return a hash of the grader's own code."""
    hasher = hashlib.sha256()
    package = KIT.root / "grader"
    for path in sorted(package.rglob("*.py")):
        hasher.update(f"{path.relative_to(package)}\n".encode())
        hasher.update(path.read_bytes())
    return hasher.hexdigest()
