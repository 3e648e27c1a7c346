"""How pytest is told of a hidden suite: alike for grades and for replays."""

from __future__ import annotations

from pathlib import Path

from grader.layout import Layout


def options(course: Layout, suite: Path, *plugins: str) -> list[str]:
    """Return the options that a suite is run with.

    Args:
        course: whose registry and reference solutions the tests go by.
        suite: the folder with the tests.
        plugins: beside the kit's own, by name.
    """
    # A test's id names the suite's last two folders: the same wherever it lies.
    root = suite.parents[1]
    names = ("grader.observe.plugin", "no:cacheprovider", "no:faulthandler")
    return [
        *("-q", "--capture=no"),
        *("-c", "/dev/null", f"--rootdir={root}", "--import-mode=append"),
        *("--disable-plugin-autoload", "--noconftest"),
        *(f"-p{name}" for name in (*names, "no:logging", *plugins)),
        f"--registry={course.registry}",
        f"--reference={course.solutions}",
    ]
