"""gradescope-utils: unittest with weights, as on Gradescope's machines."""

from __future__ import annotations

from collections.abc import Mapping

from bench.measure import Command

from .suite import unittest_suite
from .way import (
    INSIDE,
    ONE_THREAD,
    PEER_PYTHON,
    Verdict,
    Way,
    read_json,
    verdict,
    write_checks,
    write_class,
)


class Gradescope(Way):
    """A process per submission, as Gradescope starts one."""

    name = "gradescope-utils"
    package = "gradescope-utils"
    how = "a process per submission"
    jobs = 2

    def prepare(self, sources: Mapping[str, bytes]) -> None:
        """Write a test file, a folder per student, a folder for results."""
        write_class(self.folder, sources)
        write_checks(self.folder / "tests")
        (self.folder / "tests" / "test_checks.py").write_text(unittest_suite())
        (self.folder / "out").mkdir()

    def commands(self) -> list[Command]:
        """Grade one student after the other."""
        script = [PEER_PYTHON, INSIDE / "run_gradescope.py", self.folder / "tests"]
        return [
            Command(
                [*script, self.folder / "out" / f"{student}.json"],
                self.folder / "class" / student,
                {**ONE_THREAD, "PYTHONPATH": self.paths(student)},
            )
            for student in self.students
        ]

    def verdicts(self) -> dict[str, Verdict]:
        """Read the results."""
        found = {}
        for student in self.students:
            results = read_json(self.folder / "out" / f"{student}.json")
            passed = {
                test["name"].partition(" ")[0].removeprefix("test_")
                for test in results["tests"]
                if test["status"] == "passed"
            }
            found[student] = verdict(passed, results["score"])
        return found
