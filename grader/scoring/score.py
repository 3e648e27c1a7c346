"""Scores: a pure function of a report, the manifest and the syllabus."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from grader.errors import GraderError
from grader.scoring.manifest import Check, Manifest
from grader.scoring.outcome import Outcome
from grader.scoring.report import Report, outcome_of, traceback_of, with_unpassed
from grader.syllabus import Exercise, Syllabus


@dataclass(frozen=True)
class ByHand:
    """That a person decided on the points of an exercise."""

    automatic: float
    """The points that the tests give."""
    why: str
    """Who decided what, and why."""
    moved: bool = False
    """Whether the tests gave other points when it was decided."""


@dataclass(frozen=True)
class ExerciseScore:
    """The points of one exercise, rounded to two decimals, and its tests' outcomes."""

    exercise: str
    points: float
    open: float
    """Points of tests that were not run for want of a GPU."""
    max: float
    outcomes: Mapping[str, Outcome]
    """By node id of the test."""
    by_hand: ByHand | None = None

    @property
    def topic(self) -> str:
        """Return the topic of the exercise."""
        return self.exercise.partition(".")[0]


@dataclass(frozen=True)
class Score:
    """The points of one submission."""

    student: str
    exercises: tuple[ExerciseScore, ...]

    @property
    def total(self) -> float:
        """Return the points of all exercises."""
        return add(e.points for e in self.exercises)

    @property
    def open(self) -> float:
        """Return the points that only a GPU can decide."""
        return add(e.open for e in self.exercises)

    @property
    def max(self) -> float:
        """Return the points that can be had, open ones included."""
        return add(e.max for e in self.exercises)

    @property
    def topics(self) -> dict[str, float]:
        """Return the points of each topic."""
        points: dict[str, list[float]] = {}
        for exercise in self.exercises:
            points.setdefault(exercise.topic, []).append(exercise.points)
        return {topic: add(of_topic) for topic, of_topic in points.items()}


class KitFaultError(GraderError):
    """A test itself failed to run, so there is no score."""


def add(points: Iterable[float]) -> float:
    """Return a sum of points, rounded as points are."""
    return round(sum(points), 2)


def score(
    student: str, report: Report, manifest: Manifest, syllabus: Syllabus
) -> Score:
    """Score a report against the manifest.

    A test that is missing from the report, or stands in it twice, earns nothing:
    only what is expected and passed counts.

    Raises:
        KitFaultError: a test of the kit failed to run.
    """
    return score_outcomes(student, read_outcomes(report), manifest, syllabus)


def score_outcomes(
    student: str,
    outcomes: Mapping[str, Outcome],
    manifest: Manifest,
    syllabus: Syllabus,
) -> Score:
    """Score the outcomes of tests, by node id; one that is missing earns nothing."""
    exercises = []
    for exercise in syllabus.exercises.values():
        checks = manifest.by_exercise.get(exercise.id)
        if not checks:
            continue
        mine = {c.nodeid: outcomes.get(c.nodeid, Outcome.FAILED) for c in checks}
        everywhere = [c for c in checks if not c.cuda]
        on_a_gpu = [c for c in checks if c.cuda]
        earned = exercise.points * passed(everywhere, mine, manifest)
        earned += exercise.cuda_points * passed(on_a_gpu, mine, manifest)
        not_run = [c for c in on_a_gpu if mine[c.nodeid] is Outcome.NO_GPU]
        open_points = exercise.cuda_points * share_of(not_run, manifest)
        exercises.append(
            ExerciseScore(
                exercise.id,
                round(float(earned), 2),
                round(float(open_points), 2),
                max_points(exercise, checks),
                mine,
            )
        )
    return Score(student, tuple(exercises))


def passed(
    checks: Sequence[Check], outcomes: Mapping[str, Outcome], manifest: Manifest
) -> Fraction:
    """Return the share of tests, which add up to 1, that are passed; 0 of none."""
    lost = [c for c in checks if outcomes[c.nodeid] is not Outcome.PASSED]
    return bool(checks) - share_of(lost, manifest)


def share_of(checks: Iterable[Check], manifest: Manifest) -> Fraction:
    """Return the share of some tests of an exercise."""
    return sum((manifest.shares[c.nodeid] for c in checks), Fraction(0))


def max_points(exercise: Exercise, checks: Iterable[Check]) -> float:
    """Return the points of an exercise, those for a GPU if it has such tests."""
    has_cuda = any(check.cuda for check in checks)
    return float(exercise.points + (exercise.cuda_points if has_cuda else 0))


def read_outcomes(report: Report) -> dict[str, Outcome]:
    """Return the outcome of every test that stands in the report once.

    Raises:
        KitFaultError: a test of the kit failed to run.
    """
    outcomes: dict[str, Outcome] = {}
    seen: set[str] = set()
    for test in report["tests"]:
        nodeid = test["nodeid"]
        outcome = outcome_of(test)
        if outcome is Outcome.KIT_ERROR:
            raise KitFaultError(
                "{nodeid} failed to run:\n{test}",
                nodeid=nodeid,
                test=traceback_of(test),
            )
        if nodeid in seen:
            outcomes.pop(nodeid, None)
            continue
        seen.add(nodeid)
        outcomes[nodeid] = outcome
    return outcomes


def read_unpassed(report: Report, manifest: Manifest) -> Report:
    """Return a report with an entry for the tests that were not passed.

    Raises:
        KitFaultError: a test of the kit failed to run.
    """
    outcomes = read_outcomes(report)
    expected = {
        nodeid: outcomes.get(nodeid, Outcome.FAILED)
        for nodeid in covered(report, manifest)
    }
    lost = {n: o.value for n, o in expected.items() if o is not Outcome.PASSED}
    return with_unpassed(report, lost)


def score_unpassed(
    student: str, report: Report, manifest: Manifest, syllabus: Syllabus
) -> Score:
    """Score a report by its entry `unpassed`, without a look at its tests."""
    outcomes = dict.fromkeys(covered(report, manifest), Outcome.PASSED)
    outcomes |= {n: Outcome(o) for n, o in report["unpassed"].items()}
    return score_outcomes(student, outcomes, manifest, syllabus)


def covered(report: Report, manifest: Manifest) -> Iterator[str]:
    """Yield the node ids of the tests that a report's exercises expect."""
    for exercise in report["environment"]["exercises"]:
        for check in manifest.by_exercise.get(exercise, ()):
            yield check.nodeid
