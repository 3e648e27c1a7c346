"""The zygote: imports torch once; what needs it is forked from here.

It stays single-threaded and away from CUDA, since neither survives a fork. Whom it
forks, it reaps.
"""

from __future__ import annotations

import contextlib
import importlib
import json
import os
import select
import signal
import socket
import traceback
import warnings
from typing import Any, NoReturn

from grader.child import parent_of
from grader.sandbox import server
from grader.sandbox.namespaces import fork_first
from grader.sandbox.prefork import warm
from grader.sandbox.processes import (
    PR_SET_CHILD_SUBREAPER,
    PR_SET_NAME,
    ends_of_children,
    forget_children,
    prctl,
    reap,
)
from grader.sandbox.zygote import FORK, MAX_DESCRIPTORS, MAX_REQUEST
from grader.sim import load


class ZygoteServer:
    """Forks processes for all who have a channel."""

    def __init__(self, channel: socket.socket) -> None:
        """Take the first channel."""
        self.channels = [channel]
        self.ended = ends_of_children()

    def run(self) -> None:
        """Answer until everybody has hung up and every fork has ended."""
        while self.channels:
            for ready in select.select([*self.channels, self.ended], [], [])[0]:
                if ready is self.ended:
                    self.ended.recv(MAX_REQUEST)
                    reap(os.WNOHANG)
                else:
                    self.answer(ready)
        reap(0)

    def answer(self, channel: socket.socket) -> None:
        """Do what is asked for on a channel; leave it if nobody is there."""
        try:
            data, received, *_ = socket.recv_fds(channel, MAX_REQUEST, MAX_DESCRIPTORS)
        except ConnectionError:
            data = b""
        if not data:
            self.channels.remove(channel)
            channel.close()
            return
        request = json.loads(data)
        answer: dict[str, Any] = {"number": request["number"]}
        shown = []
        if request["do"] == FORK:
            try:
                answer["pid"] = self.fork(request, received)
                shown = [os.pidfd_open(answer["pid"])]
            except OSError as error:
                answer["problem"] = str(error)
        else:
            self.channels.append(socket.socket(fileno=received.pop()))
        for descriptor in received:
            os.close(descriptor)
        with contextlib.suppress(ConnectionError):
            socket.send_fds(channel, [json.dumps(answer).encode()], shown)
        for descriptor in shown:
            os.close(descriptor)

    def fork(self, request: dict[str, Any], received: list[int]) -> int:
        """Fork a process that runs an entry, by way of one that may not come back.

        Raises:
            OSError: the kernel does not let it into its namespaces.
        """
        there, here = os.pipe()
        middle = os.fork()
        if middle == 0:
            os.close(there)
            self.leave()
            try:
                told = str(start(request, received, here))
            except OSError as error:
                told = str(error)
            os.write(here, told.encode())
            os._exit(0)
        os.close(here)
        with open(there, encoding="utf-8") as pipe:
            told = pipe.read()
        os.waitpid(middle, 0)
        if not told.isdigit():
            raise OSError(told)
        return int(told)

    def leave(self) -> None:
        """In a fork, hold nothing that is this process's own."""
        forget_children()
        for channel in (*self.channels, self.ended):
            channel.close()
        signal.signal(signal.SIGINT, signal.default_int_handler)


def start(request: dict[str, Any], received: list[int], pipe: int) -> int:
    """Fork the process that runs an entry, where it is to live; return its id.

    Raises:
        OSError: the kernel does not let it in.
    """
    count = request["joins"]
    place, received = received[:count], received[count:]

    def live() -> NoReturn:
        os.close(pipe)
        try:
            module, _, name = request["entry"].partition(":")
            getattr(importlib.import_module(module), name)(
                *request["arguments"], *received
            )
        except BaseException:
            traceback.print_exc()
            os._exit(1)
        os._exit(0)

    if place:
        return fork_first(place, request["uid"], live)
    pid = os.fork()
    if pid == 0:
        live()
    return pid


def main(channel: str) -> None:
    """Warm up, then serve.

    Args:
        channel: the first one, as `grader.child` tells it.
    """
    prctl(PR_SET_NAME, b"grader-zygote")
    prctl(PR_SET_CHILD_SUBREAPER, 1)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    warnings.simplefilter("ignore")
    load()
    server.import_all()
    warm()
    ZygoteServer(parent_of(channel)).run()
