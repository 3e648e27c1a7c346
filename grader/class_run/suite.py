"""The hidden suite as values, so that it can go to another machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.errors import GraderError
from grader.files import read_matching
from grader.layout import Layout
from grader.scoring.manifest import suite_digest


class SuiteError(GraderError):
    """The files are not those that the hash was made of."""


@dataclass(frozen=True)
class Suite:
    """Registry, solutions, tests and helpers, and the hash that they go by."""

    registry: bytes
    solutions: Mapping[str, bytes]
    """The reference solutions, by name."""
    tests: Mapping[str, bytes]
    """By path below the suite's folder."""
    folders: tuple[str, str]
    """The last two folders of the suite, which the tests' ids name."""
    digest: str

    @classmethod
    def read(cls, course: Layout, tests: Path) -> Suite:
        """Read a course's registry and solutions, and the tests in a folder."""
        return cls(
            course.registry.read_bytes(),
            read_matching(course.solutions, course.solutions, "*.py"),
            read_matching(tests, tests, "**/*.py"),
            (tests.absolute().parent.name, tests.absolute().name),
            suite_digest(course, tests),
        )

    def unpack(self, folder: Path) -> tuple[Layout, Path]:
        """Write the files, closed to others; return the course and the tests' folder.

        Raises:
            SuiteError: what was written has another hash.
        """
        course = Layout(folder)
        tests = folder.joinpath(*self.folders)
        files = {course.registry: self.registry}
        files |= {course.solutions / n: data for n, data in self.solutions.items()}
        files |= {tests / name: data for name, data in self.tests.items()}
        for path, data in files.items():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
        found = suite_digest(course, tests)
        if found != self.digest:
            raise SuiteError(
                "a suite with hash {found} arrived instead of {sent}",
                found=found[:12],
                sent=self.digest[:12],
            )
        return course, tests
