"""The pytest plugin: `observe`, random inputs, marks, and messages that teach.

Where the student's code runs is not its business: it plays scenarios through an
`Observer`, in this process by default, in a sandbox when a judge puts its own in place.
"""

from __future__ import annotations

import hashlib
import random
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any, Protocol

import pytest
import torch

from grader import gpu
from grader.layout import KIT
from grader.observe.data import check_form
from grader.observe.finding import Finding, Raised
from grader.observe.local import LocalObserver
from grader.observe.verdicts import broken_protocol, finding_for
from grader.sandbox.wire import ProtocolError
from grader.scoring.message import Words
from grader.scoring.outcome import Outcome
from grader.scoring.report import MESSAGE, OUTCOME
from grader.syllabus import Exercise, Syllabus, SyllabusError, read_syllabus

LOCAL_TEST_SECONDS = 10.0


class Observer(Protocol):
    """Where a submission's code runs."""

    def prepare(self, *, simulated: bool) -> None:
        """Make ready for a test, with the simulated accelerator if it needs it."""

    def play(
        self, topic: str, scenario: Callable[..., Any], args: tuple[Any, ...], seed: int
    ) -> dict[str, Any]:
        """Return `{"value": …}` or `{"error": …}`, plain data from untrusted hands.

        Raises:
            Finding: the submission gives no answer.
        """


