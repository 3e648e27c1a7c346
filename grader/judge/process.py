"""A judge, as its owner sees it."""

from __future__ import annotations

import os
import socket
from collections.abc import Collection
from contextlib import closing
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from grader.errors import GraderError
from grader.judge.messages import Fault, Job, Part, Ready, Start
from grader.layout import Layout, find_course
from grader.sandbox import SandboxError
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits
from grader.sandbox.zygote import Forked, Zygote
from grader.scoring.manifest import Manifest
from grader.scoring.report import Report
from grader.scoring.submission import Submission
from grader.speech import _
from grader.words import Text, as_text, say

START_SECONDS = 180
GRACE_SECONDS = 60
END_SECONDS = 10


class JudgeError(GraderError):
    """The judge failed: no score, and no fault of the student."""


class WarmSuite:
    """A hidden suite, collected once in a process that forks judges."""

    def __init__(
        self, level: Level, limits: Limits, tests: Path, course: Layout | None = None
    ) -> None:
        """Collect the suite.

        Args:
            level: how the judges' sandboxes are isolated.
            limits: what a submission may use.
            tests: folder with the test files, and with folders of them.
            course: whose registry and reference solutions the tests go by; this
                process's own if left out.

        Raises:
            JudgeError: it cannot be collected.
        """
        self.limits = limits
        if not any(tests.rglob("test_*.py")):
            raise JudgeError(
                "{tests} holds no test_*.py: there is nothing to judge by", tests=tests
            )
        environ = {k: v for k, v in os.environ.items() if k != "PYTEST_ADDOPTS"}
        root = (course or find_course()).root
        start = Start(level, limits, root, tests.absolute(), environ)
        self.zygote = Zygote.start()
        here, there = socket.socketpair()
        self._control = Connection(here.detach())
        self._process: Forked | None = None
        try:
            with there, closing(self.zygote.connect()) as channel:
                files = [there.fileno(), channel.fileno()]
                entry = "grader.judge.suite_process:main"
                self._process = self.zygote.fork(entry, [], files)
            self._control.send(start)
            reply = self.with_words(receive(self._control, START_SECONDS))
            if isinstance(reply, Fault):
                raise SandboxError(reply.words)
        except (SandboxError, OSError, EOFError) as error:
            self.close()
            raise JudgeError("the judge does not start: {text}", text=error) from error
        self.manifest: Manifest = reply.manifest

    def fork(self, socket_of_judge: socket.socket) -> Forked:
        """Return the process of one more judge, which owns its end of a socket.

        Raises:
            JudgeError: there is none.
        """
        try:
            control = socket.socket(fileno=os.dup(self._control.fileno()))
            with control:
                socket.send_fds(control, [b"j"], [socket_of_judge.fileno()])
            pid = receive(self._control, START_SECONDS)
            if not isinstance(pid, Fault):
                return Forked(pid, os.pidfd_open(pid))
        except (OSError, EOFError) as error:
            pid = Fault(str(error))
        words = as_text(self.with_words(pid).words)
        raise JudgeError("the judge does not start: {text}", text=words)

    def with_words(self, reply: Any) -> Any:
        """Return a reply; a fault with the last words."""
        if isinstance(reply, Fault) and (words := self.last_words()):
            both: dict[str, Text | str] = {"text": as_text(reply.words), "words": words}
            return Fault(Text("{text}\n{words}", both))
        return reply

    def last_words(self) -> str:
        """Return the end of what the processes of the suite have printed."""
        return self.zygote.last_words()

    def close(self) -> None:
        """End the process; judges that it has forked end with their owner."""
        self._control.close()
        if self._process is not None:
            self._process.end(END_SECONDS)
        self.zygote.close()


class Judge:
    """A warm judge with its sandbox; grades one submission after the other."""

    def __init__(self, suite: WarmSuite) -> None:
        """Start a judge of a suite.

        Raises:
            JudgeError: it does not start.
        """
        self.suite = suite
        here, there = socket.socketpair()
        self._owner = Connection(here.detach())
        with there:
            try:
                self._process: Forked | None = suite.fork(there)
            except JudgeError:
                self._owner.close()
                raise
        ready = self._receive(START_SECONDS)
        if not isinstance(ready, Ready):
            self.close()
            raise JudgeError(
                "the judge does not start: {text}", text=as_text(ready.words)
            )

    def grade(
        self,
        submission: Submission,
        seed: str,
        exercises: Collection[str],
        part: Part = Part.ALL,
    ) -> Report:
        """Return the report of a submission, in pytest-json-report's schema.

        Raises:
            JudgeError: there is none, for a fault of the kit.
        """
        try:
            self._owner.send(Job(submission, seed, frozenset(exercises), part))
        except OSError as error:
            raise JudgeError(
                "the judge is gone: {child}", child=self.suite.last_words()
            ) from error
        topics = {exercise.partition(".")[0] for exercise in exercises}
        seconds = self.suite.limits.topic_seconds * len(topics) + GRACE_SECONDS
        reply = self._receive(seconds)
        if isinstance(reply, Fault):
            raise JudgeError(reply.words)
        report: Report = reply
        return report

    def _receive(self, seconds: float) -> Any:
        try:
            return self.suite.with_words(receive(self._owner, seconds))
        except TimeoutError:
            problem = say("no answer within {seconds:g} seconds", seconds=seconds)
        except (EOFError, OSError):
            words = self.suite.last_words()
            problem = Text("its process ended: {words}", {"words": words})
        self.close()
        raise JudgeError("the judge failed: {problem}", problem=problem)

    def close(self) -> None:
        """End the judge and its sandbox."""
        self._owner.close()
        if self._process is not None:
            self._process.end(END_SECONDS)
            self._process = None


def receive(connection: Connection, seconds: float) -> Any:
    """Return what comes next.

    Raises:
        EOFError: nobody is there any more.
        TimeoutError: nothing comes in time.
    """
    if not connection.poll(seconds):
        said = _("no answer within {seconds:g} seconds")
        raise TimeoutError(said.format(seconds=seconds))
    return connection.recv()
