"""Our way: `ClassRun` with judges and sandboxes, as `grader grade` does it."""

from __future__ import annotations

import sys
from collections.abc import Mapping

from bench.measure import Command
from grader.layout import KIT

from .suite import our_suite
from .way import Verdict, Way, read_json, verdict, write_class


class Ours(Way):
    """One judge and one sandbox, warm for the whole class."""

    name = "this kit"
    how = "sandbox on, verdict in another process"

    def prepare(self, sources: Mapping[str, bytes]) -> None:
        """Write a suite for the judge."""
        write_class(self.folder, sources)
        (self.folder / "suite").mkdir()
        (self.folder / "suite" / "test_checks.py").write_text(our_suite())

    def commands(self) -> list[Command]:
        """Grade the class."""
        script = [sys.executable, "-m", "bench.peers.inside.grade_ours"]
        return [Command([*script, self.folder, str(self.jobs)], KIT.root)]

    def verdicts(self) -> dict[str, Verdict]:
        """Read reports and scores."""
        scores = read_json(self.folder / "out" / "scores.json")
        points = {s["student"]: s["total"] for s in scores["students"]}
        reports = {
            s: read_json(self.folder / f"out/reports/{s}.json") for s in self.students
        }
        return {
            student: verdict(
                {
                    test["nodeid"].rpartition("::test_")[2]
                    for test in report["tests"]
                    if test["outcome"] == "passed"
                },
                points[student],
            )
            for student, report in reports.items()
        }
