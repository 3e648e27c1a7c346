"""A pytest plugin that turns reports of tests into verdicts on exercises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable

import pytest

from grader.observe.finding import shorten
from grader.observe.plugin import exercise_of
from grader.scoring.outcome import Outcome
from grader.student.verdict import Verdict
from grader.syllabus import Syllabus

MAX_PRINTED = 2_000  # characters


class Collector:
    """Gives a verdict as soon as the last test of an exercise is done."""

    def __init__(
        self,
        syllabus: Syllabus,
        only: Collection[str],
        tell: Callable[[Verdict], None],
    ) -> None:
        """Take the registry, ids of the exercises to check, and whom to tell."""
        self.order = {name: i for i, name in enumerate(syllabus.exercises)}
        self.only = only
        self.tell = tell
        self.exercises: dict[str, str] = {}
        self.left: dict[str, set[str]] = defaultdict(set)
        self.outcomes: dict[str, list[Outcome]] = defaultdict(list)
        self.messages: dict[str, tuple[str, str]] = {}

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Keep the tests of what is asked for, in the order of the syllabus."""
        others = [item for item in items if exercise_of(item).id not in self.only]
        config.hook.pytest_deselected(items=others)
        items[:] = [item for item in items if exercise_of(item).id in self.only]
        items.sort(key=lambda item: self.order[exercise_of(item).id])
        self.expect(items)

    def expect(self, items: Iterable[pytest.Item]) -> None:
        """Note which tests an exercise has."""
        for item in items:
            name = exercise_of(item).id
            self.exercises[item.nodeid] = name
            self.left[name].add(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a test's outcome; tell the verdict behind the last one."""
        name = self.exercises[report.nodeid]
        if report.outcome != "passed" or report.when == "call":
            noted = [v for key, v in report.user_properties if key == "outcome"]
            outcome = Outcome(str(noted[-1]))
            self.outcomes[name].append(outcome)
            if report.failed and outcome is not Outcome.NOT_STARTED:
                message = str(report.longrepr)
                if outcome is Outcome.KIT_ERROR:
                    message = kit_message(message)
                said = message, report.capstdout[-MAX_PRINTED:]
                self.messages.setdefault(name, said)
        if report.when == "teardown":
            self.left[name].discard(report.nodeid)
            if not self.left[name]:
                message, printed = self.messages.get(name, ("", ""))
                self.tell(Verdict(name, tuple(self.outcomes[name]), message, printed))


def kit_message(traceback: str) -> str:
    """Return what a student needs to know of a test that failed to run."""
    last = traceback.strip().splitlines()[-1]
    return (
        "The test itself failed to run, which is no fault of yours: tell your "
        f"instructor.\n  got       {shorten(last)}"
    )
