"""Which kinds of cases an exercise's sweeps leave out, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pytest

from grader.layout import Layout
from grader.observe.columns import COLUMNS
from grader.observe.sweep import Sweep
from grader.syllabus import Syllabus


class Collector:
    """A plugin that notes what was compared, and the reasons for the rest."""

    def __init__(self) -> None:
        """Begin with nothing noted."""
        self.compared: dict[str, set[str]] = defaultdict(set)
        """Columns and other cases, by exercise."""
        self.reasons: dict[str, dict[str, str]] = defaultdict(dict)
        """By exercise and column."""

    def pytest_runtest_teardown(self, item: pytest.Function) -> None:
        """Note what a test's sweep has compared."""
        mark = item.get_closest_marker("exercise")
        if mark is None:
            return
        exercise = mark.args[0]
        sweep = item.funcargs.get("sweep")
        if isinstance(sweep, Sweep):
            self.compared[exercise] |= set(sweep.compared)
        for left in item.iter_markers("leaves_out"):
            reason = left.kwargs["reason"]
            self.reasons[exercise] |= dict.fromkeys(left.args, reason)


def list_columns(layout: Layout, part: Syllabus) -> Iterator[tuple[str, str, bool]]:
    """Yield exercise, what it leaves out or compares instead, whether that is settled.

    Plays the hidden tests on the reference solutions, in this process.
    """
    noted = Collector()
    arguments = [
        *("-c", "/dev/null", f"--rootdir={layout.root}", "--import-mode=append"),
        *("-p", "no:cacheprovider", "-p", "no:terminal"),
        *("--submission", str(layout.solutions), str(layout.hidden_tests)),
    ]
    pytest.main(arguments, plugins=[noted])
    for exercise in part.exercises:
        yield exercise, *describe(noted.compared[exercise], noted.reasons[exercise])


def describe(compared: set[str], reasons: Mapping[str, str]) -> tuple[str, bool]:
    """Return what is left out, and whether a reason is given for each column."""
    cases = len(compared - COLUMNS.keys())
    if not compared & COLUMNS.keys():
        return f"no function of tensors alone; {cases} cases of its own", True
    left = [name for name in COLUMNS if name not in compared]
    groups: dict[str, list[str]] = defaultdict(list)
    for name in left:
        groups[reasons.get(name, "no reason is given")].append(name)
    text = "; ".join(f"{', '.join(names)}: {why}" for why, names in groups.items())
    return text or "nothing", set(left) <= reasons.keys()
