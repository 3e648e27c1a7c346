"""The server of a sandbox: a fork of a zygote, and itself forked once per worker.

Runs as pid 1 of its namespaces or, without bubblewrap, as a plain process. It never
reads a submission: sources travel from the judge to the fork, over a channel that this
process only passes on. It stays single-threaded and away from CUDA, since neither
survives a fork.
"""

from __future__ import annotations

import contextlib
import importlib
import os
import pkgutil
import select
import signal
import socket
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import grader.sandbox
import grader.sim
from grader.sandbox import traces, wire, worker
from grader.sandbox.box import environment
from grader.sandbox.commands import READY, Command
from grader.sandbox.limits import Limits
from grader.sandbox.processes import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_DUMPABLE,
    PR_SET_NAME,
    become_user,
    descendants,
    open_files,
    prctl,
    resident_bytes,
    share_bytes,
    waited,
)
from grader.sim import register

WATCH_SECONDS = 0.1
CLOSE_WATCH_SECONDS = 0.02
"""Where several processes hold much already, and fill memory the faster."""
MUCH = 0.25
"""Of the memory that a submission may use. A close look takes a part of a core."""
EXIT_SECONDS = 1.0


def import_all() -> None:
    """Import all that a worker may need of the kit: no file of it is there later."""
    for room in (grader.sandbox, grader.sim):
        for module in pkgutil.iter_modules(room.__path__, f"{room.__name__}."):
            if not module.name.endswith("__main__"):
                importlib.import_module(module.name)


def serve(
    level: str,
    uid: int,
    scratch: str,
    limits: dict[str, Any],
    program: str,
    keep: bool,
    control: int,
    output: int,
) -> None:
    """Serve the judge until its end of the control socket closes.

    Args:
        level: how workers are isolated.
        uid: of the user that they become.
        scratch: where their files go.
        limits: what they may use.
        program: what refuses calls, in hexadecimal digits.
        keep: what workers print goes where this process's own output does; else it
            goes nowhere.
        control: the descriptor of the control socket.
        output: of the file for what this process prints.
    """
    os.setsid()
    null = os.open(os.devnull, os.O_RDWR)
    for file, stream in ((null, 0), (output, 1), (output, 2)):
        os.dup2(file, stream)
    os.close(null)
    os.close(output)
    prctl(PR_SET_NAME, b"grader-server")
    prctl(PR_SET_DUMPABLE, 0)
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    os.chdir(scratch)
    os.environ.update(environment(scratch))
    tempfile.tempdir = None
    forget_the_kit()
    bounds = Limits(**limits)
    server = Server(
        level, uid, Path(scratch), bounds, bytes.fromhex(program), keep=keep
    )
    channel = socket.socket(fileno=control)
    channel.sendall(READY)
    server.run(channel)


def forget_the_kit() -> None:
    """Import from Python and its packages only, not from where the kit's files lie."""
    sys.path[:] = [p for p in sys.path if p.startswith((sys.prefix, sys.base_prefix))]
    sys.meta_path[:] = [
        finder
        for finder in sys.meta_path
        if not str(getattr(finder, "__module__", "")).startswith("__editable__")
    ]
    sys.path_importer_cache.clear()
    for room in (grader, grader.sandbox, grader.sim):
        room.__path__ = []


