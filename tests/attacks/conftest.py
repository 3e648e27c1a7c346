"""What the attacks share, and the table of what became of them."""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from functools import cache

import pytest
from rich.console import Console
from rich.table import Table

from grader.language import VARIABLE as LANGUAGE
from grader.layout import KIT
from grader.sandbox.isolation import Level
from grader.syllabus import Syllabus, read_syllabus

from .arena import ATTACKS, Arena

collect_ignore = ["submissions", "suite"]
os.environ[LANGUAGE] = "en"  # attacks compare what is said, wherever they run


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the option that says how the attacked sandboxes are isolated."""
    parser.addoption(
        "--levels",
        default="bubblewrap,process",
        help="levels of isolation to attack (default: bubblewrap,process)",
    )


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Play each attack at the levels that were asked for and that it is held at."""
    levels = [Level(name) for name in metafunc.config.getoption("--levels").split(",")]
    if "attack" in metafunc.fixturenames:
        cases = [(v, a) for v in levels for a in ATTACKS if v in a.levels]
        ids = [f"{level}-{attack.name}" for level, attack in cases]
        metafunc.parametrize(("level", "attack"), cases, ids=ids)
    elif "level" in metafunc.fixturenames:
        metafunc.parametrize("level", levels)


@pytest.fixture(scope="session")
def syllabus() -> Syllabus:
    return read_syllabus(KIT.registry)


@contextmanager
def secret_in_the_environment(canary: str) -> Iterator[None]:
    os.environ["GRADER_CANARY"] = canary
    try:
        yield
    finally:
        del os.environ["GRADER_CANARY"]


@pytest.fixture(scope="session")
def arena_of(tmp_path_factory, syllabus):
    """Return a function that gives the arena of a level, started once."""
    canary = f"canary-{secrets.token_hex(8)}"
    with ExitStack() as stack:
        stack.enter_context(secret_in_the_environment(canary))

        @cache
        def start(level: Level) -> Arena:
            folder = tmp_path_factory.mktemp("arena")
            made = Arena(level, folder, canary, syllabus)
            stack.callback(made.judge.close)
            return made

        yield start


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print each attack with what became of it, then how many got what."""
    reports = [
        report
        for key in ("passed", "failed")
        for report in terminalreporter.stats.get(key, [])
        if report.when == "call"
    ]
    notes = [dict(report.user_properties) for report in reports]
    attacks = sorted(
        (n for n in notes if "attack" in n), key=lambda n: (n["level"], n["attack"])
    )
    if terminalreporter.config.getoption("verbose") < 0 or not attacks:
        return
    table = Table(box=None, header_style="bold", pad_edge=False)
    for name in ("level", "attack", "became", "seconds", "MiB"):
        table.add_column(
            name, justify="right" if name in ("seconds", "MiB") else "left"
        )
    for note in attacks:
        table.add_row(
            note["level"],
            note["attack"],
            note["became"],
            f"{note['seconds']:.1f}",
            f"{note['peak'] / (1 << 20):.0f}",
        )
    console = Console(width=100)
    console.print()
    console.print(table)
    counts = {
        what: sum(note[what] for note in attacks)
        for what in ("gained", "leaked", "disturbed")
    }
    console.print(
        f"{len(attacks)} attacks: {counts['gained']} gained a point, "
        f"{counts['leaked']} leaked, {counts['disturbed']} disturbed a neighbour"
    )
