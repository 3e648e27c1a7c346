"""How this kit grades when it is measured: with the sandbox on, or not at all."""

from __future__ import annotations

from pathlib import Path

from bench.peers.ours import course_in
from bench.peers.suite import TESTS
from grader.class_run.grading_config import GradingConfig
from grader.layout import KIT
from grader.sandbox.isolation import choose_level
from grader.sandbox.limits import Limits
from grader.scoring.submission import Submission
from grader.syllabus import Syllabus, read_syllabus

SECRET = b"bench"
LIMITS = Limits(test_seconds=60.0)  # a busy machine must not decide a verdict


def small_config(folder: Path) -> GradingConfig:
    """Return the config for the course in `folder`."""
    syllabus = read_syllabus(KIT.registry).restricted({t.exercise for t in TESTS})
    return strongest(course_in(folder).hidden_tests, syllabus)


def full_config() -> GradingConfig:
    """Return the config for the whole hidden suite."""
    return strongest(KIT.hidden_tests, read_syllabus(KIT.registry))


def solutions(config: GradingConfig) -> Submission:
    """Return the solutions as somebody's work."""
    sources = {
        topic: KIT.topic_solution(topic).read_bytes()
        for topic in config.syllabus.topic_ids
    }
    return Submission("ana", sources)


def strongest(tests: Path, syllabus: Syllabus) -> GradingConfig:
    """Return a config with the strongest sandbox that is here."""
    level = choose_level([KIT.solutions, KIT.hidden_tests], unsandboxed=False)
    return GradingConfig(level, LIMITS, tests, syllabus, SECRET)
