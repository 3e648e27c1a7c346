"""What a submission sees of the machine, made by bubblewrap."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import IO

from grader.sandbox import SandboxError
from grader.sandbox.namespaces import open_namespaces

SCRATCH = "/scratch"
_NAMESPACES = [
    f"--unshare-{name}" for name in ("pid", "net", "ipc", "uts", "cgroup-try")
]
"""Root's. No user namespace: in one, who joins would stay the kernel's root and could
write to the host's sysctls."""
_OWN_USERS = ["--unshare-all", "--uid", "65534", "--gid", "65534"]
MAX_INFO = 4096


class Box:
    """Namespaces without a network, with few files; empty until somebody joins."""

    def __init__(self, scratch: int, gpu: Sequence[str], printed: IO[bytes]) -> None:
        """Let bubblewrap make them, and a program that waits hold them.

        Args:
            scratch: bytes of the scratch folder, and as many of shared memory.
            gpu: arguments that let the GPU in.
            printed: takes what bubblewrap prints.

        Raises:
            SandboxError: it fails.
        """
        told, tell = os.pipe()
        name, *options = bubblewrap_command(scratch, gpu)
        with open(told, encoding="utf-8") as info:
            try:
                self._holder = subprocess.Popen(
                    [name, "--info-fd", str(tell), *options, "cat"],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    stderr=printed,
                    pass_fds=[tell],
                )
            finally:
                os.close(tell)
            self._wait()
            pid = json.loads(info.read(MAX_INFO))["child-pid"]
        self.namespaces = open_namespaces(pid)

    def _wait(self) -> None:
        """Wait until everything is in its place: then the holder runs.

        Raises:
            SandboxError: bubblewrap has ended.
        """
        assert self._holder.stdin is not None
        assert self._holder.stdout is not None
        try:
            self._holder.stdin.write(b"+")
            self._holder.stdin.flush()
            answered = self._holder.stdout.read(1)
        except OSError:
            answered = b""
        if not answered:
            self._end()
            raise SandboxError("it ended")

    def _end(self) -> None:
        self._holder.kill()
        self._holder.communicate()

    def close(self) -> None:
        """Let go: the namespaces last as long as somebody lives in them."""
        for file in self.namespaces:
            os.close(file)
        self._end()


def bubblewrap_command(scratch: int, gpu: Sequence[str] = ()) -> list[str]:
    """Return the arguments that start a program alone in a sandbox.

    Args:
        scratch: bytes of the scratch folder, and as many of shared memory.
        gpu: arguments that let the GPU in.
    """
    read_only = [Path("/usr")]
    prefixes = dict.fromkeys([sys.base_prefix, sys.prefix])
    read_only += [Path(p) for p in prefixes if not p.startswith("/usr/")]
    size = str(scratch)
    return [
        "bwrap",
        *(a for name in ("/bin", "/lib", "/lib64") for a in _system_folder(name)),
        *(a for path in read_only for a in _bind(path)),
        *("--proc", "/proc", "--dev", "/dev", *gpu),
        *("--perms", "1777", "--size", size, "--tmpfs", SCRATCH),
        *("--perms", "1777", "--size", size, "--tmpfs", "/dev/shm"),
        *("--remount-ro", "/dev", "--remount-ro", "/"),
        *("--die-with-parent", "--as-pid-1", "--new-session", "--clearenv"),
        *("--setenv", "PATH", os.defpath, "--cap-drop", "ALL"),
        *(_NAMESPACES if os.geteuid() == 0 else _OWN_USERS),
    ]


def _system_folder(name: str) -> list[str]:
    if os.path.islink(name):
        return ["--symlink", os.readlink(name), name]
    return ["--ro-bind-try", name, name]


def _bind(path: Path) -> list[str]:
    """Show a folder where it is, below parents that every user may pass."""
    opened = [
        a
        for parent in list(path.parents)[-2::-1]
        for a in ("--perms", "0755", "--dir", str(parent))
    ]
    return [*opened, "--ro-bind", str(path), str(path)]


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
