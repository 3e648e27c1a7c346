"""Play scenarios in a sandbox: a worker for each topic, a fresh one for a lost or worn.

Each topic has a worker and time of its own, so that what its tests say of a submission
depends on its own file, and on those that this one imports, alone.
A worker that is left with little memory is replaced after its test, so that a wrong
answer that fills it costs no other exercise anything.
A sandbox that is lost is replaced, and the test is played again: it may have been the
machine's fault. Only a test that loses one sandbox after the other is the submission's.
So it is with a worker that somebody killed: the second time, it was the submission.
"""

from __future__ import annotations

import secrets
import signal
import socket
import time
from collections.abc import Callable
from typing import Any

from grader.observe import verdicts
from grader.observe.finding import Finding, Raised
from grader.sandbox import SandboxError, wire
from grader.sandbox.launch import Ended, Sandbox
from grader.sandbox.payload import Packer
from grader.scoring.submission import Submission
from grader.words import Words, say

SANDBOXES_PER_TEST = 3
MAX_EXTENSION = 3
"""Times the limit of a test, on a machine that has other things to do."""
LEAST_OWED = 0.01  # seconds


class KilledWorkerError(Exception):
    """A worker was killed, for the first time in a test; by whom cannot be known."""


class PatientClock(wire.Clock):
    """Counts down, and goes on for as long as the machine owes the worker time."""

    def __init__(self, seconds: float, owed: Callable[[], float]) -> None:
        """Take the seconds, and what tells how many are owed when they are over."""
        super().__init__(seconds)
        self.extended = 0.0
        self._owed = owed

    def left(self) -> float:
        """Return the seconds left."""
        left = super().left() + self.extended
        if left <= 0:
            owed = self._owed()
            self.extended += owed
            left += owed
        return left


