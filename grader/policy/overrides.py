"""What a person decided on points: it goes before what the tests give."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from grader.errors import GraderError
from grader.identity import same_student
from grader.scoring.manifest import Manifest
from grader.scoring.score import ByHand, ExerciseScore, Score, score_outcomes
from grader.speech import _
from grader.syllabus import Syllabus

EVERYBODY = ""
"""In the place of a student: all of them."""


class OverrideError(GraderError):
    """A decision cannot be taken, or was changed; the message says what to do."""


@dataclass(frozen=True)
class Override:
    """One decision: points in place of the automatic ones, or a test left out."""

    student: str
    exercise: str
    reason: str
    by: str
    at: datetime
    """With a time zone."""
    points: float | None = None
    drop: str = ""
    """The name of a test function that does not count, as `test_it_adds`."""
    automatic: float | None = None
    """What the tests gave one student then; None for everybody."""

    @property
    def why(self) -> str:
        """Return who decided what, and why."""
        what = _("a test is left out")
        if not self.drop:
            what = _("{points:g} by hand").format(points=self.points)
        return f"{what}: {self.reason} ({self.by}, {self.at:%Y-%m-%d})"

    def is_about(self, student: str, exercise: str) -> bool:
        """Say whether it holds for a student's exercise."""
        if exercise != self.exercise:
            return False
        whose = same_student(self.student)
        return whose in (EVERYBODY, same_student(student))

    def replaces(self, other: Override) -> bool:
        """Say whether it stands in the place of an older one."""
        mine, theirs = ((o.student, o.exercise, o.drop) for o in (self, other))
        return mine == theirs


@dataclass(frozen=True)
class Overrides:
    """All decisions on a class, the oldest first."""

    entries: Sequence[Override] = ()

    def and_now(self, entry: Override) -> Overrides:
        """Return them with one more, which replaces an older one on the same."""
        kept = [old for old in self.entries if not entry.replaces(old)]
        return Overrides((*kept, entry))

    def without(self, student: str, exercise: str) -> Overrides:
        """Return them without those on a student's exercise, or on everybody's."""
        kept = [
            old
            for old in self.entries
            if (same_student(old.student), old.exercise)
            != (same_student(student), exercise)
        ]
        return Overrides(tuple(kept))

    def apply(self, score: Score, manifest: Manifest, syllabus: Syllabus) -> Score:
        """Return a score, with outcomes, as the decisions will have it."""
        changed = (
            self.decide(made, score.student, manifest, syllabus)
            for made in score.exercises
        )
        return replace(score, exercises=tuple(changed))

    def decide(
        self,
        made: ExerciseScore,
        student: str,
        manifest: Manifest,
        syllabus: Syllabus,
    ) -> ExerciseScore:
        """Return the points of one exercise; those of a single student go last."""
        mine = [e for e in self.entries if e.is_about(student, made.exercise)]
        if not mine:
            return made
        mine.sort(key=lambda entry: entry.student != EVERYBODY)
        decided = made
        if dropped := {entry.drop for entry in mine if entry.drop}:
            left = manifest.only([made.exercise]).without(dropped)
            part = syllabus.restricted([made.exercise])
            again = score_outcomes(student, made.outcomes, left, part)
            decided = next(iter(again.exercises), made)
        if given := [e for e in mine if e.points is not None]:
            points = min(given[-1].points or 0.0, made.max)
            decided = replace(decided, points=points, open=0.0, max=made.max)
        known = [e.automatic for e in mine if e.automatic is not None]
        by_hand = ByHand(
            made.points,
            "; ".join(entry.why for entry in mine),
            moved=any(points != made.points for points in known),
        )
        return replace(decided, outcomes=made.outcomes, by_hand=by_hand)


NONE = Overrides()


def reasons_of(score: Score) -> Iterator[str]:
    """Yield, of each exercise that a person decided on, why."""
    for made in score.exercises:
        if hand := made.by_hand:
            said = _("{exercise}: {why}; the tests give {points:g}")
            if hand.moved:
                said = _(
                    "{exercise}: {why}; the tests give {points:g} now, and gave others "
                    "then"
                )
            yield said.format(
                exercise=made.exercise, why=hand.why, points=hand.automatic
            )
