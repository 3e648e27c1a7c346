"""Fixtures of the kit's own tests: small suites, warm boxes, ready submissions."""

from pathlib import Path

import hypothesis
import pytest

from grader.box.isolation import Level, choose_level
from grader.box.limits import Limits
from grader.class_run.pool import JudgePool
from grader.layout import KIT
from grader.sim import register
from grader.syllabus import Syllabus, read_syllabus

register()  # must come before the first backward pass of any test

hypothesis.settings.register_profile("kit", deadline=None)
hypothesis.settings.load_profile("kit")

QUICK = Limits(test_seconds=2.0, topic_seconds=60.0)


@pytest.fixture(scope="session")
def syllabus() -> Syllabus:
    return read_syllabus(KIT.registry)


@pytest.fixture(scope="session")
def level() -> Level:
    return choose_level([KIT.solutions, KIT.hidden_tests], unsandboxed=True)


@pytest.fixture(scope="session")
def pool(level: Level):
    with JudgePool(level, 2, QUICK, KIT.hidden_tests) as judges:
        yield judges


@pytest.fixture
def solution():
    def read(topic: str) -> bytes:
        return Path(KIT.solutions, f"{topic}.py").read_bytes()

    return read
