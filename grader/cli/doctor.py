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
from grader.layout import PACKAGE, Layout, find_course
from grader.sandbox.container import is_container
from grader.speech import _, several


def doctor() -> None:
    """Say what this machine can do: isolation, torch, CUDA, versions."""
    import torch

    layout = find_course()
    rows = [
        (_("kit"), grader.__version__, str(PACKAGE.parent)),
        (_("course"), "", str(layout.root)),
        ("python", platform.python_version(), platform.platform()),
        ("torch", torch.__version__, cores()),
        ("gpu", *describe_gpu()),
        (_("container"), yes_or_no(is_container()), ""),
        ("bubblewrap", describe_bubblewrap(), ""),
    ]
    rows += describe_isolation(layout)
    table = Table(box=None, show_header=False, pad_edge=False)
    for row in rows:
        table.add_row(*map(Text, row))
    out.print(table)


def cores() -> str:
    """Return how many cores there are."""
    return several("{n} core", "{n} cores", os.cpu_count() or 1)


def yes_or_no(found: bool) -> str:
    """Return an answer."""
    return _("yes") if found else _("no")


def describe_isolation(layout: Layout) -> list[tuple[str, str, str]]:
    """Return what keeps submissions from this machine; on Windows, nothing can."""
    if not hasattr(os, "fork"):
        return [
            (_("isolation"), _("no"), _("submissions are graded on Linux or macOS"))
        ]
    from grader.sandbox.isolation import probe_all

    secrets = [p for p in (layout.solutions, layout.hidden_tests) if p.exists()]
    return [
        (
            _("isolation: {level}").format(level=found.level),
            yes_or_no(found.available),
            found.reason,
        )
        for found in probe_all(secrets)
    ]


def describe_gpu() -> tuple[str, str]:
    """Return the GPU, or what happens without one."""
    from grader import gpu

    found = gpu.name()
    if found is None:
        said = _("tests marked cuda are skipped; their points stay open")
        return _("none"), said
    return found, _("tests marked cuda run on it")


def describe_bubblewrap() -> str:
    """Return the version of bubblewrap, or that it is missing."""
    if shutil.which("bwrap") is None:
        return _("not installed")
    command = ["bwrap", "--version"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    return done.stdout.strip().removeprefix("bubblewrap ")
