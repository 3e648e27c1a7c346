"""How this kit grades when it is measured: with the sandbox on, or not at all."""

from __future__ import annotations

from pathlib import Path

from bench.peers.suite import TESTS
from grader.box.isolation import choose_level
from grader.box.limits import Limits
from grader.class_run.setting import Setting
from grader.layout import KIT
from grader.syllabus import Syllabus, read_syllabus

SECRET = b"bench"
LIMITS = Limits(test_seconds=60.0)  # a busy machine must not decide a verdict


def small_setting(folder: Path) -> Setting:
    """Return the setting for the suite in `folder`."""
    syllabus = read_syllabus(KIT.registry).restricted({t.exercise for t in TESTS})
    return setting(folder / "suite", syllabus)


def full_setting() -> Setting:
    """Return the setting for the whole hidden suite."""
    return setting(KIT.hidden_tests, read_syllabus(KIT.registry))


def setting(tests: Path, syllabus: Syllabus) -> Setting:
    """Return a setting with the strongest sandbox that is here."""
    level = choose_level([KIT.solutions, KIT.hidden_tests], unsandboxed=False)
    return Setting(level, LIMITS, tests, syllabus, SECRET)
