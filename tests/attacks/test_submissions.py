"""Hostile submissions: each gets what its honest part deserves, and leaves no trace."""

from __future__ import annotations

import ast
import copy
import json
import os
import re
import secrets
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from grader.box.isolation import Level
from grader.box.limits import Limits
from grader.judge import Judge
from grader.scoring import message_of, read_outcome, score
from grader.submission import Submission

HERE = Path(__file__).parent
HONEST = (HERE / "honest.py").read_bytes()
EXERCISES = ("custom_layer.CenteredLayer", "custom_layer.MyLinear")
LIMITS = Limits(
    test_seconds=2.0,
    submission_seconds=30.0,
    memory=1 << 30,
    scratch=64 << 20,
    processes=24,
    open_files=128,
)
MAX_REPORT = 100_000  # characters, whatever a submission prints, raises or returns
UNPRINTABLE = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028-\u202e\u2066-\u2069]")


@dataclass(frozen=True)
class Attack:
    """A hostile submission, and what must become of it."""

    path: Path
    earns: tuple[str, ...]
    outcome: str
    """Of each test of MyLinear: a regular expression."""
    says: str
    levels: tuple[str, ...]

    @property
    def name(self) -> str:
        return "/".join(self.path.with_suffix("").parts[-2:])

    def source(self, port: int) -> bytes:
        text = self.path.read_bytes().replace(b"47_831", str(port).encode())
        return HONEST + b"\n\n" + text


def read_attack(path: Path) -> Attack:
    text = ast.get_docstring(ast.parse(path.read_text(encoding="utf-8"))) or ""
    fields = dict(re.findall(r"^(\w+): (.+)$", text, re.MULTILINE))
    earned = fields["earns"].replace("nothing", "").split()
    return Attack(
        path,
        tuple(f"custom_layer.{name}" for name in earned),
        fields["outcome"],
        fields.get("says", ""),
        tuple(fields.get("levels", "bubblewrap process").split()),
    )


ATTACKS = [read_attack(p) for p in sorted((HERE / "submissions").glob("*/*.py"))]


class Listeners:
    """Services of the host that nobody may reach."""

    def __init__(self) -> None:
        self.sockets = [
            socket.create_server(("127.0.0.1", 0)),
            socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
            socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
        ]
        self.port: int = self.sockets[0].getsockname()[1]
        self.sockets[1].bind(("127.0.0.1", self.port))
        self.sockets[2].bind(f"\0attacks-listener-{self.port}")
        self.sockets[2].listen()
        for listener in self.sockets:
            listener.setblocking(False)

    def visits(self) -> int:
        count = 0
        for listener in self.sockets:
            try:
                if listener.type == socket.SOCK_DGRAM:
                    listener.recv(1)
                else:
                    listener.accept()[0].close()
                count += 1
            except BlockingIOError:
                continue
        return count

    def close(self) -> None:
        for listener in self.sockets:
            listener.close()


class Arena:
    """A judge of the suite, with a secret wherever an attack might look for one."""

    def __init__(self, level: Level, folder: Path, canary: str) -> None:
        self.level, self.canary = level, canary
        suite = folder / "suite"
        suite.mkdir()
        text = (HERE / "suite" / "test_target.py").read_text(encoding="utf-8")
        (suite / "test_target.py").write_text(
            text.replace("CANARY-IN-THE-SUITE", canary)
        )
        (folder / "solutions.py").write_text(f"secret = {canary!r}\n")
        self.judge = Judge(level, LIMITS, suite)
        self.honest = self.grade("neighbour", HONEST + f"\n# {canary}\n".encode())

    def grade(self, student: str, source: bytes) -> dict[str, Any]:
        submission = Submission(student, {"custom_layer": source})
        return self.judge.grade(submission, "seed", EXERCISES)

    def neighbour(self) -> dict[str, Any]:
        """Return the report of the student who comes next."""
        return self.grade("neighbour", HONEST + f"\n# {self.canary}\n".encode())


@contextmanager
def secret_in_the_environment(canary: str) -> Iterator[None]:
    os.environ["GRADER_CANARY"] = canary
    try:
        yield
    finally:
        del os.environ["GRADER_CANARY"]


@pytest.fixture(scope="module")
def listeners():
    opened = Listeners()
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def arena_of(tmp_path_factory):
    """Return a function that gives the arena of a level, started once."""
    canary = f"canary-{secrets.token_hex(8)}"
    with ExitStack() as stack:
        stack.enter_context(secret_in_the_environment(canary))

        @cache
        def start(level: Level) -> Arena:
            made = Arena(level, tmp_path_factory.mktemp("arena"), canary)
            stack.callback(made.judge.close)
            return made

        yield start


def without_times(report: dict[str, Any]) -> dict[str, Any]:
    plain = copy.deepcopy(report)
    del plain["created"], plain["duration"]
    for test in plain["tests"]:
        for stage in ("setup", "call", "teardown"):
            test.get(stage, {}).pop("duration", None)
    return plain


def cases() -> Iterator[Any]:
    for level in (Level.BUBBLEWRAP, Level.PROCESS):
        for attack in ATTACKS:
            if level in attack.levels:
                yield pytest.param(level, attack, id=f"{level}-{attack.name}")


@pytest.mark.parametrize(("level", "attack"), list(cases()))
def test_an_attack_gets_what_its_honest_part_deserves(
    arena_of, level, attack, listeners, syllabus
):
    arena = arena_of(level)
    report = arena.grade("mallory", attack.source(listeners.port))
    after = arena.neighbour()

    manifest = arena.judge.manifest
    result = score("mallory", report, manifest, syllabus)
    earned = tuple(e.exercise for e in result.exercises if e.points)
    outcomes = [
        str(read_outcome(test))
        for test in report["tests"]
        if "my_linear" in test["nodeid"]
    ]
    messages = [message_of(test) for test in report["tests"]]
    assert earned == attack.earns, messages
    assert all(re.fullmatch(attack.outcome, o) for o in outcomes), messages
    assert re.search(attack.says, "\n".join(messages)), messages
    text = json.dumps(report)
    assert len(text) < MAX_REPORT
    assert arena.canary not in text
    assert not UNPRINTABLE.search("".join(messages))
    assert without_times(after) == without_times(arena.honest)
    assert listeners.visits() == 0


@pytest.mark.parametrize("level", [Level.BUBBLEWRAP, Level.PROCESS])
def test_the_honest_part_earns_what_attacks_are_measured_by(arena_of, level, syllabus):
    arena = arena_of(level)
    result = score("neighbour", arena.honest, arena.judge.manifest, syllabus)

    points = {e.exercise: (e.points, e.max) for e in result.exercises}

    assert points[EXERCISES[0]][0] == points[EXERCISES[0]][1] > 0
    assert points[EXERCISES[1]][0] == 0 < points[EXERCISES[1]][1]


def test_every_family_is_there():
    families = Counter(attack.path.parent.name for attack in ATTACKS)

    assert set(families) >= {
        *("leaving", "forging", "patching", "lying", "odd_data", "snooping"),
        *("exhaustion", "lingering", "network", "injection"),
    }
    assert families.total() >= 60
