"""The judge's handle on a sandbox."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from grader.child import Child
from grader.sandbox import SandboxError, traces
from grader.sandbox.commands import READY, Command
from grader.sandbox.gpu_binds import find_binds
from grader.sandbox.isolation import Level, bubblewrap_command, environment
from grader.sandbox.limits import Limits
from grader.sandbox.run_folder import make_folder
from grader.sandbox.syscalls import make_program
from grader.sandbox.uids import take_uid

START_SECONDS = 120
ANSWER_SECONDS = 20
END_SECONDS = 5
ROOMS = ("sandbox", "sim")
FILES = ("__init__.py", "errors.py", "words.py", "speech.py", "text.py")
"""Beside these rooms, what a sandbox holds of the kit."""


@dataclass(frozen=True)
class Ended:
    """How a worker ended by itself, and whether nothing of its submission is left."""

    exit: int | None
    """Exit status; None if it still ran or a signal ended it."""
    signal: int | None
    out_of_memory: bool
    clean: bool


class Sandbox:
    """A warm, isolated server that forks workers for one submission at a time."""

    def __init__(
        self, level: Level, limits: Limits, *, gpu: bool = False, keep: bool = False
    ) -> None:
        """Start the sandbox; `wait` returns when it is warm.

        Args:
            level: how to isolate it.
            limits: what a submission may use.
            gpu: let the machine's GPUs in.
            keep: keep what a submission prints, and the tracebacks of its errors.
        """
        self.level, self.limits, self.gpu, self.keep = level, limits, gpu, keep
        self._gpu = find_binds() if gpu and level is Level.BUBBLEWRAP else []
        self._uid, self._uid_lock = take_uid()
        self._start()

    def _start(self) -> None:
        self._folder, self._lock = make_folder()
        copy_kit(self._folder)
        program, scratch = self._program()
        self._child = Child(
            program,
            *(self.level, str(self._uid), str(scratch)),
            *(json.dumps(self.limits.as_dict()), make_program().hex()),
            "keep" if self.keep else "",
            folder=self._folder,
            environment=environment(str(self._folder / "scratch")),
        )
        self._control = self._child.channel

    def wait(self) -> None:
        """Wait until the sandbox is warm.

        Raises:
            SandboxError: it does not start.
        """
        self._control.settimeout(START_SECONDS)
        try:
            ready = self._control.recv(1)
        except OSError:
            ready = b""
        if ready != READY:
            text = self._child.last_words()
            self.close()
            raise SandboxError(
                "the {level} sandbox does not start: {text}",
                level=self.level,
                text=text,
            )

    def _program(self) -> tuple[list[str], Path]:
        """Return the server's command, and the scratch folder as the server sees it."""
        kit, scratch = self._folder / "kit", self._folder / "scratch"
        prefix: list[str] = []
        if self.level is Level.BUBBLEWRAP:
            prefix = bubblewrap_command(
                self._uid, self.limits.scratch, (kit, "/kit"), gpu=self._gpu
            )
            kit, scratch = Path("/kit"), Path("/scratch")
        server = kit / "grader" / "sandbox" / "server.py"
        return [*prefix, sys.executable, "-I", str(server)], scratch

    def start_worker(
        self, sources: dict[str, bytes], *, simulated: bool = False
    ) -> socket.socket:
        """Return a channel to a fresh worker that holds `sources` by topic.

        Args:
            sources: the submission's files.
            simulated: the worker has the simulated accelerator.
        """
        command = Command.START_SIMULATED if simulated else Command.START
        here, there = socket.socketpair()
        with there:
            try:
                self._control.settimeout(ANSWER_SECONDS)
                socket.send_fds(self._control, [command], [there.fileno()])
                if self._control.recv(1) != READY:
                    raise EOFError
            except (OSError, EOFError) as error:
                here.close()
                raise self._no_answer(error) from error
        from grader.sandbox import wire  # noqa: PLC0415 - torch, after the start

        try:
            wire.send(here, sources)
        except OSError as error:
            here.close()
            raise self._no_answer(error) from error
        return here

    def clear(self, *, lost: bool = False) -> Ended:
        """End every process and file of the submission; say how its worker ended.

        Args:
            lost: the worker closed its channel, so its end is near.
        """
        return Ended(**self._ask(Command.CLEAR_LOST if lost else Command.CLEAR))

    def open_files(self) -> int | None:
        """Return how many files the worker has open; None if it does not show them.

        Raises:
            SandboxError: the sandbox does not answer.
        """
        count: int | None = self._ask(Command.OPEN_FILES)
        return count

    def waited(self) -> float:
        """Return the seconds for which the worker could have run, but had no core.

        Raises:
            SandboxError: the sandbox does not answer.
        """
        seconds: float = self._ask(Command.WAITED)
        return seconds

    def printed(self) -> str:
        """Return what was printed since the last time, by workers if that is kept."""
        return self._child.printed()

    def _ask(self, command: Command) -> Any:
        """Return the server's answer to a command."""
        from grader.sandbox import wire  # noqa: PLC0415 - torch, after the start

        try:
            self._control.settimeout(ANSWER_SECONDS)
            self._control.sendall(command)
            return wire.receive(self._control, wire.Clock(ANSWER_SECONDS))
        except (OSError, EOFError, wire.ProtocolError) as error:
            raise self._no_answer(error) from error

    def _no_answer(self, error: Exception) -> SandboxError:
        return SandboxError(
            "the sandbox does not answer: {words}",
            words=f"{error} {self._child.last_words()}".strip(),
        )

    def restart(self) -> None:
        """Replace the server and its folders."""
        self._stop()
        self._start()
        self.wait()

    def close(self) -> None:
        """End the sandbox and everything in it."""
        self._stop()
        if self._uid_lock is not None:
            self._uid_lock.close()

    def _stop(self) -> None:
        self._child.end(END_SECONDS)
        traces.remove(self._folder)
        self._lock.close()


def copy_kit(folder: Path, source: Path = Path(__file__).parents[1]) -> None:
    """Copy what a sandbox needs to `folder`, away from solutions and tests.

    The copy is open to every user, however closed the kit itself is.
    """
    target = folder / "kit" / "grader"
    ignore = shutil.ignore_patterns("__pycache__")
    for room in ROOMS:
        shutil.copytree(source / room, target / room, ignore=ignore)
    for name in FILES:
        shutil.copy(source / name, target)
    for path in (folder, *(folder / "kit").rglob("*"), folder / "kit"):
        path.chmod(0o755 if path.is_dir() else 0o644)
    scratch = folder / "scratch"
    scratch.mkdir()
    scratch.chmod(0o1777)
