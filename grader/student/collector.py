"""A pytest plugin that turns reports of tests into verdicts on exercises."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable
from typing import Any

import pytest

from grader.observe.plugin import exercise_of
from grader.scoring.message import Message
from grader.scoring.outcome import Outcome
from grader.scoring.report import MESSAGE, OUTCOME
from grader.speech import mark
from grader.student.verdict import Printed, Verdict, end_of
from grader.syllabus import Syllabus


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
        self.messages: dict[str, tuple[Message, Printed, str]] = {}

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
            noted: dict[str, Any] = dict(report.user_properties)
            outcome = Outcome(noted[OUTCOME])
            self.outcomes[name].append(outcome)
            if report.failed and outcome is not Outcome.NOT_STARTED:
                if outcome is Outcome.KIT_ERROR:
                    message = kit_message(str(report.longrepr))
                else:
                    message = Message.from_data(noted[MESSAGE])
                said = (message, end_of(report.capstdout), report.nodeid)
                self.messages.setdefault(name, said)
        if report.when == "teardown":
            self.left[name].discard(report.nodeid)
            if not self.left[name]:
                outcomes = tuple(self.outcomes[name])
                self.tell(Verdict(name, outcomes, *self.messages.get(name, ())))

    def pytest_keyboard_interrupt(
        self, excinfo: pytest.ExceptionInfo[BaseException]
    ) -> None:
        """Let somebody who interrupts the tests end the command as well."""
        if excinfo.type is KeyboardInterrupt:
            raise excinfo.value


def kit_message(traceback: str) -> Message:
    """Return what a student needs to know of a test that failed to run."""
    return Message(
        mark(
            "The test itself failed to run, which is no fault of yours: tell your "
            "instructor."
        ),
        got=traceback.strip().splitlines()[-1],
    )
