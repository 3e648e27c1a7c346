"""Play tests again on a submission, and keep what is thrown away when it is graded.

It is the same sandbox, the same seed and the same tests as in a judge, in this process.
Only what a test before had left behind in the worker may be missing.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.errors import GraderError
from grader.judge.observer import SandboxObserver
from grader.judge.options import options
from grader.judge.session import modules_below
from grader.layout import Layout
from grader.observe.describe import to_code
from grader.observe.finding import Finding, Raised
from grader.observe.plugin import OBSERVER, SEED, is_simulated, seed_of
from grader.sandbox import SandboxError
from grader.sandbox.launch import Sandbox
from grader.sandbox.payload import Packer
from grader.scoring.message import Message
from grader.scoring.outcome import Outcome
from grader.scoring.report import MESSAGE, OUTCOME
from grader.scoring.submission import Submission
from grader.speech import _
from grader.text import one_line

MAX_SHOWN = 600  # characters of one value
MAX_ITEMS = 12  # numbers of a tensor that are shown
PURPOSES = ("sizes", "values", "scenario")


class ReplayError(GraderError):
    """Tests cannot be played again; the message says why."""


@dataclass(frozen=True)
class Play:
    """One question of a test, what came back, and what was printed meanwhile."""

    scenario: str
    inputs: tuple[str, ...]
    answer: str
    printed: str


@dataclass
class Replayed:
    """What became of one test."""

    nodeid: str
    source: str
    """Of the test, and of the scenarios that it played."""
    seeds: dict[str, int]
    outcome: Outcome = Outcome.KIT_ERROR
    message: Message | None = None
    trouble: str = ""
    """Why the test itself failed to run."""
    plays: list[Play] = field(default_factory=list)


def shown(value: Any) -> str:
    """Return a value on one line; of a small tensor all of it."""
    text = to_code(value)
    if isinstance(value, Tensor) and 0 < value.numel() <= MAX_ITEMS and value.dim():
        text += f": {value.detach().tolist()}"
    return one_line(text, MAX_SHOWN)


class Recorder:
    """An observer that keeps what another one is asked and answers."""

    def __init__(self, inner: SandboxObserver) -> None:
        """Take the other one."""
        self.inner = inner
        self.plays: list[Play] = []
        self.scenarios: list[Callable[..., Any]] = []

    def prepare(self, *, simulated: bool) -> None:
        """Make ready for a test."""
        self.inner.prepare(simulated=simulated)

    def play(
        self, topic: str, scenario: Callable[..., Any], args: tuple[Any, ...], seed: int
    ) -> Any:
        """Return the other one's answer.

        Raises:
            Finding: it gives none.
            SandboxError: a fault of the kit.
        """
        inputs = tuple(map(shown, args))
        told = "no answer"
        try:
            answer = self.inner.play(topic, scenario, args, seed)
            told = read(answer)
        except Finding as finding:
            told = finding.message.render()
            raise
        finally:
            printed = self.inner.sandbox.printed()
            self.plays.append(Play(scenario.__name__, inputs, told, printed))
            self.scenarios.append(scenario)
        return answer


def read(answer: Any) -> str:
    """Return how a worker's answer reads."""
    match answer:
        case {"error": error}:
            raised = Raised.from_data(error)
            at = f"{raised} ({raised.line.words().render()})" if raised.line else raised
            return _("raises {error}").format(error=at)
        case {"value": value}:
            return shown(value)
    return shown(answer)


class Replay:
    """The pytest plugin that plays some tests on a submission."""

    def __init__(
        self, suite: Path, recorder: Recorder, seed: str, nodeids: Collection[str]
    ) -> None:
        """Take the suite, who is asked, the submission's seed, and the tests."""
        self.suite, self.recorder, self.seed = suite, recorder, seed
        self.nodeids = nodeids
        self.found: dict[str, Replayed] = {}

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Put the observer in the place of the default one."""
        config.pluginmanager.unregister(name="terminalreporter")
        config.stash[OBSERVER] = self.recorder
        config.stash[SEED] = self.seed

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave other tests out; the order is that of a judge."""
        items[:] = [item for item in items if item.nodeid in self.nodeids]
        items.sort(key=is_simulated)
        self.recorder.inner.packer = Packer(modules_below(self.suite))

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        """Start the clock of a test, and a record of it."""
        self.recorder.inner.start_test()
        self.recorder.plays, self.recorder.scenarios = [], []
        seeds = {purpose: seed_of(item, purpose) for purpose in PURPOSES}
        self.found[item.nodeid] = Replayed(item.nodeid, "", seeds)

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_makereport(
        self, item: pytest.Item, call: pytest.CallInfo[None]
    ) -> None:
        """Keep what a test played; its outcome is not known yet."""
        if call.when == "call":
            made = self.found[item.nodeid]
            made.plays = self.recorder.plays
            played = dict.fromkeys([item.obj, *self.recorder.scenarios])  # type: ignore[attr-defined]
            made.source = "\n\n".join(map(source_of, played))

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Keep a test's outcome and message."""
        made = self.found.get(report.nodeid)
        if made is None:
            return
        for name, value in report.user_properties:
            if name == OUTCOME:
                made.outcome = Outcome(str(value))
            elif name == MESSAGE and isinstance(value, dict):
                made.message = Message.from_data(value)
        if made.outcome is Outcome.KIT_ERROR and report.failed:
            made.trouble = report.longreprtext


def source_of(function: Callable[..., Any]) -> str:
    """Return the source of a test or a scenario; nothing where it has none."""
    try:
        return inspect.getsource(function).rstrip()
    except (OSError, TypeError):
        return ""


def replay(
    sandbox: Sandbox,
    course: Layout,
    submission: Submission,
    seed: str,
    nodeids: Sequence[str],
) -> dict[str, Replayed]:
    """Play tests again on a submission; return what became of each, by its id.

    Args:
        sandbox: warm, empty, and one that keeps what is printed.
        course: whose hidden tests, registry and solutions count.
        submission: who is asked.
        seed: of its inputs.
        nodeids: the tests.

    Raises:
        ReplayError: the tests do not run.
    """
    suite = course.hidden_tests
    observer = SandboxObserver(sandbox, submission)
    plugin = Replay(suite, Recorder(observer), seed, frozenset(nodeids))
    files = dict.fromkeys(nodeid.partition("::")[0] for nodeid in nodeids)
    paths = [str(suite.parents[1] / file) for file in files]
    sandbox.printed()
    try:
        with warnings.catch_warnings(), torch.random.fork_rng([]):
            warnings.simplefilter("ignore")
            pytest.main([*options(course, suite), *paths], plugins=[plugin])
        sandbox.clear()
    except SandboxError as error:
        raise ReplayError("the sandbox fails: {error}", error=error) from error
    finally:
        observer.end()
    if lost := [nodeid for nodeid in nodeids if nodeid not in plugin.found]:
        raise ReplayError(
            "{lost} is not among the hidden tests any more, or they do not "
            "run: grade the class again",
            lost=lost[0],
        )
    return plugin.found