OBSERVER = pytest.StashKey[Observer]()
SEED = pytest.StashKey[str]()
SYLLABUS = pytest.StashKey[Syllabus]()
CALL = pytest.StashKey[Words]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that say whose answers to check, and in what."""
    parser.addoption(
        "--submission",
        type=Path,
        default=KIT.exercises,
        help="folder with the six modules to check (default: exercises/)",
    )
    parser.addoption(
        "--registry",
        type=Path,
        default=KIT.registry,
        help="the registry of exercises (default: exercises/syllabus.toml)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks and put the default observer in place."""
    for line in (
        "exercise(id): the exercise that the test checks",
        "weight(number): the share of the test function in its points, 1 without",
        "cuda: needs a GPU; its points stay open where there is none",
        "sim: needs the simulated accelerator, grader.sim",
    ):
        config.addinivalue_line("markers", line)
    folder = config.getoption("--submission")
    config.stash[OBSERVER] = LocalObserver(folder, LOCAL_TEST_SECONDS)
    config.stash[SEED] = "visible"


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Check the marks; skip what needs a GPU where there is none."""
    marked = [item for item in items if item.get_closest_marker("exercise")]
    if not marked:
        return
    try:
        config.stash[SYLLABUS] = read_syllabus(config.getoption("--registry"))
    except SyllabusError as error:
        raise pytest.UsageError(str(error)) from error
    for item in marked:
        exercise_of(item)
        weight_of(item)
        if item.get_closest_marker("cuda") and not gpu.is_available():
            item.add_marker(pytest.mark.skip(reason=Outcome.NO_GPU))


def exercise_of(item: pytest.Item) -> Exercise:
    """Return the exercise that a test checks.

    Raises:
        pytest.UsageError: it has none, or one that the registry does not know.
    """
    mark = item.get_closest_marker("exercise")
    if mark is None or len(mark.args) != 1 or mark.kwargs:
        raise pytest.UsageError(
            f"{item.nodeid} has no exercise: mark it with "
            '@pytest.mark.exercise("topic.Symbol")'
        )
    exercises = item.config.stash[SYLLABUS].exercises
    if mark.args[0] not in exercises:
        raise pytest.UsageError(
            f"{item.nodeid} checks {mark.args[0]!r}, which is not in "
            f"{item.config.getoption('--registry')}"
        )
    return exercises[mark.args[0]]


def weight_of(item: pytest.Item) -> int:
    """Return the share of a test's function in the points of its exercise.

    Raises:
        pytest.UsageError: it is no whole number, 1 or more.
    """
    mark = item.get_closest_marker("weight")
    if mark is None:
        return 1
    match mark.args:
        case (int(weight),) if weight > 0 and not mark.kwargs:
            return weight
    raise pytest.UsageError(
        f"{item.nodeid} has a weight that is no whole number above 0: mark it with "
        "@pytest.mark.weight(2)"
    )


def is_simulated(item: pytest.Item) -> bool:
    """Say whether a test needs the simulated accelerator."""
    return item.get_closest_marker("sim") is not None


def seed_of(item: pytest.Item, purpose: str) -> int:
    """Return a number that nobody without the course's secret can foresee.

    It is the same wherever the test lies.
    """
    test = f"{exercise_of(item).id}|{item.name}"
    text = f"{item.config.stash[SEED]}|{test}|{purpose}"
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:6])


@pytest.fixture
def rng(request: pytest.FixtureRequest) -> random.Random:
    """Return a source of sizes and choices, drawn afresh for every graded run."""
    return random.Random(seed_of(request.node, "sizes"))


class Observe:
    """Plays scenarios beside the student's code and gives back plain data."""

    def __init__(self, item: pytest.Item) -> None:
        """Take the test in whose name it plays."""
        self.item = item
        self.exercise = exercise_of(item)

    def __call__(
        self,
        scenario: Callable[..., Any],
        *args: Any,
        call: Words | None = None,
        causes: Mapping[str, Words] | None = None,
    ) -> Any:
        """Play `scenario(module, *args)` and return its value.

        Args:
            scenario: a top-level function with a return annotation. It runs beside the
                student's code, so it must not know what is expected.
            *args: copied into the student's process.
            call: what the student's code is asked, in a learner's words.
            causes: what is behind an exception, by a pattern of `Class: message`.

        Raises:
            Finding: the code raises, gives no answer, or one of another form.
        """
        raised, value = self._play(scenario, args, call)
        if raised is not None:
            raise finding_for(raised, causes)
        check_form(value, scenario)
        return value

    def error(
        self, scenario: Callable[..., Any], *args: Any, call: Words | None = None
    ) -> Raised | None:
        """Play a scenario that should raise; return the exception, or None."""
        raised, _ = self._play(scenario, args, call)
        if raised is not None and raised.not_started:
            raise finding_for(raised)
        return raised

    def _play(
        self, scenario: Callable[..., Any], args: tuple[Any, ...], call: Words | None
    ) -> tuple[Raised | None, Any]:
        if call is not None:
            self.item.stash[CALL] = call
        observer = self.item.config.stash[OBSERVER]
        seed = seed_of(self.item, "scenario")
        answer = observer.play(self.exercise.topic, scenario, args, seed)
        try:
            match answer:
                case {"error": error}:
                    return Raised.from_data(error), None
                case {"value": value}:
                    return None, value
            raise ProtocolError("neither a value nor an error")
        except ProtocolError as error:
            raise broken_protocol(error) from None


@pytest.fixture
def observe(request: pytest.FixtureRequest) -> Observe:
    """Return the way from a test to the student's code."""
    observer = request.config.stash[OBSERVER]
    observer.prepare(simulated=is_simulated(request.node))
    torch.default_generator.manual_seed(seed_of(request.node, "values"))
    return Observe(request.node)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Turn a finding into its message, and note the test's outcome in the report."""
    report = yield
    if item.get_closest_marker("exercise") is None:
        return report
    error = call.excinfo.value if call.excinfo else None
    if isinstance(error, Finding):
        outcome = error.outcome
        message = error.message
        if outcome not in (Outcome.NOT_STARTED, Outcome.NO_IMPORT):
            read = item.config.stash[SYLLABUS].read_on(exercise_of(item))
            call_text = item.stash.get(CALL, None)
            message = replace(message, call=call_text, read=read)
        report.longrepr = message.render()
        item.user_properties.append((MESSAGE, message.as_data()))
    elif report.skipped:
        outcome = Outcome.NO_GPU
    elif report.failed:
        outcome = Outcome.KIT_ERROR
    elif call.when == "call":
        outcome = Outcome.PASSED
    else:
        return report
    item.user_properties.append((OUTCOME, outcome.value))
    report.user_properties = item.user_properties
    return report
