"""What a student sees of a test run: a line per exercise, a message per slip."""

from __future__ import annotations

from collections import defaultdict

import pytest
from rich.text import Text

from grader.cli.screen import out, print_plain
from grader.observe.plugin import exercise_of
from grader.outcome import Outcome
from grader.syllabus import Exercise, Syllabus


class Desk:
    """A pytest plugin that reports by exercise, in the order of the syllabus."""

    def __init__(self, syllabus: Syllabus, only: str = "") -> None:
        """Take the registry, and the one exercise to report on if not all."""
        self.syllabus = syllabus
        self.only = only if only in syllabus.exercises else ""
        self.exercises: dict[str, Exercise] = {}
        self.left: dict[str, set[str]] = defaultdict(set)
        self.messages: dict[str, list[str]] = defaultdict(list)
        self.outcomes: dict[str, list[Outcome]] = defaultdict(list)
        self.topic = ""

    def pytest_collection_modifyitems(
        self, config: pytest.Config, items: list[pytest.Item]
    ) -> None:
        """Keep what was asked for, in the order of the syllabus."""
        order = list(self.syllabus.exercises)
        items.sort(key=lambda item: order.index(exercise_of(item).id))
        if self.only:
            others = [item for item in items if exercise_of(item).id != self.only]
            items[:] = [item for item in items if item not in others]
            config.hook.pytest_deselected(items=others)
        for item in items:
            self.exercises[item.nodeid] = exercise_of(item)
            self.left[exercise_of(item).id].add(item.nodeid)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Collect outcomes; print an exercise's line when its last test is done."""
        exercise = self.exercises[report.nodeid]
        if report.outcome != "passed" or report.when == "call":
            noted = [v for name, v in report.user_properties if name == "outcome"]
            self.outcomes[exercise.id].append(Outcome(str(noted[-1])))
            if report.failed:
                self.messages[exercise.id].append(str(report.longrepr))
        if report.when == "teardown":
            self.left[exercise.id].discard(report.nodeid)
            if not self.left[exercise.id]:
                self.show(exercise)

    def show(self, exercise: Exercise) -> None:
        """Print an exercise's line, and the first message if it does not pass."""
        if exercise.topic != self.topic:
            self.topic = exercise.topic
            out.print(Text(f"\n{exercise.topic}", style="bold"))
        outcomes = self.outcomes[exercise.id]
        name = exercise.symbols[0]
        if self.passes(exercise):
            out.print(Text(f"  ✓ {name}", style="green"))
        elif Outcome.NOT_STARTED in outcomes and set(outcomes) <= {
            Outcome.NOT_STARTED,
            Outcome.NO_GPU,
        }:
            out.print(Text(f"  · {name:<24} {Outcome.NOT_STARTED}", style="dim"))
        else:
            out.print(Text(f"  ✗ {name}", style="red"))
            said = next(m for m in self.messages[exercise.id] if m != "Not started.")
            print_plain("      " + said.replace("\n", "\n      "))

    def passes(self, exercise: Exercise) -> bool:
        """Say whether all tests of an exercise that could run here passed."""
        return set(self.outcomes[exercise.id]) <= {Outcome.PASSED, Outcome.NO_GPU}

    def all_required_pass(self) -> bool:
        """Say whether every core exercise that was tested passes."""
        tested = {e.id: e for e in self.exercises.values() if e.level == "core"}
        return all(map(self.passes, tested.values()))

    def conclude(self) -> None:
        """Print how many pass and what to do next."""
        tested = list({e.id: e for e in self.exercises.values()}.values())
        passed = [e for e in tested if self.passes(e)]
        print_plain(f"\n{len(passed)} of {len(tested)} exercises pass.", "bold")
        if len(passed) < len(tested):
            following = next(e for e in tested if e not in passed)
            print_plain(
                f"Next: {following.symbols[0]} in exercises/{following.topic}.py, "
                f"then make test EX={following.id}"
            )
