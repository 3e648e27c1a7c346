"""Play scenarios in the student's own process: for `make test`, editors, debuggers.

The values pass the same encoder and decoder as in a graded run, so that what works here
works when it is graded. Nothing here protects a score.
"""

from __future__ import annotations

import bdb
import copy
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import FrameType
from typing import Any

import pytest

from grader import gpu
from grader.observe.alarm import interrupting
from grader.observe.finding import Raised
from grader.observe.random_numbers import forked_random_numbers
from grader.observe.verdicts import import_finding, time_up
from grader.sandbox import scene, wire
from grader.sim import register


class TimeUp(BaseException):
    """The test's time is up; no `except Exception` of a student stops it."""


class LocalObserver:
    """Plays scenarios beside the modules of one folder, in this process."""

    def __init__(self, folder: Path, test_seconds: float) -> None:
        """Take the folder with the topics' modules and the seconds of one test."""
        self.folder = folder.resolve()
        self.test_seconds = test_seconds
        self.interrupted = False

    def prepare(self, *, simulated: bool) -> None:
        """Register the simulated accelerator, which must not come later.

        It would take the place of a real GPU in this process. Where there is one, the
        tests that need the simulated one are skipped; their twins run on the GPU.
        """
        if not gpu.is_available():
            register()
        elif simulated:
            pytest.skip("there is a real GPU, and the simulated one would replace it")

    def play(
        self, topic: str, scenario: Callable[..., Any], args: tuple[Any, ...], seed: int
    ) -> Any:
        """Return the scenario's answer: its value or its error, as plain data.

        Raises:
            Finding: the time is up, or the value cannot be sent.
            KeyboardInterrupt: somebody wants it to end, in a debugger or by Ctrl-C.
        """
        if str(self.folder) not in sys.path:
            sys.path.insert(0, str(self.folder))
        try:
            with forked_random_numbers(seed), self.interruptions(), without_bytecode():
                imported = scene.play(topic, lambda _: None, (), self.folder)
                if "error" in imported:
                    raise import_finding(topic, Raised.from_data(imported["error"]))
                answer = scene.play(topic, scenario, copy.deepcopy(args), self.folder)
        except TimeUp:  # again, while what the first one left is cleared away
            raise time_up(self.test_seconds) from None
        match answer:
            case {"error": {"types": [TimeUp.__name__, *_]}}:
                raise time_up(self.test_seconds)
            case {"error": {"types": [bdb.BdbQuit.__name__, *_]}}:
                raise KeyboardInterrupt
        if self.interrupted:
            raise KeyboardInterrupt
        try:
            frame = wire.encode(answer)
        except Exception as error:
            frame = wire.encode({"error": scene.describe(error, self.folder)})
        return wire.decode_frame(frame)

    @contextmanager
    def interruptions(self) -> Iterator[None]:
        """Interrupt the scenario when its time is up; note who else interrupts it."""
        if threading.current_thread() is not threading.main_thread():
            yield
            return

        def note(number: int, frame: FrameType | None) -> None:
            self.interrupted = True
            signal.default_int_handler(number, frame)

        previous = signal.signal(signal.SIGINT, note)
        try:
            with interrupting(self.test_seconds, TimeUp):
                yield
        finally:
            signal.signal(signal.SIGINT, previous)


@contextmanager
def without_bytecode() -> Iterator[None]:
    """Import from the text alone.

    Bytecode counts as fresh while the text's size and second of change are the same:
    so do two saves within a second.
    """
    wrote = sys.dont_write_bytecode
    sys.dont_write_bytecode = True
    try:
        yield
    finally:
        sys.dont_write_bytecode = wrote
