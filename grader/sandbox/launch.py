"""The judge's handle on a sandbox."""

from __future__ import annotations

import socket
from contextlib import ExitStack
from dataclasses import dataclass
from typing import Any

from grader.child import Printed
from grader.sandbox import SandboxError
from grader.sandbox.box import SCRATCH, Box
from grader.sandbox.commands import READY, Command
from grader.sandbox.gpu_binds import find_binds
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits
from grader.sandbox.run_folder import RunFolder
from grader.sandbox.syscalls import make_program
from grader.sandbox.uids import take_uid
from grader.sandbox.zygote import Forked, Zygote

ANSWER_SECONDS = 20
END_SECONDS = 5


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
        self,
        level: Level,
        limits: Limits,
        zygote: Zygote,
        *,
        gpu: bool = False,
        keep: bool = False,
    ) -> None:
        """Start the sandbox.

        Args:
            level: how to isolate it.
            limits: what a submission may use.
            zygote: forks the server.
            gpu: let the machine's GPUs in.
            keep: keep what a submission prints, and the tracebacks of its errors.

        Raises:
            SandboxError: it does not start.
        """
        self.level, self.limits, self.gpu, self.keep = level, limits, gpu, keep
        self.zygote = zygote
        self._gpu = find_binds() if gpu and level is Level.BUBBLEWRAP else []
        self._uid, self._uid_lock = take_uid()
        self._start()

    def _start(self) -> None:
        self._printed, self._folder = Printed(), None
        self._control, there = socket.socketpair()
        self._process: Forked | None = None
        try:
            with there, ExitStack() as until_it_runs:
                if self.level is Level.BUBBLEWRAP:
                    scratch = SCRATCH
                    box = Box(self.limits.scratch, self._gpu, self._printed.file)
                    until_it_runs.callback(box.close)
                    namespaces = box.namespaces
                else:
                    self._folder, namespaces = RunFolder(), []
                    scratch = str(self._folder.scratch)
                self._process = self.zygote.fork(
                    "grader.sandbox.server:serve",
                    [
                        *(self.level, self._uid, scratch),
                        *(self.limits.as_dict(), make_program().hex(), self.keep),
                    ],
                    [there.fileno(), self._printed.file.fileno()],
                    namespaces=namespaces,
                    uid=self._uid,
                )
            self._control.settimeout(ANSWER_SECONDS)
            if self._control.recv(1) != READY:
                raise EOFError("it ended")
        except (OSError, EOFError, SandboxError) as error:
            words = self._printed.last_words()
            self.close()
            raise SandboxError(
                "the {level} sandbox does not start: {text}",
                level=self.level,
                text=f"{error} {words}".strip(),
            ) from error

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
        from grader.sandbox import wire  # noqa: PLC0415 - torch: seconds

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
        return self._printed.news()

    def _ask(self, command: Command) -> Any:
        """Return the server's answer to a command."""
        from grader.sandbox import wire  # noqa: PLC0415 - torch: seconds

        try:
            self._control.settimeout(ANSWER_SECONDS)
            self._control.sendall(command)
            return wire.receive(self._control, wire.Clock(ANSWER_SECONDS))
        except (OSError, EOFError, wire.ProtocolError) as error:
            raise self._no_answer(error) from error

    def _no_answer(self, error: Exception) -> SandboxError:
        return SandboxError(
            "the sandbox does not answer: {words}",
            words=f"{error} {self._printed.last_words()}".strip(),
        )

    def restart(self) -> None:
        """Replace the server and its folders.

        Raises:
            SandboxError: none starts.
        """
        self._stop()
        self._start()

    def close(self) -> None:
        """End the sandbox and everything in it."""
        self._stop()
        if self._uid_lock is not None:
            self._uid_lock.close()

    def _stop(self) -> None:
        self._control.close()
        if self._process is not None:
            self._process.end(END_SECONDS)
            self._process = None
        if self._folder is not None:
            self._folder.remove()
            self._folder = None
        self._printed.close()