class Server:
    """Forks workers and removes every trace of a submission after it."""

    def __init__(
        self,
        level: str,
        uid: int,
        scratch: Path,
        limits: Limits,
        program: bytes,
        *,
        keep: bool,
    ) -> None:
        """Take level, uid to drop to, folder, limits, and what refuses calls.

        Args:
            level: how workers are isolated.
            uid: of the user that they become.
            scratch: where their files go.
            limits: what they may use.
            program: what refuses calls.
            keep: what they print, tracebacks too, goes where this process's own does.
        """
        self.keep = keep
        self.program = program
        self.level = level
        self.uid = uid
        self.scratch = scratch
        self.limits = limits
        self.worker: int | None = None
        self.out_of_memory = False
        self.watch_seconds = WATCH_SECONDS

    def run(self, control: socket.socket) -> None:
        """Answer the judge's commands until it hangs up."""
        while True:
            busy = self.watch_seconds if self.worker else None
            if not select.select([control], [], [], busy)[0]:
                self.watch_memory()
                continue
            request, descriptors, *_ = socket.recv_fds(control, 1, 1)
            if not request:
                self.clear(0.0)
                return
            match command := Command(request):
                case Command.START | Command.START_SIMULATED:
                    simulated = command is Command.START_SIMULATED
                    self.start(control, descriptors[0], simulated=simulated)
                    control.sendall(READY)
                case Command.OPEN_FILES:
                    wire.send(control, open_files(self.worker))
                case Command.WAITED:
                    wire.send(control, waited(self.worker))
                case Command.CLEAR:
                    wire.send(control, self.clear(0.0))
                case Command.CLEAR_LOST:
                    wire.send(control, self.clear(EXIT_SECONDS))

    def start(
        self, control: socket.socket, descriptor: int, *, simulated: bool
    ) -> None:
        """Fork a worker that serves `descriptor`."""
        pid = os.fork()
        if pid:
            os.close(descriptor)
            self.worker = pid
            return
        try:
            control.close()
            self.become_worker(socket.socket(fileno=descriptor), simulated=simulated)
        finally:
            os._exit(70)

    def become_worker(self, channel: socket.socket, *, simulated: bool) -> None:
        """Give up every right and play scenarios; does not return."""
        os.setsid()
        null = os.open(os.devnull, os.O_RDWR)
        for stream in [0] if self.keep else range(3):
            os.dup2(null, stream)
        os.close(null)
        if self.keep:
            worker.speak_up()
        folder = self.scratch / "work"
        if self.level == "uid":
            folder.mkdir(exist_ok=True)
            os.chown(folder, self.uid, self.uid)
            become_user(self.uid)
        worker.restrict(self.limits, count_processes=self.level != "process")
        worker.refuse_calls(self.program)
        prctl(PR_SET_DUMPABLE, 1)
        if simulated:
            register()
        worker.serve(channel, folder)

    def watch_memory(self) -> None:
        """Kill the submission when its processes together hold too much."""
        pids, much = self.pids(), MUCH * self.limits.memory
        held = sum(map(resident_bytes, pids))
        if held > much:
            held = sum(map(share_bytes, pids))
        close = len(pids) > 1 and held > much
        self.watch_seconds = CLOSE_WATCH_SECONDS if close else WATCH_SECONDS
        if held > self.limits.memory:
            self.out_of_memory = True
            self.kill_all()

    def clear(self, wait: float) -> dict[str, object]:
        """End all processes and files of the submission; say how its worker ended.

        A process closes its files a little before its parent learns of its end, so the
        end of a lost worker is awaited for `wait` seconds.
        """
        ended = self.exit_status(wait)
        self.kill_all()
        with contextlib.suppress(ChildProcessError):
            while True:
                os.waitpid(-1, 0)
                self.kill_all()
        clean = self.wipe()
        answer = {"out_of_memory": self.out_of_memory, "clean": clean, **ended}
        self.worker, self.out_of_memory = None, False
        return answer

    def exit_status(self, wait: float) -> dict[str, object]:
        """Return how the worker ended by itself, if it does within `wait` seconds."""
        if self.worker is None:
            return {"exit": None, "signal": None}
        deadline = time.monotonic() + wait
        pid, status = os.waitpid(self.worker, os.WNOHANG)
        while not pid and time.monotonic() < deadline:
            time.sleep(0.005)
            pid, status = os.waitpid(self.worker, os.WNOHANG)
        if not pid:
            return {"exit": None, "signal": None}
        code = os.waitstatus_to_exitcode(status)
        if code < 0:
            return {"exit": None, "signal": -code}
        return {"exit": code, "signal": None}

    def kill_all(self) -> None:
        """Send SIGKILL to every process of the submission."""
        if self.level == "bubblewrap":
            with contextlib.suppress(ProcessLookupError):
                os.kill(-1, signal.SIGKILL)
        elif self.level == "uid":
            self.as_uid(lambda: os.kill(-1, signal.SIGKILL))
        else:
            for pid in self.pids():
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)

    def as_uid(self, act: Callable[[], None]) -> None:
        """Act as the sandbox's user, in a process of its own."""
        pid = os.fork()
        if pid == 0:
            try:
                become_user(self.uid)
                act()
            finally:
                os._exit(0)
        os.waitpid(pid, 0)

    def pids(self) -> list[int]:
        """Return the processes of the submission."""
        if self.level == "bubblewrap":
            return [int(p) for p in os.listdir("/proc") if p.isdigit() and p != "1"]
        return descendants(os.getpid())

    def wipe(self) -> bool:
        """Remove what a submission has made; say whether its folders are empty."""
        folders = [self.scratch]
        if self.level == "bubblewrap":
            folders.append(Path("/dev/shm"))
        if self.level == "uid":
            self.as_uid(traces.remove_own)
        try:
            return sum(map(traces.empty, folders)) == len(folders)
        except OSError:
            return False