class SandboxObserver:
    """Asks the workers of one submission, within its limits."""

    def __init__(
        self, sandbox: Sandbox, submission: Submission, packer: Packer | None = None
    ) -> None:
        """Take a warm sandbox that holds nothing, whom to ask, who packs questions."""
        self.sandbox = sandbox
        self.packer = packer or Packer()
        self.own_sandbox: Sandbox | None = None
        self.may_lose = SANDBOXES_PER_TEST
        self.submission = submission
        self.limits = sandbox.limits
        self.topic = ""
        self.simulated = False
        self.worker_of = ("", False)
        self.worn = False
        self.seconds_left = 0.0
        self.start_test()
        self.channel: socket.socket | None = None
        self.accounted = 0.0
        self.open_files = 0
        self.imported: set[str] = set()
        self.import_findings: dict[str, Finding] = {}

    def start_test(self) -> None:
        """Give the next test its time; only waiting for the submission uses it up.

        A worn worker ends where a test does: a test may leave files for its next call.
        """
        if self.worn:
            self.worker_of = ("", False)
        self.was_killed = False
        self.test_left = self.limits.test_seconds
        self.may_extend = MAX_EXTENSION * self.limits.test_seconds

    def prepare(self, *, simulated: bool) -> None:
        """Say whether the next test needs the simulated accelerator."""
        self.simulated = simulated

    def play(
        self, topic: str, scenario: Callable[..., Any], args: tuple[Any, ...], seed: int
    ) -> Any:
        """Return the worker's answer, plain data.

        Raises:
            Finding: the topic cannot be imported, or no answer comes.
            SandboxError: a fault of the kit.
        """
        if topic in self.submission.problems:
            raise verdicts.missing_finding(self.submission.problems[topic])
        self.enter(topic)
        call = self.packer.pack(scenario, args)
        request = {"topic": topic, "call": call, "seed": seed}
        for _ in range(self.may_lose):
            try:
                try:
                    return self.play_once(request)
                except KilledWorkerError:
                    return self.play_once(request)
            except SandboxError:
                self.replace_sandbox()
        self.may_lose = 1
        finding = verdicts.lost_sandbox()
        if topic not in self.imported:
            self.import_findings[topic] = finding
        raise finding

    def play_once(self, request: dict[str, Any]) -> dict[str, Any]:
        """Return the answer of the current worker, or of a fresh one."""
        if self.seconds_left <= 0:
            raise verdicts.no_time_left(self.limits.topic_seconds)
        self.import_topic(request["topic"])
        answer = self.ask(request, "The test")
        if self.has_left_open() and isinstance(answer.get("broken", []), list):
            answer["broken"] = [*answer.get("broken", []), "open_files"]
        return answer

    def has_left_open(self) -> bool:
        """Say whether the worker has more files open than before its answer, or hides.

        It is looked at from outside: what a worker says of itself, it may invent.
        """
        before, now = self.open_files, self.sandbox.open_files()
        self.open_files = now or 0
        return now is None or now > before

    def enter(self, topic: str) -> None:
        """Leave the worker of another topic, or of another kind, behind."""
        if topic != self.topic:
            self.topic, self.seconds_left = topic, self.limits.topic_seconds
        elif self.worker_of == (topic, self.simulated):
            return
        self.worker_of = (topic, self.simulated)
        if self.channel is not None:
            try:
                self.close()
            except SandboxError:
                self.replace_sandbox()

    def replace_sandbox(self) -> None:
        """Take a fresh sandbox in place of one that was lost.

        Raises:
            SandboxError: none starts: a fault of the kit.
        """
        started = time.monotonic()
        self.end()
        self.own_sandbox = self.sandbox = Sandbox(
            self.sandbox.level,
            self.limits,
            self.sandbox.zygote,
            gpu=self.sandbox.gpu,
            keep=self.sandbox.keep,
        )
        self.seconds_left -= time.monotonic() - started
        self.start_test()

    def end(self) -> None:
        """Leave the worker; end the sandbox that was taken in place of a lost one."""
        self.hang_up()
        if self.own_sandbox is not None:
            self.own_sandbox.close()

    def import_topic(self, topic: str) -> None:
        """Import a topic once per worker; a topic that fails stays failed."""
        if topic in self.import_findings:
            raise self.import_findings[topic]
        if topic in self.imported and self.channel is not None:
            return
        try:
            request = {"topic": topic, "call": None, "seed": 0}
            activity = say("The import of {file}", file=f"{topic}.py")
            answer = self.ask(request, activity)
            if "error" in answer:
                raised = Raised.from_data(answer["error"])
                raise verdicts.import_finding(topic, raised)
        except Finding as finding:
            self.import_findings[topic] = finding
            raise
        except wire.ProtocolError as error:
            self.import_findings[topic] = verdicts.broken_protocol(error)
            raise self.import_findings[topic] from None
        self.imported.add(topic)
        self.open_files = self.sandbox.open_files() or 0

    def ask(self, request: dict[str, Any], activity: Words) -> dict[str, Any]:
        """Send one request and return its answer; a lost worker is replaced later."""
        channel = self.open_channel()
        nonce = secrets.token_hex(8)
        started = time.monotonic()
        clock = PatientClock(min(self.test_left, self.seconds_left), self.owed)
        try:
            channel.settimeout(max(clock.left(), 0.001))
            wire.send(channel, {**request, "nonce": nonce})
            answer = wire.receive(channel, clock)
            if not isinstance(answer, dict) or answer.pop("nonce", None) != nonce:
                raise wire.ProtocolError("an answer to another question")
            self.worn = answer.pop("worn", False) is True
        except TimeoutError:
            self.close()
            raise verdicts.time_up(self.limits.test_seconds, activity) from None
        except (EOFError, OSError):
            ended = self.close(lost=True)
            killed = ended.signal == signal.SIGKILL and not ended.out_of_memory
            if killed and not self.was_killed:
                self.was_killed = True
                raise KilledWorkerError from None
            raise verdicts.killed(
                activity,
                exit_status=ended.exit,
                signal_number=ended.signal,
                memory=ended.out_of_memory,
            ) from None
        except wire.ProtocolError as error:
            self.close()
            raise verdicts.broken_protocol(error) from None
        finally:
            spent = time.monotonic() - started
            self.seconds_left -= spent
            self.test_left -= spent - clock.extended
        return answer

    def owed(self) -> float:
        """Return the seconds for which the worker had no core to run on, each once.

        A machine that has other things to do costs no test; nor can a submission with
        many processes, which wait for one another, win more than a few times its limit.
        """
        try:
            waited = self.sandbox.waited()
        except SandboxError:
            return 0.0
        owed = min(waited - self.accounted, self.may_extend)
        self.accounted = waited
        self.may_extend -= owed
        return owed if owed > LEAST_OWED else 0.0

    def open_channel(self) -> socket.socket:
        """Return the channel to the current worker, or to a fresh one."""
        if self.channel is None:
            sources = self.submission.sources_of(self.topic)
            self.channel = self.sandbox.start_worker(sources, simulated=self.simulated)
            self.worn = False
            self.imported.clear()
            self.accounted = 0.0
        return self.channel

    def close(self, *, lost: bool = False) -> Ended:
        """End the worker and everything that it started; say how it had ended."""
        self.hang_up()
        return self.sandbox.clear(lost=lost)

    def hang_up(self) -> None:
        """Close the channel to the worker."""
        if self.channel is not None:
            self.channel.close()
            self.channel = None
