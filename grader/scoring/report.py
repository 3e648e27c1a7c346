"""Reports of pytest-json-report, taken apart and put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

Report = dict[str, Any]
"""What pytest-json-report writes, with the kit's entries in its environment."""


def with_tests(report: Mapping[str, Any], tests: Sequence[Mapping[str, Any]]) -> Report:
    """Return a report with other tests, and what follows from them."""
    outcomes = Counter(test["outcome"] for test in tests)
    return {
        **report,
        "exitcode": int("failed" in outcomes),
        "summary": {**outcomes, "total": len(tests), "collected": len(tests)},
        "tests": tests,
    }
