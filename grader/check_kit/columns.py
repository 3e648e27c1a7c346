"""Which kinds of cases an exercise's sweeps leave out, and why."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping

import pytest

from grader.layout import Layout
from grader.observe.columns import COLUMNS, MODULES, TENSORS
from grader.observe.sweep import Sweep
from grader.speech import _, several
from grader.syllabus import Syllabus

ORDINARY = {*TENSORS, *MODULES}
"""What is left out without a word is none of these."""


class Collector:
    """A plugin that notes what was compared, and what the reference could not play."""

    def __init__(self) -> None:
        """Begin with nothing noted."""
        self.compared: dict[str, set[str]] = defaultdict(set)
        """Columns and other cases, by exercise."""
        self.passed_over: dict[str, dict[str, str]] = defaultdict(dict)
        """What the reference raises, by exercise and column."""

    def pytest_runtest_teardown(self, item: pytest.Function) -> None:
        """Note what a test's sweep has compared."""
        mark, sweep = item.get_closest_marker("exercise"), item.funcargs.get("sweep")
        if mark is not None and isinstance(sweep, Sweep):
            self.compared[mark.args[0]] |= set(sweep.compared)
            self.passed_over[mark.args[0]] |= sweep.passed_over


def list_columns(layout: Layout, part: Syllabus) -> Iterator[tuple[str, str]]:
    """Yield exercises, and what their sweeps leave out.

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
        compared, raised = noted.compared[exercise], noted.passed_over[exercise]
        yield exercise, describe(compared, raised)


def describe(compared: set[str], raised: Mapping[str, str]) -> str:
    """Return what is left out, by its reason."""
    cases = len(compared - COLUMNS.keys())
    if not compared & COLUMNS.keys():
        return several(
            "no function of tensors alone; {n} case of its own",
            "no function of tensors alone; {n} cases of its own",
            cases,
        )
    reasons: dict[str, list[str]] = defaultdict(list)
    for name in COLUMNS:
        if name in compared:
            continue
        reason = _("no statement promises them")
        if name in raised:
            reason = _("the reference raises {error}").format(error=raised[name])
        elif name in MODULES and not compared & set(MODULES):
            reason = _("it is no module, or has no state")
        elif name in ORDINARY:
            reason = _("not asked for")
        reasons[reason].append(name)
    return "; ".join(f"{', '.join(names)}: {why}" for why, names in reasons.items())
