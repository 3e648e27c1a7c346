"""The owner's handle on warm processes: checks that can be cancelled."""

from __future__ import annotations

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Sequence
from typing import Any, Self

from grader.child import Child
from grader.layout import KIT, VARIABLE, find_course
from grader.scoring.outcome import Outcome
from grader.student import StudentError
from grader.student.verdict import Verdict

HANG_UP_SECONDS = 2.0
"""How long a warm process may take to end, and to end the check that it waits for."""


class Checker:
    """Checks exercises in a warm process, and keeps one ready."""

    def __init__(self) -> None:
        """Start a warm process; it is ready some seconds later."""
        self.forks = True
        self._running: int | None = None
        self._start()

    def _start(self) -> None:
        program = [sys.executable, "-m", "grader.student"]
        course = {VARIABLE: str(find_course().root)}
        self._child = Child(
            program,
            folder=KIT.root,
            environment=os.environ | course,
            own_session=True,
        )
        self._channel = self._child.channel
        self._channel.setblocking(False)
        self._received = b""
        self._ready, self._settled = False, True

    async def get_ready(self) -> None:
        """Wait until torch is imported and the tests are collected.

        Raises:
            StudentError: the tests do not run.
        """
        while not self._ready:
            message = await self._receive()
            if message is None:
                raise StudentError(
                    "the checks cannot start: {words}", words=self._child.last_words()
                )
            self.forks = message["ready"]
            self._ready = True

    async def check(self, exercises: Sequence[str]) -> list[Verdict]:
        """Return the verdicts on exercises, by id; one that is cancelled is ended.

        Raises:
            StudentError: the tests do not run.
        """
        await self._settle()
        await self.get_ready()
        self._settled = False
        request = json.dumps({"check": list(exercises)}).encode() + b"\n"
        await asyncio.get_running_loop().sock_sendall(self._channel, request)
        found: list[Verdict] = []
        while True:
            message = await self._receive()
            match message:
                case {"started": int(pid)}:
                    self._running = pid
                case {"verdict": verdict}:
                    found.append(Verdict.from_dict(verdict))
                case _:
                    break
        status = self._end(message)
        told = {verdict.exercise for verdict in found}
        return found + [lost(name, status) for name in exercises if name not in told]

    def _end(self, message: dict[str, Any] | None) -> int:
        """Finish a check behind its last message; return how its process ended."""
        self._kill()
        self._settled = True
        if message is not None and self.forks:
            return int(message["ended"])
        status = self._child.end()
        self._start()
        return status

    async def _settle(self) -> None:
        """End what a cancelled check has left running."""
        self._kill()
        while not self._settled:
            match await self._receive():
                case {"started": int(pid)}:
                    self._running = pid
                    self._kill()
                case {"verdict": _}:
                    continue
                case message:
                    self._end(message)

    def _kill(self) -> None:
        """Kill the process of a check, and everything that it started."""
        if self._running is not None:
            if self.forks:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(self._running, signal.SIGKILL)
            else:
                self._child.process.kill()
            self._running = None

    async def _receive(self) -> dict[str, Any] | None:
        """Return the next message, or None if the process is gone."""
        loop = asyncio.get_running_loop()
        while b"\n" not in self._received:
            try:
                data = await loop.sock_recv(self._channel, 1 << 16)
            except OSError:
                data = b""
            if not data:
                return None
            self._received += data
        line, _, self._received = self._received.partition(b"\n")
        message: dict[str, Any] = json.loads(line)
        return message

    def __enter__(self) -> Self:
        """Return the checker itself."""
        return self

    def __exit__(self, *_: object) -> None:
        """End the warm process and the check that it may be in."""
        self._kill()
        self._child.end(HANG_UP_SECONDS)


def lost(exercise: str, status: int) -> Verdict:
    """Return the verdict on an exercise whose process ended before it was checked."""
    from grader.observe import verdicts  # noqa: PLC0415 - it imports torch: seconds

    finding = verdicts.killed(
        "The test",
        exit_status=status if status >= 0 else None,
        signal_number=-status if status < 0 else None,
        memory=False,
    )
    return Verdict(exercise, (Outcome.KILLED,), finding.message)
