"""Who gained or lost what between two gradings, in which exercise, by which test."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from sys import intern

from grader.class_run.run import ClassRun, read_manifest
from grader.exports.plain import neutralise
from grader.results.output import report_name
from grader.results.result import Result
from grader.scoring.outcome import Outcome
from grader.scoring.score import Score, score_unpassed
from grader.speech import _, mark

FILE = "changes.csv"
UNKNOWN = mark("not there")


@dataclass(frozen=True, slots=True)
class Standing:
    """The points of an exercise, and the tests that were not passed, of all."""

    points: float
    lost: Mapping[str, Outcome]
    """Outcomes by node id."""
    tests: frozenset[str]
    by_hand: str = ""
    """What a person decided, and why."""


@dataclass(frozen=True)
class Change:
    """Other points of a student in an exercise, and the tests that ended otherwise."""

    student: str
    exercise: str
    before: float
    after: float
    tests: tuple[str, ...]

    @property
    def gain(self) -> float:
        """Return the points gained; below 0 if lost."""
        return round(self.after - self.before, 2)


@cache
def shared(tests: frozenset[str]) -> frozenset[str]:
    """Return the one set of these tests, which all students have in common."""
    return tests


def standings_of(score: Score) -> dict[str, Standing]:
    """Return where a score stands, by exercise."""
    return {
        made.exercise: Standing(
            made.points,
            {intern(n): o for n, o in made.outcomes.items() if o != Outcome.PASSED},
            shared(frozenset(map(intern, made.outcomes))),
            made.by_hand.why if made.by_hand else "",
        )
        for made in score.exercises
    }


def compare(
    student: str, old: Mapping[str, Standing], new: Mapping[str, Standing]
) -> Iterator[Change]:
    """Yield the exercises, graded both times, in which a student has other points."""
    for exercise, after in new.items():
        before = old.get(exercise)
        if before is not None and before.points != after.points:
            tests = tuple(ended_otherwise(before, after))
            yield Change(student, exercise, before.points, after.points, tests)


def ended_otherwise(before: Standing, after: Standing) -> Iterator[str]:
    """Yield each test that did not end as before, and what a person decided else."""
    for nodeid in sorted(before.tests | after.tests):
        ends = [
            s.lost.get(nodeid, Outcome.PASSED) if nodeid in s.tests else UNKNOWN
            for s in (before, after)
        ]
        if ends[0] != ends[1]:
            yield f"{nodeid.rpartition('::')[2]}: {_(ends[0])} → {_(ends[1])}"
    if before.by_hand != after.by_hand:
        yield after.by_hand or _("no longer by hand")


class Earlier:
    """What a folder of results said of some students before a run."""

    def __init__(self, run: ClassRun, students: Iterable[str]) -> None:
        """Read it, before the run writes anything."""
        self.standings: dict[str, dict[str, Standing]] = {}
        manifest = read_manifest(run.output)
        if manifest is None:
            return
        syllabus = run.config.syllabus
        known = manifest.only(syllabus.exercises)
        for student in students:
            report = run.output.read_report(report_name(student), before="tests")
            if report is not None:
                made = score_unpassed(student, report, known, syllabus)
                made = run.overrides.apply(made, known, syllabus)
                covered = report["environment"]["exercises"]
                self.standings[student] = {
                    exercise: standing
                    for exercise, standing in standings_of(made).items()
                    if exercise in covered
                }

    def changes(self, results: Sequence[Result]) -> list[Change]:
        """Return what is otherwise in the results of the run."""
        return [
            change
            for result in results
            if result.score is not None and result.student in self.standings
            for change in compare(
                result.student,
                self.standings[result.student],
                standings_of(result.score),
            )
        ]


def to_csv(changes: Sequence[Change]) -> str:
    """Return a row for each change."""
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow(["student", "exercise", "before", "after", "gain", "tests"])
    for change in changes:
        points = (f"{n:g}" for n in (change.before, change.after, change.gain))
        tests = neutralise("; ".join(change.tests))
        writer.writerow([neutralise(change.student), change.exercise, *points, tests])
    return stream.getvalue()
