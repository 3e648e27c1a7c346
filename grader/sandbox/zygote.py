"""The owner's handle on a zygote: a warm process, from which others are forked.

It has imported torch and what workers need, and knows nothing else: no suite, no
submission, no variable of the machine's. Its forks are the servers of sandboxes and
whoever collects a suite.
"""

from __future__ import annotations

import itertools
import json
import os
import select
import signal
import socket
import sys
from collections.abc import Sequence
from typing import Any

from grader.child import Child
from grader.layout import KIT
from grader.sandbox import SandboxError
from grader.sandbox.box import environment
from grader.speech import _

FORK, CONNECT = "fork", "connect"
MAX_REQUEST = 1 << 16  # bytes
MAX_DESCRIPTORS = 16
ANSWER_SECONDS = 120
"""The first answer comes when torch is imported."""
END_SECONDS = 10


class Forked:
    """A process that a zygote has forked."""

    def __init__(self, pid: int, descriptor: int) -> None:
        """Take its id and a pidfd."""
        self.pid = pid
        self._descriptor = descriptor

    def end(self, seconds: float) -> None:
        """Wait for its end, kill it if it stays for longer, and forget it."""
        if not select.select([self._descriptor], [], [], seconds)[0]:
            signal.pidfd_send_signal(self._descriptor, signal.SIGKILL)
            select.select([self._descriptor], [], [], seconds)
        os.close(self._descriptor)


class Zygote:
    """A channel to a zygote."""

    def __init__(self, channel: socket.socket, child: Child | None = None) -> None:
        """Take the channel, and the process itself if it is this one's own."""
        self._channel = channel
        self._child = child
        self._numbers = itertools.count(os.getpid() << 32)

    @classmethod
    def start(cls) -> Zygote:
        """Return a fresh zygote; it warms up in the background."""
        program = [sys.executable, "-I", "-m", "grader.sandbox"]
        child = Child(
            program,
            folder=KIT.root,
            environment=environment("/scratch"),
            kind=socket.SOCK_SEQPACKET,
        )
        return cls(child.channel, child)

    @property
    def pid(self) -> int:
        """Return the id of this process's own zygote."""
        assert self._child is not None
        return self._child.process.pid

    def fork(
        self,
        entry: str,
        arguments: Sequence[Any],
        descriptors: Sequence[int],
        *,
        namespaces: Sequence[int] = (),
        uid: int = 0,
    ) -> Forked:
        """Return a fork that runs `entry`.

        Args:
            entry: `module:function`, called with the arguments and descriptors.
            arguments: plain data.
            descriptors: what it holds of this process's open files.
            namespaces: the files of those that it joins, its user namespace first.
            uid: whom it becomes there, where root asks.

        Raises:
            SandboxError: the zygote does not answer, or nothing was forked.
        """
        request: dict[str, Any] = {"do": FORK, "entry": entry, "arguments": arguments}
        request |= {"joins": len(namespaces), "uid": uid}
        answer, received = self._ask(request, [*namespaces, *descriptors])
        if not received:
            raise SandboxError("no process was forked: {text}", text=answer["problem"])
        return Forked(answer["pid"], received[0])

    def connect(self) -> Zygote:
        """Return one more channel, for another process.

        Raises:
            SandboxError: the zygote does not answer.
        """
        here, there = socket.socketpair(type=socket.SOCK_SEQPACKET)
        with there:
            self._ask({"do": CONNECT}, [there.fileno()])
        return Zygote(here)

    def _ask(
        self, request: dict[str, Any], descriptors: Sequence[int]
    ) -> tuple[dict[str, Any], list[int]]:
        """Return the answer to a request, and not that to one of a process now gone."""
        number = next(self._numbers)
        text = json.dumps({**request, "number": number}).encode()
        try:
            self._channel.settimeout(ANSWER_SECONDS)
            socket.send_fds(self._channel, [text], list(descriptors))
            while True:
                data, received, *_rest = socket.recv_fds(self._channel, MAX_REQUEST, 1)
                if not data:
                    raise EOFError(_("it ended"))
                answer = json.loads(data)
                if answer.pop("number") == number:
                    return answer, received
                for descriptor in received:
                    os.close(descriptor)
        except (OSError, EOFError) as error:
            raise SandboxError(
                "the sandbox does not answer: {words}",
                words=f"{error} {self.last_words()}".strip(),
            ) from error

    def fileno(self) -> int:
        """Return the channel's descriptor."""
        return self._channel.fileno()

    def last_words(self) -> str:
        """Return the end of what the zygote and its forks have printed."""
        return self._child.last_words() if self._child else ""

    def close(self) -> None:
        """Hang up; the zygote ends when everybody has, and what it forked has ended."""
        if self._child:
            self._child.end(END_SECONDS)
        self._channel.close()
