"""The tests alone in one warm process: no sandbox, no judge, no report.

    python -m bench.floor.alone small FOLDER
    python -m bench.floor.alone full
    python -m bench.floor.alone simulated

Tests of the full suite on the simulated accelerator, which stays once it is registered,
are a suite of their own, in another process.

Prints, as JSON, the CPU seconds per submission of each pass; a first pass, which warms
the process, is not counted.
"""

from __future__ import annotations

import contextlib
import copy
import gc
import json
import random
import sys
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import torch

from bench.peers.suite import TOPIC
from grader.layout import KIT
from grader.observe.plugin import OBSERVER, is_simulated
from grader.sandbox import scene, wire
from grader.sim import register

PASSES = 2
OPTIONS = (
    *("--capture=no", "-c", "/dev/null", f"--rootdir={KIT.root}"),
    *("--import-mode=append", "--disable-plugin-autoload", "--noconftest"),
    *(f"-pno:{name}" for name in ("cacheprovider", "faulthandler", "logging")),
    *("-pno:terminal", "-pgrader.observe.plugin"),
)
SOLUTIONS = (None,)


class Passes:
    """The pytest plugin that runs a suite again and again, and takes its time."""

    def __init__(
        self, submissions: Sequence[Path | None], *, simulated: bool = False
    ) -> None:
        """Take the files to test in turn, and which tests.

        Args:
            submissions: the files; None leaves in place what is there.
            simulated: those on the simulated accelerator, or all others.
        """
        self.submissions = submissions
        self.simulated = simulated
        self.cpu: list[float] = []

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Leave out what needs the other kind of process."""
        items[:] = [item for item in items if is_simulated(item) is self.simulated]

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Run all tests on all submissions, as often as there are passes."""
        session.config.stash[OBSERVER] = Beside()
        session.config.option.tbstyle = "native"  # the cheapest, for tests that fail
        for _ in range(PASSES + 1):
            gc.collect()
            gc.freeze()  # what the process holds is not gone through in every pass
            started = time.process_time()
            for path in self.submissions:
                if path is not None:
                    sys.modules[TOPIC] = load(path)
                self.run(session)
            self.cpu.append((time.process_time() - started) / len(self.submissions))
        return True

    def run(self, session: pytest.Session) -> None:
        """Run all tests once."""
        following = [*session.items[1:], None]
        for item, after in zip(session.items, following, strict=True):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=after)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Let no solution fail: a test that fails costs something else."""
        if report.failed and self.submissions == SOLUTIONS:
            sys.exit(f"{report.nodeid} fails: {report.longrepr}")


def load(path: Path) -> ModuleType:
    """Return a student's module; an empty one if it cannot be imported."""
    module = ModuleType(TOPIC)
    with contextlib.suppress(Exception):
        exec(compile(path.read_bytes(), str(path), "exec"), vars(module))
    return module


class Beside:
    """Plays scenarios in this process, on copies, as the tests ask for."""

    def prepare(self, *, simulated: bool) -> None:
        """Have what the test needs: the process has it, or the test is not run."""

    def play(
        self, topic: str, scenario: Callable[..., Any], args: tuple[Any, ...], seed: int
    ) -> Any:
        """Return the scenario's value or its error."""
        torch.default_generator.manual_seed(seed)
        random.seed(seed)
        answer = scene.play(topic, scenario, copy.deepcopy(args), KIT.solutions)
        return plain(answer)


def plain(value: Any) -> Any:
    """Return a value with the types that tests are written for."""
    if isinstance(value, torch.Tensor) and value.is_meta:
        return wire.Opaque("Tensor[meta]")
    if isinstance(value, torch.Tensor):
        return value.detach().cpu().as_subclass(torch.Tensor)
    if isinstance(value, dict):
        return {plain(key): plain(entry) for key, entry in value.items()}
    for kind in (list, tuple):
        if isinstance(value, kind):
            return kind(map(plain, value))
    for kind in (bool, int, float, str, bytes):
        if isinstance(value, kind):
            return kind(value)
    return None if value is None else wire.Opaque(type(value).__name__)


def main(which: str, *folder: str) -> None:
    """Print what the tests cost."""
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    simulated = which == "simulated"
    if simulated:
        register()
    if which == "small":
        tests = [Path(*folder, "tests", "test_checks.py")]
        sys.path.insert(0, str(tests[0].parent))
        passes = Passes(sorted(Path(*folder, "class").glob(f"*/{TOPIC}.py")))
    else:
        tests = [KIT.hidden_tests]
        sys.path.insert(0, str(KIT.solutions))
        passes = Passes(SOLUTIONS, simulated=simulated)
    pytest.main([*OPTIONS, *map(str, tests)], plugins=[passes])
    print(json.dumps(passes.cpu[1:]))


main(*sys.argv[1:])
