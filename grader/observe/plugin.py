"""The pytest plugin: `observe`, random inputs, marks, and messages that teach.

Where the student's code runs is not its business: it plays scenarios through an
`Observer`, in this process by default, in a sandbox when a judge puts its own in place.
"""

from __future__ import annotations

import hashlib
import math
import random
from collections.abc import Callable, Generator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch

from grader import gpu
from grader.layout import find_course
from grader.observe.finding import Finding
from grader.observe.local import LocalObserver
from grader.observe.playing import Observe, Observer
from grader.observe.reference import ReferenceObserver, play
from grader.observe.sweep import Sweep
from grader.observe.verdicts import broken_law, unforeseen
from grader.scoring.outcome import Outcome
from grader.scoring.report import MESSAGE, OUTCOME
from grader.syllabus import Exercise, Syllabus, SyllabusError, read_syllabus

LOCAL_TEST_SECONDS = 10.0

OBSERVER = pytest.StashKey[Observer]()
SEED = pytest.StashKey[str]()
SYLLABUS = pytest.StashKey[Syllabus]()
OBSERVE = pytest.StashKey[Observe]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options that say whose answers to check, and in what."""
    layout = find_course()
    parser.addoption(
        "--submission",
        type=Path,
        default=layout.exercises,
        help="folder with the modules to check (default: exercises/)",
    )
    parser.addoption(
        "--registry",
        type=Path,
        default=layout.registry,
        help="the registry of exercises (default: exercises/syllabus.toml)",
    )
    parser.addoption(
        "--reference",
        type=Path,
        default=layout.solutions,
        help="folder with the reference solutions, for sweeps (default: solutions/)",
    )


def pytest_configure(config: pytest.Config) -> None:
    """Declare the marks and put the default observer in place."""
    for line in (
        "exercise(id): the exercise that the test checks",
        "weight(number): the share of the test function in its points, 1 without",
        "allows(law, reason): what the code may change for the whole process",
        "cuda: needs a GPU; its points stay open where there is none",
        "sim: needs the simulated accelerator, grader.sim",
    ):
        config.addinivalue_line("markers", line)
    folder = config.getoption("--submission")
    config.stash[OBSERVER] = LocalObserver(folder, local_seconds(config))
    config.stash[SEED] = "visible"


def local_seconds(config: pytest.Config) -> float:
    """Return the seconds of a test in this process.

    Without pytest's capture, somebody is there to answer, and to end what never does.
    """
    return math.inf if config.getoption("capture") == "no" else LOCAL_TEST_SECONDS


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(
    config: pytest.Config, items: list[pytest.Item]
) -> None:
    """Check the marks; skip what needs a GPU where there is none.

    `-k` finds tests by the symbols of their exercise, too.
    """
    marked = [item for item in items if item.get_closest_marker("exercise")]
    if not marked:
        return
    try:
        config.stash[SYLLABUS] = read_syllabus(config.getoption("--registry"))
    except SyllabusError as error:
        raise pytest.UsageError(str(error)) from error
    for item in marked:
        item.extra_keyword_matches.update(exercise_of(item).symbols)
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


@pytest.fixture
def observe(request: pytest.FixtureRequest) -> Observe:
    """Return the way from a test to the student's code."""
    observer = request.config.stash[OBSERVER]
    observer.prepare(simulated=is_simulated(request.node))
    return enter(request.node)


@pytest.fixture
def sweep(observe: Observe, request: pytest.FixtureRequest) -> Sweep:
    """Return what plays many cases, on the submission and on the reference."""
    return sweep_of(observe, request.node)


def enter(item: pytest.Item) -> Observe:
    """Return the way from a test to the student's code; its inputs begin anew."""
    torch.default_generator.manual_seed(seed_of(item, "values"))
    observer = item.config.stash[OBSERVER]
    observe = Observe(exercise_of(item).topic, observer, seed_of(item, "scenario"))
    item.stash[OBSERVE] = observe
    return observe


def sweep_of(observe: Observe, item: pytest.Item) -> Sweep:
    """Return what plays many cases; it plays them on the reference, too."""
    exercise, seed = exercise_of(item), seed_of(item, "scenario")
    path = reference_of(item)

    def refer(scenario: Callable[..., Any], *args: Any) -> Any:
        return play(path, scenario, args, seed)

    order = random.Random(seed_of(item, "order"))
    return Sweep(exercise.symbols[0], observe, refer, order)


def reference_of(item: pytest.Item) -> Path:
    """Return the file of the reference solution of a test's topic."""
    folder: Path = item.config.getoption("--reference")
    return folder / f"{exercise_of(item).topic}.py"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Generator[None, None, None]:
    """Hold an answer that passes to the laws; judge what no test foresaw.

    An exception in a test's own body is the submission's if the same test passes on the
    reference. What the simulated accelerator is needed for cannot be played again here;
    `check-kit` has shown that it passes.
    """
    observe: Observe | None
    try:
        yield
        observe = item.stash.get(OBSERVE, None)
        for name in observe.broken if observe is not None else ():
            if name not in allowed(item):
                raise broken_law(name)
    except (Finding, pytest.skip.Exception, KeyboardInterrupt, SystemExit):
        raise
    except Exception as error:
        observe = item.stash.get(OBSERVE, None)
        if observe is None or isinstance(error, observe.faults):
            raise
        if is_simulated(item) or passes_on_the_reference(item):
            raise unforeseen(observe.last) from error
        raise


def allowed(item: pytest.Item) -> set[str]:
    """Return the laws that a test opts out of."""
    return {name for mark in item.iter_markers("allows") for name in mark.args}


def passes_on_the_reference(item: pytest.Item) -> bool:
    """Play a test's body again, with the same inputs, on the reference."""
    path = reference_of(item)
    if not path.exists():
        return False
    torch.default_generator.manual_seed(seed_of(item, "values"))
    observe = Observe(
        exercise_of(item).topic, ReferenceObserver(path), seed_of(item, "scenario")
    )
    fresh = {
        "observe": observe,
        "rng": random.Random(seed_of(item, "sizes")),
        "sweep": sweep_of(observe, item),
    }
    names = item._fixtureinfo.argnames  # type: ignore[attr-defined]
    given = {name: fresh.get(name, item.funcargs[name]) for name in names}  # type: ignore[attr-defined]
    try:
        item.obj(**given)  # type: ignore[attr-defined]
    except (Exception, Finding, pytest.skip.Exception):
        return False
    return True


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
            observe = item.stash.get(OBSERVE, None)
            call_text = None if observe is None else observe.call
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
