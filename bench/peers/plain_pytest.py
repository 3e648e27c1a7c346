"""Plain pytest with pytest-json-report: no sandbox, verdict beside the submission."""

from __future__ import annotations

from collections.abc import Mapping

from bench.measure import Command

from .suite import pytest_suite
from .way import (
    INSIDE,
    ONE_THREAD,
    PEER_PYTHON,
    Verdict,
    Way,
    points_of,
    read_json,
    verdict,
    write_checks,
    write_class,
)

REPORTING = (
    *("-p", "pytest_metadata.plugin", "-p", "pytest_jsonreport.plugin"),
    "--json-report",
)
OPTIONS = (
    *("-q", "-c", "/dev/null", "--noconftest", "-p", "no:cacheprovider"),
    *REPORTING,
)
LEAN = {"PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}


class PlainPytest(Way):
    """A process per submission."""

    name = "pytest + json-report"
    package = "pytest-json-report"
    how = "a process per submission"
    jobs = 2

    def prepare(self, sources: Mapping[str, bytes]) -> None:
        """Write a test file, a folder per student, a folder for reports."""
        write_class(self.folder, sources)
        write_checks(self.folder / "tests")
        (self.folder / "tests" / "test_checks.py").write_text(pytest_suite())
        (self.folder / "out").mkdir()

    def commands(self) -> list[Command]:
        """Grade one student after the other."""
        return [
            Command(
                [
                    *(PEER_PYTHON, "-m", "pytest", *OPTIONS),
                    f"--json-report-file={self.folder}/out/{student}.json",
                    f"{self.folder}/tests/test_checks.py",
                ],
                self.folder / "class" / student,
                {**ONE_THREAD, **LEAN, "PYTHONPATH": self.paths(student)},
                statuses=(0, 1),
            )
            for student in self.students
        ]

    def verdicts(self) -> dict[str, Verdict]:
        """Read the reports."""
        found = {}
        for student in self.students:
            report = read_json(self.folder / "out" / f"{student}.json")
            passed = {
                test["nodeid"].rpartition("::test_")[2]
                for test in report["tests"]
                if test["outcome"] == "passed"
            }
            found[student] = verdict(passed, points_of(passed))
        return found


class ForkedPytest(PlainPytest):
    """A fork of one warm process per submission: faster than pytest's own way."""

    name = "pytest + json-report, forked"
    how = "a fork of a warm process, by a loop of one's own"
    jobs = 1

    def commands(self) -> list[Command]:
        """Grade all of them in forks of one process."""
        script = [PEER_PYTHON, INSIDE / "forked_pytest.py", self.folder, *self.students]
        return [Command(script, self.folder, {**ONE_THREAD, **LEAN})]
