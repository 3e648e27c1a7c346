"""The three levels of isolation, and which of them this machine can give.

A level is available when a probe has really started a process at it: what the kernel,
the distribution and the container allow cannot be told from version numbers.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from grader.errors import GraderError
from grader.sandbox import container, syscalls
from grader.sandbox.uids import UIDS
from grader.speech import _, mark

PROBE_SECONDS = 20
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
    check = "import os; assert os.getpid() == 1 and os.getuid() != 0; print('boxed')"
    command = [*bubblewrap_command(UIDS[-1], 1 << 20), sys.executable, "-IS"]
    try:
        done = subprocess.run(
            [*command, "-c", check],
            capture_output=True,
            text=True,
            timeout=PROBE_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as error:
        reason = _("bwrap does not start: {error}").format(error=error)
        return Availability(Level.BUBBLEWRAP, False, reason)
    if done.stdout.strip() == "boxed":
        return Availability(Level.BUBBLEWRAP, True)
    status = _("exit status {status}").format(status=done.returncode)
    lines = done.stderr.strip().splitlines() or [status]
    reason = _("bwrap fails: {error}").format(error=lines[-1])
    told = "; ".join(filter(None, (reason, container.advise())))
    return Availability(Level.BUBBLEWRAP, False, told)


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


def bubblewrap_command(
    uid: int, scratch: int, *binds: tuple[Path, str], gpu: Sequence[str] = ()
) -> list[str]:
    """Return the arguments that start a program alone in a sandbox.

    Args:
        uid: the user inside, when started by root; one for each sandbox, because the
            kernel counts processes per user.
        scratch: bytes of the scratch folder, and as many of shared memory.
        binds: what else to show inside, read-only: pairs of outer and inner path.
        gpu: arguments that let the GPU in.
    """
    read_only = [(Path("/usr"), "/usr")]
    prefixes = dict.fromkeys([sys.base_prefix, sys.prefix])
    read_only += [(Path(p), p) for p in prefixes if not p.startswith("/usr/")]
    read_only += binds
    size = str(scratch)
    variables = environment("/scratch")
    return [
        "bwrap",
        *(a for name in ("/bin", "/lib", "/lib64") for a in _system_folder(name)),
        *(a for outer, inner in read_only for a in _bind(outer, inner)),
        *("--proc", "/proc", "--dev", "/dev", *gpu),
        *("--perms", "1777", "--size", size, "--tmpfs", "/scratch"),
        *("--perms", "1777", "--size", size, "--tmpfs", "/dev/shm"),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *("--die-with-parent", "--as-pid-1", "--new-session", "--chdir", "/scratch"),
        "--clearenv",
        *(a for pair in variables.items() for a in ("--setenv", *pair)),
        *(_drop_rights_as_root(uid) if os.geteuid() == 0 else _drop_rights()),
    ]


def _system_folder(name: str) -> list[str]:
    if os.path.islink(name):
        return ["--symlink", os.readlink(name), name]
    return ["--ro-bind-try", name, name]


def _bind(outer: Path, inner: str) -> list[str]:
    """Show `outer` as `inner`, with parents that every user may pass."""
    parents = list(Path(inner).parents)[-2::-1]
    opened = [
        a for parent in parents for a in ("--perms", "0755", "--dir", str(parent))
    ]
    return [*opened, "--ro-bind", str(outer), inner]


def environment(scratch: str) -> dict[str, str]:
    """Return a sandbox's variables, none of the user's own; scratch is its home."""
    return {
        "HOME": scratch,
        "TMPDIR": scratch,
        "USER": "student",
        "PATH": os.defpath,
        "LANG": "C.UTF-8",
        "OPENBLAS_NUM_THREADS": "1",
        "OMP_NUM_THREADS": "1",
    }


def _drop_rights_as_root(uid: int) -> list[str]:
    """Return what makes root's child an ordinary user of the host.

    No user namespace: in one, the child would stay the kernel's root and could write
    to the host's sysctls.
    """
    namespaces = ("pid", "net", "ipc", "uts", "cgroup-try")
    capabilities = ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP")
    user = str(uid)
    return [
        *(f"--unshare-{name}" for name in namespaces),
        *("--cap-drop", "ALL"),
        *(a for name in capabilities for a in ("--cap-add", name)),
        *("setpriv", "--reuid", user, "--regid", user, "--clear-groups"),
        *("--no-new-privs", "--bounding-set", "-all", "--inh-caps", "-all"),
    ]


def _drop_rights() -> list[str]:
    return ["--unshare-all", "--uid", "65534", "--gid", "65534", "--cap-drop", "ALL"]
