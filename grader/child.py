"""A process of the kit's own to talk to."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

from grader.speech import _

MAX_WORDS = 2_000  # characters
MAX_PRINTED = 20_000  # bytes
MAX_END = 4 * MAX_WORDS  # bytes

SHARED = "shared"


def parent_of(argument: str) -> socket.socket:
    """Return a child's end of the socket, by the argument that it was started with."""
    if argument != SHARED:
        return socket.socket(fileno=int(argument))
    end: socket.socket = vars(socket)["fromshare"](sys.stdin.buffer.read())
    return end


class Printed:
    """A file for what a process prints, and the end of it."""

    def __init__(self) -> None:
        """Make the file."""
        self.file = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close
        self._words = ""
        self._read = 0

    def news(self) -> str:
        """Return what was printed since the last time; of much, the beginning."""
        data = os.pread(self.file.fileno(), MAX_PRINTED, self._read)
        size = os.fstat(self.file.fileno()).st_size
        cut = size - self._read - len(data)
        self._read = size
        said = "\n" + _("… {n:,} more bytes").format(n=cut) if cut > 0 else ""
        return data.decode(errors="replace") + said

    def last_words(self) -> str:
        """Return the end of what was printed; after `close`, too."""
        if not self.file.closed:
            size = os.fstat(self.file.fileno()).st_size
            start = max(0, size - MAX_END)
            text = os.pread(self.file.fileno(), MAX_END, start).decode(errors="replace")
            self._words = text.strip()[-MAX_WORDS:]
        return self._words

    def close(self) -> None:
        """Keep the last words alone."""
        self.last_words()
        self.file.close()


class Child:
    """A process at the other end of a socket, and the end of what it prints."""

    def __init__(
        self,
        program: Sequence[str],
        *arguments: str,
        folder: Path,
        environment: Mapping[str, str] | None = None,
        own_session: bool = False,
        kind: socket.SocketKind = socket.SOCK_STREAM,
    ) -> None:
        """Start `program FD arguments`; FD is the number of its end of the socket.

        On Windows, FD is SHARED, and the end comes over standard input: `parent_of`
        takes both.

        Args:
            program: the command.
            arguments: what it is told beside FD.
            folder: where it works.
            environment: its variables; this process's own if left out.
            own_session: keep this terminal's signals from it.
            kind: of the socket.
        """
        self.channel, there = socket.socketpair(type=kind)
        self._printed = Printed()
        share = getattr(there, "share", None)
        number = SHARED if share else str(there.fileno())
        with there:
            self.process = subprocess.Popen(
                [*program, number, *arguments],
                pass_fds=[] if share else [there.fileno()],
                stdin=subprocess.PIPE if share else subprocess.DEVNULL,
                stdout=self._printed.file,
                stderr=self._printed.file,
                cwd=folder,
                env=environment,
                start_new_session=own_session,
            )
            if share and self.process.stdin is not None:
                with suppress(OSError), self.process.stdin as stdin:  # ended already
                    stdin.write(share(self.process.pid))

    def last_words(self) -> str:
        """Return the end of what the process has printed; after its end, too."""
        return self._printed.last_words()

    def end(self, seconds: float = 0.0) -> int:
        """Hang up; kill the process if it stays for longer; return how it ended."""
        self.channel.close()
        try:
            status = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            self.process.kill()
            status = self.process.wait()
        self._printed.close()
        return status
