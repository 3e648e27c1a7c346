"""Our ways: the commands for a class and for one submission, with the 48 tests."""

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

    def command(
        self, verb: str, *arguments: str | Path, statuses: tuple[int, ...] = (0,)
    ) -> Command:
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
            statuses,
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


class OursOnce(Ours):
    """All of it anew for each submission, as a CI job or Gradescope does."""

    how = "`grader grade-one`, sandbox on, verdict in another process"

    def commands(self) -> list[Command]:
        """Grade one student after the other."""
        return [
            self.command(
                *("grade-one", self.folder / "class" / student),
                *("--report", self.folder / "out" / f"{student}.json"),
                *("--write", f"gradescope={self.folder}/out/{student}-results.json"),
                statuses=(0, 1),
            )
            for student in self.students
        ]

    def verdicts(self) -> dict[str, Verdict]:
        """Read reports, and what goes to Gradescope."""
        out = self.folder / "out"
        return {
            student: verdict(
                passed(read_json(out / f"{student}.json")),
                read_json(out / f"{student}-results.json")["score"],
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
