"""Item statistics of exercises, in the terms and formulas of quiz statistics.

Source: Moodle's "Quiz statistics calculations" (docs.moodle.org/dev). As there, an
exercise is compared with the points of all *other* ones.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist, correlation, fmean, stdev

MIN_STUDENTS = 10
"""With fewer, an index says more about chance than about the exercise."""
Z = NormalDist().inv_cdf(0.975)

Interval = tuple[float, float]


@dataclass(frozen=True)
class Item:
    """What an exercise's points tell of it; None is undefined, and never a zero."""

    n: int
    """Students who count."""
    facility: float | None = None
    """Mean share of the points that could be had, 0 to 1."""
    facility_interval: Interval | None = None
    """95 % interval, by the normal distribution of a mean."""
    discrimination: float | None = None
    """Correlation with the points of all other exercises, −1 to 1."""
    discrimination_interval: Interval | None = None
    """95 % interval, by Fisher's transformation."""
    efficiency: float | None = None
    """The covariance with the others, of the largest that these points allow."""

    @property
    def suspect(self) -> bool:
        """Say whether those who do well elsewhere do worse here."""
        return self.discrimination is not None and self.discrimination < 0


def describe_item(shares: Sequence[float], others: Sequence[float]) -> Item:
    """Return the indices of an exercise.

    Args:
        shares: of the points that could be had, 0 to 1, by student.
        others: the same students' points of all other exercises.
    """
    n = len(shares)
    if n < MIN_STUDENTS:
        return Item(n)
    facility = fmean(shares)
    half = Z * stdev(shares) / math.sqrt(n)
    interval = max(facility - half, 0.0), min(facility + half, 1.0)
    if len(set(shares)) == 1 or len(set(others)) == 1:
        return Item(n, facility, interval)
    discrimination = correlation(shares, others)
    return Item(
        n,
        facility,
        interval,
        discrimination,
        fisher_interval(discrimination, n),
        discrimination / correlation(sorted(shares), sorted(others)),
    )


def fisher_interval(r: float, n: int) -> Interval:
    """Return the 95 % interval of a correlation of n pairs."""
    if abs(r) >= 1:
        return r, r
    middle, half = math.atanh(r), Z / math.sqrt(n - 3)
    return math.tanh(middle - half), math.tanh(middle + half)
