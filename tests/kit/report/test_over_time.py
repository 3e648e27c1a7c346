"""Points of first, last and best attempt are those of an independent count."""

import numpy as np
import pytest

from grader.policy import Adjusted
from grader.policy.adjust import AdjustedTopic
from grader.report.over_time import over_time
from grader.results.result import Result, Status


def attempts(*points):
    made = tuple(
        Result(
            "ana",
            Status.NOT_GRADED if p is None else Status.GRADED,
            attempt=number,
            adjusted=None
            if p is None
            else Adjusted((AdjustedTopic("t", p, 0.0, 9.0),)),
        )
        for number, p in enumerate(points, 1)
    )
    return Result("ana", Status.GRADED, attempts=made)


@pytest.mark.parametrize("seed", range(5))
def test_first_last_and_best_are_found(seed):
    points = np.random.default_rng(seed).permutation(9)[: 2 + seed].astype(float)
    found = over_time(attempts(*points.tolist()))
    assert (found.first, found.last) == (points[0], points[-1])
    assert found.best == points.max()
    assert found.best_number == points.argmax() + 1
    assert found.gain == np.maximum.accumulate(points)[-1] - points[0]
    assert (found.of, found.max) == (len(points), 9.0)


def test_of_equal_attempts_the_later_is_the_best():
    assert over_time(attempts(4.0, 4.0, 1.0)).best_number == 2


def test_an_attempt_without_a_score_is_no_zero():
    found = over_time(attempts(None, 2.0, 3.0))
    assert (found.of, found.first, found.best_number) == (2, 2.0, 3)


@pytest.mark.parametrize("points", [(), (2.0,), (None, 2.0)])
def test_one_attempt_has_no_history(points):
    assert over_time(attempts(*points)) is None
