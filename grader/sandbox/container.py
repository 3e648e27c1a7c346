"""What bubblewrap lacks in a container, by what the kernel says of this process."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from grader.speech import _

MARKS = ("/.dockerenv", "/run/.containerenv")
"""Docker and Podman leave these."""
CAPABILITIES = {"SYS_ADMIN": 21, "NET_ADMIN": 12}
"""What root needs to make namespaces, and their number in the kernel."""
NO_FILTER, NO_PROFILE = "0", "unconfined"


def is_container() -> bool:
    """Say whether this machine is a container."""
    return any(Path(mark).exists() for mark in MARKS)


def advise() -> str:
    """Return how the container is to be started for bubblewrap; nothing elsewhere."""
    if not is_container():
        return ""
    found = missing(
        os.geteuid(),
        read("/proc/self/status"),
        read("/proc/self/attr/current"),
        read("/proc/self/mountinfo"),
    )
    options = " ".join(found)
    said = _("start the container with {options} (docs/container.md)")
    return options and said.format(options=options)


def read(path: str) -> str:
    """Return what the kernel says in a file; nothing where it has none."""
    try:
        return Path(path).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""


def missing(uid: int, status: str, profile: str, mounts: str) -> Iterator[str]:
    """Yield the options of `docker run` that bubblewrap needs and that were not given.

    Root makes namespaces by its capabilities, which Docker's filter of system calls
    lets through; another user makes a user namespace, which the filter forbids, and
    mounts a /proc there, which the kernel forbids while parts of the outer one are
    covered.

    Args:
        uid: who asks.
        status: the text of /proc/self/status.
        profile: of /proc/self/attr/current, AppArmor's.
        mounts: of /proc/self/mountinfo.
    """
    fields = dict(line.split(":", 1) for line in status.splitlines() if ":" in line)
    if uid == 0:
        held = int(fields.get("CapEff", "0"), 16)
        for name, number in CAPABILITIES.items():
            if not held >> number & 1:
                yield f"--cap-add {name}"
    elif fields.get("Seccomp", NO_FILTER).strip() != NO_FILTER:
        yield "--security-opt seccomp=unconfined"
    if profile.strip("\0\n ") not in ("", NO_PROFILE):
        yield "--security-opt apparmor=unconfined"
    if uid != 0 and any(
        line.split()[4].startswith("/proc/") for line in mounts.splitlines()
    ):
        yield "--security-opt systempaths=unconfined"
