"""What goes into a gradebook, as values: from a result and its report."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from grader.errors import GraderError
from grader.scoring.report import Report, messages_of
from grader.scoring.score import ExerciseScore, Score
from grader.speech import _, several


class GradebookError(GraderError):
    """The gradebook cannot be written; the message says why and the next step."""


@dataclass(frozen=True)
class CellGrade:
    """The points of one exercise, and what to say about them."""

    exercise: str
    points: float
    comment: str

    @property
    def topic(self) -> str:
        """Return the topic of the exercise."""
        return self.exercise.partition(".")[0]


@dataclass(frozen=True)
class StudentGrades:
    """What one student's submission earns."""

    student: str
    submitted_at: datetime | None
    entries: tuple[CellGrade, ...]


def cell_grades_of(
    score: Score, report: Report, submitted_at: datetime | None = None
) -> StudentGrades:
    """Return what a score and its report put into the gradebook."""
    entries = tuple(
        CellGrade(e.exercise, e.points, comment_on(e, report)) for e in score.exercises
    )
    return StudentGrades(score.student, submitted_at, entries)


def comment_on(exercise: ExerciseScore, report: Report) -> str:
    """Return why points of an exercise are missing; nothing if none are."""
    lines = [exercise.by_hand.why] if exercise.by_hand else []
    messages = messages_of(report)
    said = dict.fromkeys(
        messages[n].render() for n in exercise.outcomes if n in messages
    )
    if said:
        lines.append(next(iter(said)))
    if len(said) > 1:
        lines.append(
            several(
                "… and {n} more test does not pass.",
                "… and {n} more tests do not pass.",
                len(said) - 1,
            )
        )
    if exercise.open:
        lines.append(_("A GPU decides {points:g} more.").format(points=exercise.open))
    return "\n".join(lines)
