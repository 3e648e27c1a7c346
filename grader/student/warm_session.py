"""The warm process of `make watch`: torch imported and tests collected once.

Each check is a fork of it. Where forks are not to be had, the process itself makes one
check and ends; its owner keeps another one ready.

    python -m grader.student CHANNEL_FD

Requests and answers are lines of JSON, on a socket that both ends of trust hold.
"""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import sys
from contextlib import suppress
from typing import Any

import pytest

from grader.observe.plugin import exercise_of
from grader.sandbox.prefork import warm
from grader.sandbox.processes import ends_of_children, forget_children
from grader.student.collector import Collector
from grader.student.verdict import Verdict
from grader.syllabus import Syllabus


def can_fork() -> bool:
    """Say whether a process that has torch in it can be forked.

    On macOS, system libraries that torch uses do not survive it.
    """
    return hasattr(os, "fork") and sys.platform != "darwin"


class WarmSession:
    """The pytest plugin that replaces the run loop by one fork per check."""

    def __init__(self, channel: socket.socket, syllabus: Syllabus) -> None:
        """Take the channel to the owner and the registry."""
        self.channel = channel
        self.syllabus = syllabus
        self.forks = can_fork()

    def send(self, message: dict[str, Any]) -> None:
        """Send one line."""
        self.channel.sendall(json.dumps(message).encode() + b"\n")

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        """Check what the owner asks for until it hangs up."""
        if session.testsfailed:
            raise session.Interrupted("the tests cannot be collected")
        warm()
        if self.forks:
            self.ended = ends_of_children()
        self.send({"ready": self.forks})
        for line in self.channel.makefile():
            exercises = json.loads(line)["check"]
            if not self.forks:
                self.check(session, exercises)
                self.send({"ended": 0})
                return True
            pid = os.fork()
            if pid == 0:
                try:
                    os.setsid()
                    forget_children()
                    self.check(session, exercises)
                finally:
                    os._exit(0)
            self.send({"ended": self.wait(pid)})
        return True

    def wait(self, pid: int) -> int:
        """Return how a check ended. If the owner hangs up, end it, and this process.

        An owner that is waiting says nothing, so what can be read is its end.
        """
        while True:
            found, status = os.waitpid(pid, os.WNOHANG)
            if found:
                return os.waitstatus_to_exitcode(status)
            ready, _, _ = select.select([self.channel, self.ended], [], [])
            if self.channel in ready:
                os.kill(pid, signal.SIGKILL)
                with suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)
                os._exit(0)
            self.ended.recv(1 << 10)

    def check(self, session: pytest.Session, exercises: list[str]) -> None:
        """Run the tests of some exercises and send the verdicts."""
        self.send({"started": os.getpid()})
        collector = Collector(self.syllabus, exercises, self.tell)
        items = [i for i in session.items if exercise_of(i).id in exercises]
        collector.expect(items)
        session.config.pluginmanager.register(collector)
        for item, following in zip(items, [*items[1:], None], strict=True):
            session.config.hook.pytest_runtest_protocol(item=item, nextitem=following)

    def tell(self, verdict: Verdict) -> None:
        """Send a verdict."""
        self.send({"verdict": verdict.as_dict()})
