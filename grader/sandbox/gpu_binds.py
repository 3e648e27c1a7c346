"""What a program in the sandbox needs of a GPU: its device files and its driver."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterable

DEVICE = re.compile(r"nvidia\d+|nvidiactl|nvidia-uvm|nvidia-uvm-tools|nvidia-caps|dxg")
DRIVER = re.compile(r"lib(cuda|nvidia-[\w-]+)\.so\S* .*=> (/\S+)/[^/\s]+")
SHOWN = ("/usr/", "/lib/", "/lib64/")
"""What the sandbox shows of the system anyway."""


def find_binds() -> list[str]:
    """Return the arguments that let this machine's GPUs into the sandbox."""
    listed = subprocess.run(
        ["ldconfig", "-p"], capture_output=True, text=True, check=False
    )
    return binds(os.listdir("/dev"), listed.stdout)


def binds(devices: Iterable[str], libraries: str) -> list[str]:
    """Return bubblewrap's arguments for a GPU.

    Args:
        devices: the names of all device files.
        libraries: what `ldconfig -p` prints: the driver may lie outside of /usr, and
            the program inside finds it in the same list.
    """
    files = sorted(f"/dev/{name}" for name in devices if DEVICE.fullmatch(name))
    folders = sorted({match[2] for match in DRIVER.finditer(libraries)})
    outside = [f for f in folders if not f"{f}/".startswith(SHOWN)]
    shown = ["/etc/ld.so.cache", *outside] if files else []
    return [
        *(a for path in files for a in ("--dev-bind-try", path, path)),
        *(a for path in shown for a in ("--ro-bind-try", path, path)),
    ]
