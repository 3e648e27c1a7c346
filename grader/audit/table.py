"""The table of a class: a run adds to it and replaces, and drops nobody."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from grader.class_run.run import ClassRun
from grader.class_run.shards import WHOLE, Shard
from grader.errors import GraderError
from grader.exports.results import to_data, to_result
from grader.exports.table import to_csv
from grader.identity import same_student
from grader.intake import ClassFolder
from grader.results.result import Result, Status
from grader.speech import _, several

SCORES = "scores.json"
TABLE = "scores.csv"
OWN = {"shard", "students"}
"""Entries of the scores in which the parts of one class differ."""


class TableError(GraderError):
    """Results cannot stand in one table; the message says why and what to do."""


@dataclass(frozen=True)
class ClassTable:
    """The scores in a run's folder, those of earlier runs too."""

    run: ClassRun
    given: ClassFolder
    """What is to be graded, and who is missing."""
    shard: Shard = WHOLE

    @cached_property
    def earlier(self) -> Mapping[str, Any]:
        """Return the scores of the run before; nothing if they were changed."""
        return self.run.output.read_signed(SCORES) or {}

    @cached_property
    def others(self) -> Mapping[str, dict[str, Any]]:
        """Return the entries of earlier runs that stay as they are.

        Whoever is only missing now, as where a part of a class is graded, stays.

        Raises:
            TableError: they were graded in another way.
        """
        handed_in = {same_student(origin.student) for origin in self.given.origins}
        missing = {same_student(student.id) for student in self.given.missing}
        kept = {}
        for entry in self.earlier.get("students", []):
            student = same_student(entry["student"])
            again = student in missing and entry["status"] == Status.MISSING
            if student not in handed_in and not again:
                kept[student] = entry
        if kept:
            self.check(len(kept))
        return kept

    @property
    def found(self) -> ClassFolder:
        """Return what is to be graded; nobody is missing who has a result.

        Raises:
            TableError: other results were graded in another way.
        """
        missing = [
            s for s in self.given.missing if same_student(s.id) not in self.others
        ]
        return replace(self.given, missing=tuple(missing))

    def check(self, count: int) -> None:
        """Refuse entries that were graded in another way.

        Raises:
            TableError: they were.
        """
        mine = self.data([])
        names = sorted(differences(self.earlier, mine))
        if Shard.of(self.earlier) not in (WHOLE, self.shard):
            shard = _("shard ({shard})").format(shard=self.earlier["shard"])
            names = [shard, *names]
        if names:
            raise TableError(
                "{path} holds {who}, graded with another {names}: name another "
                "folder with --out, or grade the whole class again into it",
                path=self.run.output.path,
                who=several("{n} other student", "{n} other students", count),
                names=", ".join(names),
            )

    def write(self, graded: Sequence[Result]) -> None:
        """Write the results of this run, and of others that stay.

        Raises:
            WriteError: they cannot be written.
        """
        data = self.data(graded)
        data["students"] = sorted([*self.others.values(), *data["students"]], key=place)
        shard = Shard.of(self.earlier) if self.others else self.shard
        results = [to_result(entry) for entry in data["students"]]
        lines = to_csv(results, self.run.config.syllabus)
        self.run.output.write(TABLE, lines)
        self.run.output.write_signed(SCORES, shard.marked(data))

    def data(self, results: Sequence[Result]) -> dict[str, Any]:
        """Return the scores of this run alone."""
        run = self.run
        return to_data(results, run.config.syllabus, run.environment, run.policy)


def place(entry: Mapping[str, Any]) -> tuple[bool, str]:
    """Return what orders the students of a class: who did not hand in comes last."""
    return entry["status"] == Status.MISSING, entry["student"]


def differences(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[str]:
    """Return the names of what two parts of a class should have in common."""
    found = []
    for name in sorted((one.keys() | other.keys()) - OWN):
        mine, theirs = one.get(name), other.get(name)
        if isinstance(mine, dict) and isinstance(theirs, dict):
            keys = sorted(mine.keys() | theirs.keys())
            found += [key for key in keys if mine.get(key) != theirs.get(key)]
        elif mine != theirs:
            found.append(name)
    return found
