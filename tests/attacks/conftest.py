"""Fixtures of the attacks."""

import pytest

from grader.layout import KIT
from grader.syllabus import Syllabus, read_syllabus

collect_ignore = ["submissions", "suite"]


@pytest.fixture(scope="session")
def syllabus() -> Syllabus:
    return read_syllabus(KIT.registry)
