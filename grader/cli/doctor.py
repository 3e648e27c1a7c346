"""The verb doctor: what this machine can do."""

from __future__ import annotations

import os
import platform
import shutil
import subprocess

from rich.table import Table
from rich.text import Text

import grader
from grader.cli.screen import out
from grader.layout import PACKAGE, find_course
from grader.sandbox.container import is_container
from grader.sandbox.isolation import probe_all


def doctor() -> None:
    """Say what this machine can do: isolation, torch, CUDA, versions."""
    import torch

    layout = find_course()
    rows = [
        ("kit", grader.__version__, str(PACKAGE.parent)),
        ("course", "", str(layout.root)),
        ("python", platform.python_version(), platform.platform()),
        ("torch", torch.__version__, f"{os.cpu_count()} cores"),
        ("gpu", *describe_gpu()),
        ("container", "yes" if is_container() else "no", ""),
        ("bubblewrap", describe_bubblewrap(), ""),
    ]
    secrets = [p for p in (layout.solutions, layout.hidden_tests) if p.exists()]
    rows += [
        (f"isolation: {found.level}", "yes" if found.available else "no", found.reason)
        for found in probe_all(secrets)
    ]
    table = Table(box=None, show_header=False, pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    out.print(table)


def describe_gpu() -> tuple[str, str]:
    """Return the GPU, or what happens without one."""
    from grader import gpu

    found = gpu.name()
    if found is None:
        return "none", "tests marked cuda are skipped; their points stay open"
    return found, "tests marked cuda run on it"


def describe_bubblewrap() -> str:
    """Return the version of bubblewrap, or that it is missing."""
    if shutil.which("bwrap") is None:
        return "not installed"
    command = ["bwrap", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip().removeprefix("bubblewrap ")
