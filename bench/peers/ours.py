"""Our way: the command for a class, with the 48 tests."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from bench.measure import Command
from grader.layout import KIT, Layout

from .suite import TESTS, TOPIC, our_suite
from .way import Verdict, Way, read_json, verdict, write_class


class Ours(Way):
    """One judge and one sandbox, warm for the whole class."""

    name = "this kit"
    how = "sandbox on, verdict in another process"

    def prepare(self, sources: Mapping[str, bytes]) -> None:
        """Write a course whose hidden tests are the 48."""
        write_class(self.folder, sources)
        write_course(self.folder, our_suite())

    def commands(self) -> list[Command]:
        """Grade the class."""
        work, out = self.folder / "class", self.folder / "out"
        return [self.command("grade", work, "--out", out, "--jobs", str(self.jobs))]

    def command(self, verb: str, *arguments: str | Path) -> Command:
        """Return a command that an instructor would type."""
        course = course_in(self.folder).root
        exercises = ",".join(dict.fromkeys(test.exercise for test in TESTS))
        return Command(
            [
                *(sys.executable, "-m", "grader", "--kit", course, verb, *arguments),
                *("--only", exercises, "--limit", "test_seconds=60"),
            ],
            KIT.root,
            {"GRADER_SECRET": "bench"},
        )

    def verdicts(self) -> dict[str, Verdict]:
        """Read reports and scores."""
        scores = read_json(self.folder / "out" / "scores.json")
        points = {s["student"]: s["total"] for s in scores["students"]}
        return {
            student: verdict(
                passed(read_json(self.folder / f"out/reports/{student}.json")),
                points[student],
            )
            for student in self.students
        }


def passed(report: Mapping[str, Any]) -> set[str]:
    """Return the names of the tests that pass."""
    return {
        test["nodeid"].rpartition("::test_")[2]
        for test in report["tests"]
        if test["outcome"] == "passed"
    }


def course_in(folder: Path) -> Layout:
    """Return the course in the folder of a way."""
    return Layout(folder / "course")


def write_course(folder: Path, suite: str) -> None:
    """Write a course with the kit's registry, a solution, and one file of tests."""
    course = course_in(folder)
    for path in (KIT.registry, KIT.topic_solution(TOPIC)):
        target = course.root / path.relative_to(KIT.root)
        target.parent.mkdir(parents=True)
        shutil.copyfile(path, target)
    course.hidden_tests.mkdir(parents=True)
    (course.hidden_tests / "test_checks.py").write_text(suite)
