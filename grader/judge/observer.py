"""Play scenarios in a box: one worker for a submission, a fresh one when it is lost."""

from __future__ import annotations

import secrets
import socket
import time
from collections.abc import Callable
from typing import Any

import cloudpickle

from grader.box import wire
from grader.box.launch import Box, Ended
from grader.observe import verdicts
from grader.observe.finding import Finding, Raised
from grader.submission import Submission


class BoxObserver:
    """Asks the workers of one submission, within its limits."""

    def __init__(self, box: Box, submission: Submission) -> None:
        """Take a warm box that holds nothing, and whom to ask."""
        self.box = box
        self.submission = submission
        self.limits = box.limits
        self.seconds_left = self.limits.submission_seconds
        self.test_deadline = time.monotonic() + self.limits.test_seconds
        self.simulated = False
        self.channel: socket.socket | None = None
        self.imported: set[str] = set()
        self.import_findings: dict[str, Finding] = {}

    def start_test(self) -> None:
        """Start the clock of the next test."""
        self.test_deadline = time.monotonic() + self.limits.test_seconds

    def prepare(self, *, simulated: bool) -> None:
        """Replace the worker if the next test needs one of another kind."""
        if simulated != self.simulated and self.channel is not None:
            self.close()
        self.simulated = simulated

    def play(
        self, topic: str, scenario: Callable[..., Any], args: tuple[Any, ...], seed: int
    ) -> Any:
        """Return the worker's answer, plain data.

        Raises:
            Finding: the topic cannot be imported, or no answer comes.
            BoxError: a fault of the kit.
        """
        if topic in self.submission.problems:
            raise verdicts.missing_finding(self.submission.problems[topic])
        if self.seconds_left <= 0:
            raise verdicts.no_time_left(self.limits.submission_seconds)
        self.import_topic(topic)
        call = wire.from_bytes(cloudpickle.dumps((scenario, args)))
        request = {"topic": topic, "call": call, "seed": seed}
        return self.ask(request, "The test")

    def import_topic(self, topic: str) -> None:
        """Import a topic once per worker; a topic that fails stays failed."""
        if topic in self.import_findings:
            raise self.import_findings[topic]
        if topic in self.imported and self.channel is not None:
            return
        try:
            request = {"topic": topic, "call": None, "seed": 0}
            answer = self.ask(request, f"The import of {topic}.py")
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

    def ask(self, request: dict[str, Any], activity: str) -> dict[str, Any]:
        """Send one request and return its answer; a lost worker is replaced later."""
        channel = self.open_channel()
        nonce = secrets.token_hex(8)
        started = time.monotonic()
        deadline = min(self.test_deadline, started + self.seconds_left)
        try:
            channel.settimeout(max(deadline - started, 0.001))
            wire.send(channel, {**request, "nonce": nonce})
            answer = wire.receive(channel, deadline)
            if not isinstance(answer, dict) or answer.pop("nonce", None) != nonce:
                raise wire.ProtocolError("an answer to another question")
        except TimeoutError:
            self.close()
            raise verdicts.time_up(self.limits.test_seconds, activity) from None
        except (EOFError, OSError):
            ended = self.close(lost=True)
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
            self.seconds_left -= time.monotonic() - started
        return answer

    def open_channel(self) -> socket.socket:
        """Return the channel to the current worker, or to a fresh one."""
        if self.channel is None:
            sources = dict(self.submission.sources)
            self.channel = self.box.start_worker(sources, simulated=self.simulated)
            self.imported.clear()
        return self.channel

    def close(self, *, lost: bool = False) -> Ended:
        """End the worker and everything that it started; say how it had ended."""
        if self.channel is not None:
            self.channel.close()
            self.channel = None
        return self.box.clear(lost=lost)
