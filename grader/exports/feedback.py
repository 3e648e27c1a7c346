"""What a student may see of a graded submission: points and messages by exercise.

Names of hidden tests, their sources and the seeds of their inputs are not part of it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from grader.scoring.message import Message
from grader.scoring.outcome import Outcome
from grader.scoring.report import Report, first_message, messages_of
from grader.scoring.score import ExerciseScore, Score, add
from grader.speech import _
from grader.syllabus import Syllabus
from grader.text import without_controls

STAGES = ("setup", "call", "teardown")


@dataclass(frozen=True)
class Line:
    """One exercise of a submission."""

    exercise: str
    number: str
    """Its place in the course: topic and exercise, as 2.3."""
    title: str
    points: float
    open: float
    max: float
    outcome: Outcome
    """Of the first test that does not pass, if one does not."""
    message: Message | None
    """Of the first test that says something; None if all pass."""
    seconds: float
    by_hand: str = ""
    """Who decided on the points, and why, if a person did."""

    @property
    def topic(self) -> str:
        """Return the topic of the exercise."""
        return self.exercise.partition(".")[0]

    @property
    def reachable(self) -> float:
        """Return the points that could be had where it was graded."""
        return round(self.max - self.open, 2)

    @property
    def full(self) -> bool:
        """Say whether nothing is missing that could be had where it was graded."""
        return self.points == self.reachable

    @property
    def file(self) -> str:
        """Return the student's file, as handed out."""
        return f"exercises/{self.topic}.py"

    @property
    def text(self) -> str:
        """Return what a person decided, and the message; empty if all pass."""
        said = [self.by_hand, self.message.render() if self.message else ""]
        return without_controls("\n".join(filter(None, said)))

    @property
    def place(self) -> int | None:
        """Return the line of the file that the message tells of, if it tells of one."""
        at = self.message and self.message.at
        return at.number if at and at.file == f"{self.topic}.py" else None


@dataclass(frozen=True)
class Feedback:
    """A graded submission as its student may see it; points are those earned."""

    student: str
    lines: tuple[Line, ...]

    @property
    def total(self) -> float:
        """Return the points of all exercises."""
        return add(line.points for line in self.lines)

    @property
    def open(self) -> float:
        """Return the points that only a GPU can decide."""
        return add(line.open for line in self.lines)

    @property
    def reachable(self) -> float:
        """Return the points that could be had where it was graded."""
        return add(line.reachable for line in self.lines)

    @property
    def full(self) -> bool:
        """Say whether nothing is missing that could be had where it was graded."""
        return all(line.full for line in self.lines)

    @property
    def summary(self) -> str:
        """Return the points in one line."""
        return points_in_words(self.total, self.open, self.reachable)


def points_in_words(total: float, left: float, most: float) -> str:
    """Return points in one line, with those that only a GPU can decide, if any."""
    said = (
        _("{points:g} of {most:g} points, {open:g} open (no GPU here)")
        if left
        else _("{points:g} of {most:g} points")
    )
    return said.format(points=total, most=most, open=left)


def make_feedback(score: Score, report: Report, syllabus: Syllabus) -> Feedback:
    """Return what a student may see of a score and its report."""
    said = messages_of(report)
    tests = {test["nodeid"]: test for test in report["tests"]}
    lines = (
        Line(
            made.exercise,
            syllabus.numbers[made.exercise],
            without_controls(_(syllabus.exercises[made.exercise].title)),
            made.points,
            made.open,
            made.max,
            outcome_of(made),
            first_message(made.outcomes, said),
            round(sum(seconds(tests.get(n, {})) for n in made.outcomes), 3),
            made.by_hand.why if made.by_hand else "",
        )
        for made in score.exercises
    )
    return Feedback(without_controls(score.student), tuple(lines))


def outcome_of(made: ExerciseScore) -> Outcome:
    """Return the outcome of the first test that does not pass, if one does not."""
    outcomes = list(made.outcomes.values())
    lost = [o for o in outcomes if o not in (Outcome.PASSED, Outcome.NO_GPU)]
    if lost:
        return lost[0]
    return Outcome.PASSED if Outcome.PASSED in outcomes else Outcome.NO_GPU


def seconds(test: Mapping[str, Any]) -> float:
    """Return how long a test took."""
    return sum(float(test.get(stage, {}).get("duration", 0.0)) for stage in STAGES)
