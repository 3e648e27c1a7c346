"""Where attacks are played: a judge with secrets around it, and what it shows."""

from __future__ import annotations

import ast
import copy
import json
import re
import shutil
import socket
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.class_run.pool import JudgePool
from grader.layout import KIT, Layout
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits
from grader.scoring.report import outcome_of, text_of
from grader.scoring.score import score
from grader.scoring.submission import Submission
from grader.syllabus import Syllabus

from .measure import Meter, settings_of_servers

HERE = Path(__file__).parent
REFERENCE = (HERE / "reference.py").read_text(encoding="utf-8")
HONEST = (HERE / "honest.py").read_bytes()
EXERCISES = ("custom_layer.CenteredLayer", "custom_layer.MyLinear")
LIMITS = Limits(
    test_seconds=2.0,
    topic_seconds=30.0,
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
        tuple(fields.get("levels", "bubblewrap uid process").split()),
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


@dataclass(frozen=True)
class Seen:
    """What became of one attack, and of the student who came next."""

    earned: tuple[str, ...]
    outcomes: list[str]
    """Of the tests of MyLinear."""
    messages: list[str]
    report: str
    leaked: bool
    disturbed: bool
    unsettled: bool
    """A setting of the sandbox's server is another one for the next student."""
    seconds: float
    peak: int
    """Bytes that its processes and files held, above those of the warm sandbox."""


class Arena:
    """A judge of the suite, with a secret wherever an attack might look for one."""

    def __init__(
        self, level: Level, folder: Path, canary: str, syllabus: Syllabus
    ) -> None:
        self.canary, self.syllabus = canary, syllabus
        suite = folder / "suite"
        suite.mkdir()
        text = (HERE / "suite" / "test_target.py").read_text(encoding="utf-8")
        (suite / "test_target.py").write_text(
            text.replace("CANARY-IN-THE-SUITE", canary)
        )
        course = Layout(folder)
        course.solutions.mkdir()
        course.topic_solution("custom_layer").write_text(
            f"{REFERENCE}\nsecret = {canary!r}\n"
        )
        course.exercises.mkdir()
        shutil.copy(KIT.registry, course.registry)
        self.judge = JudgePool(level, 1, LIMITS, suite, course)
        self.honest = self.grade("neighbour", self.neighbour)

    @property
    def neighbour(self) -> bytes:
        """Return what the student who comes next hands in."""
        return HONEST + f"\n# {self.canary}\n".encode()

    def grade(self, student: str, source: bytes) -> dict[str, Any]:
        submission = Submission(student, {"custom_layer": source})
        return self.judge.grade(submission, "seed", EXERCISES)

    def play(self, source: bytes) -> Seen:
        """Grade an attack, then its neighbour."""
        before = settings_of_servers(self.judge.pid)
        started = time.monotonic()
        with Meter(self.judge.pid) as meter:
            report = self.grade("mallory", source)
        seconds = time.monotonic() - started
        after = self.grade("neighbour", self.neighbour)
        settings = settings_of_servers(self.judge.pid)
        result = score("mallory", report, self.judge.manifest, self.syllabus)
        mine = [t for t in report["tests"] if "my_linear" in t["nodeid"]]
        text = json.dumps(report)
        return Seen(
            tuple(e.exercise for e in result.exercises if e.points),
            [str(outcome_of(test)) for test in mine],
            [text_of(test) for test in report["tests"]],
            text,
            leaked=self.canary in text,
            disturbed=without_times(after) != without_times(self.honest),
            unsettled=settings != before,
            seconds=seconds,
            peak=meter.peak,
        )


def without_times(report: dict[str, Any]) -> dict[str, Any]:
    plain = copy.deepcopy(report)
    del plain["created"], plain["duration"]
    for test in plain["tests"]:
        for stage in ("setup", "call", "teardown"):
            test.get(stage, {}).pop("duration", None)
    return plain
