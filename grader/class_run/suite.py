"""The hidden suite as values, so that it can go to another machine."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from grader.files import read_matching
from grader.scoring.manifest import suite_digest


class SuiteError(Exception):
    """The files are not those that the hash was made of."""


@dataclass(frozen=True)
class Suite:
    """Registry and files of tests and helpers, and the hash that they go by."""

    registry: bytes
    tests: Mapping[str, bytes]
    """By path below the suite's folder."""
    folders: tuple[str, str]
    """The last two folders of the suite, which the tests' ids name."""
    digest: str

    @classmethod
    def read(cls, registry: Path, tests: Path) -> Suite:
        """Read the registry, and the tests and helpers in a folder."""
        return cls(
            registry.read_bytes(),
            read_matching(tests, tests, "**/*.py"),
            (tests.absolute().parent.name, tests.absolute().name),
            suite_digest(registry, tests),
        )

    def unpack(self, folder: Path) -> tuple[Path, Path]:
        """Write the files, closed to others; return the registry and the tests' folder.

        Raises:
            SuiteError: what was written has another hash.
        """
        registry = folder / "exercises" / "syllabus.toml"
        tests = folder.joinpath(*self.folders)
        files = {registry: self.registry}
        files |= {tests / name: data for name, data in self.tests.items()}
        for path, data in files.items():
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(data)
        found = suite_digest(registry, tests)
        if found != self.digest:
            raise SuiteError(
                f"a suite with hash {found[:12]} arrived instead of {self.digest[:12]}"
            )
        return registry, tests
