"""Points of a student's attempts, where several were graded."""

from __future__ import annotations

from dataclasses import dataclass

from grader.results.result import Result


@dataclass(frozen=True)
class OverTime:
    """Points that the course counts, of the first, last and best attempt."""

    student: str
    of: int
    """How many attempts were graded."""
    first: float
    last: float
    best: float
    best_number: int
    """Which of all attempts is the best; of equal ones the later."""
    max: float

    @property
    def gain(self) -> float:
        """Return the points that came after the first attempt."""
        return self.best - self.first


def over_time(result: Result) -> OverTime | None:
    """Return a student's points over time; None where fewer than two were graded."""
    points = [(a.adjusted, a.attempt) for a in result.attempts if a.adjusted]
    if len(points) < 2:
        return None
    totals = [(made.total, number) for made, number in points]
    best, number = max(totals)
    return OverTime(
        result.student,
        len(points),
        totals[0][0],
        totals[-1][0],
        best,
        number,
        points[-1][0].max,
    )
