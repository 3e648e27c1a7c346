"""The three levels of isolation, and which of them this machine can give.

A level is available when a probe has really started a process at it: what the kernel,
the distribution and the container allow cannot be told from version numbers.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from grader.errors import GraderError
from grader.sandbox import SandboxError, container, syscalls
from grader.sandbox.box import Box
from grader.sandbox.uids import UIDS
from grader.speech import _, mark

PROBE_SECONDS = 20
JOIN = (
    "import sys; from grader.sandbox.namespaces import try_out; "
    "try_out(*map(int, sys.argv[1:]))"
)
NO_FILTER = mark(
    "libseccomp is missing (Debian and Ubuntu: apt-get install libseccomp2), or its "
    "binding (pip install pyseccomp)"
)


class Level(StrEnum):
    """How far a submission is kept from the machine, the strongest first."""

    BUBBLEWRAP = "bubblewrap"
    """Namespaces of its own: no network, no file but Python and a scratch folder."""
    UID = "uid"
    """A user of its own: the kit's files are closed to it; the network is not."""
    PROCESS = "process"
    """A process of its own with your rights. The verdict still cannot be forged."""


@dataclass(frozen=True)
class Availability:
    """Whether a level can be had here, and what to do if not."""

    level: Level
    available: bool
    reason: str = ""


class NoIsolationError(GraderError):
    """No level that was asked for can be had on this machine."""


def choose_level(secrets: Iterable[Path], *, unsandboxed: bool) -> Level:
    """Return the strongest level that this machine gives.

    Args:
        secrets: files and folders that a submission must not be able to read.
        unsandboxed: accept `Level.PROCESS` where nothing stronger can be had.

    Raises:
        NoIsolationError: only `Level.PROCESS` is left and it was not asked for.
    """
    answers = []
    for answer in probe_all(secrets):
        if answer.available and (answer.level is not Level.PROCESS or unsandboxed):
            return answer.level
        answers.append(answer)
    reasons = "\n".join(f"  {a.level}: {a.reason}" for a in answers if a.reason)
    raise NoIsolationError(
        "Submissions cannot be isolated on this machine:\n{reasons}\n"
        "Install bubblewrap (Debian and Ubuntu: apt-get install "
        "bubblewrap), or add --unsandboxed for code that you would run "
        "under your own account.",
        reasons=reasons,
    )


def probe_all(secrets: Iterable[Path]) -> Iterator[Availability]:
    """Yield every level's availability, the strongest first."""
    yield probe_bubblewrap()
    yield probe_uid(secrets)
    yield Availability(Level.PROCESS, available=True)


def probe_bubblewrap() -> Availability:
    """Start a process in a sandbox and look whether it is one."""
    if shutil.which("bwrap") is None:
        return Availability(Level.BUBBLEWRAP, False, _("bwrap is not installed"))
    if syscalls.find_library() is None:
        return Availability(Level.BUBBLEWRAP, False, _(NO_FILTER))
    try:
        with tempfile.TemporaryFile() as printed:
            try:
                joined, words = join(Box(1 << 20, (), printed))
            except SandboxError as error:
                joined, words = False, str(error)
            printed.seek(0)
            words += "\n" + printed.read().decode(errors="replace")
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = _("bwrap does not start: {error}").format(error=error)
        return Availability(Level.BUBBLEWRAP, False, reason)
    if joined:
        return Availability(Level.BUBBLEWRAP, True)
    reason = _("bwrap fails: {error}").format(error=last_line(words))
    told = "; ".join(filter(None, (reason, container.advise())))
    return Availability(Level.BUBBLEWRAP, False, told)


def join(box: Box) -> tuple[bool, str]:
    """Send a process into a box; say whether it became one alone, and what it printed.

    Raises:
        OSError: it does not start.
        subprocess.TimeoutExpired: it does not end.
    """
    with closing(box):
        done = subprocess.run(
            [
                sys.executable,
                "-I",
                "-c",
                JOIN,
                str(UIDS[-1]),
                *map(str, box.namespaces),
            ],
            pass_fds=box.namespaces,
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
            check=False,
        )
    return done.stdout == "boxed", done.stderr


def last_line(text: str) -> str:
    """Return the last line that something that failed has printed."""
    return (text.strip().splitlines() or ["?"])[-1]


def probe_uid(secrets: Iterable[Path]) -> Availability:
    """Become another user, and look whether Python is open and the secrets closed."""
    if os.geteuid() != 0:
        return Availability(Level.UID, False, _("only root can give a user of its own"))
    if syscalls.find_library() is None:
        return Availability(Level.UID, False, _(NO_FILTER))
    check = "import msgpack, torch.version; print('boxed')"
    if run_as(UIDS[-1], [sys.executable, "-I", "-c", check]) != "boxed":
        reason = _("another user cannot run {path}: a folder above is closed")
        reason = reason.format(path=sys.executable)
        return Availability(Level.UID, False, reason)
    for secret in secrets:
        look = "import os, sys; print(os.access(sys.argv[1], os.R_OK))"
        if run_as(UIDS[-1], [sys.executable, "-IS", "-c", look, secret]) != "False":
            reason = _("{path} is open to every user: chmod -R go-rwx {path}")
            reason = reason.format(path=secret)
            return Availability(Level.UID, False, reason)
    return Availability(Level.UID, True)


def run_as(uid: int, command: list[str | Path]) -> str:
    """Return what `command` prints as user `uid`; empty if it cannot be run."""
    try:
        return subprocess.run(
            command,
            user=uid,
            group=uid,
            extra_groups=[],
            cwd="/",
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
            check=False,
        ).stdout.strip()
    except (OSError, subprocess.TimeoutExpired):
        return ""
