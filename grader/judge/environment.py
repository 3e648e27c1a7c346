"""What a verdict depends on, beside the submission itself."""

from __future__ import annotations

from typing import Any

from grader import gpu
from grader.judge.versions import versions
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits


def environment(suite: str, level: Level, limits: Limits) -> dict[str, Any]:
    """Return what every report names: two that agree in it were judged alike."""
    return {
        **versions(),
        "suite": suite,
        "isolation": str(level),
        "limits": limits.as_dict(),
        "gpu": gpu.name(),
    }
