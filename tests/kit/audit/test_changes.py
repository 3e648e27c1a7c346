"""What is otherwise between two gradings is told by student, exercise and test."""

import csv

from grader.audit.changes import Change, Standing, compare, standings_of, to_csv
from grader.scoring.outcome import Outcome
from grader.scoring.score import ByHand, ExerciseScore, Score


def standings(points, outcomes, by_hand=None):
    tests = {f"f::{name}": outcome for name, outcome in outcomes.items()}
    made = ExerciseScore("a.B", points, 0.0, 2.0, tests, by_hand)
    return standings_of(Score("ana", (made,)))


def changes(*sides):
    return list(compare("ana", *(standings(*side) for side in sides)))


PASSED = {"test_a": Outcome.PASSED, "test_b": Outcome.PASSED}
HALF = {"test_a": Outcome.PASSED, "test_b": Outcome.FAILED}


def test_a_test_that_ends_otherwise_is_named_with_the_points():
    (change,) = changes((1.0, HALF), (2.0, PASSED))
    assert change == Change("ana", "a.B", 1.0, 2.0, ("test_b: failed → passed",))
    assert change.gain == 1.0
    (change,) = changes((2.0, PASSED), (1.0, HALF))
    assert (change.gain, change.tests) == (-1.0, ("test_b: passed → failed",))


def test_the_same_points_are_no_change():
    assert changes((1.0, HALF), (1.0, {**HALF, "test_c": Outcome.FAILED})) == []


def test_a_test_that_came_or_went_is_told():
    more = {**PASSED, "test_c": Outcome.TIMED_OUT}
    (change,) = changes((2.0, PASSED), (1.5, more))
    assert change.tests == ("test_c: not there → timed out",)
    (change,) = changes((1.5, more), (2.0, PASSED))
    assert change.tests == ("test_c: timed out → not there",)


def test_a_persons_decision_is_told():
    hand = ByHand(1.0, "2 by hand: heard (Rui, 2026-05-01)")
    (change,) = changes((1.0, HALF), (2.0, HALF, hand))
    assert change.tests == (hand.why,)
    (change,) = changes((2.0, HALF, hand), (1.0, HALF))
    assert change.tests == ("no longer by hand",)


def test_an_exercise_that_was_not_graded_before_is_no_change():
    new = standings(1.0, HALF)
    assert list(compare("ana", {}, new)) == []
    assert isinstance(new["a.B"], Standing)


def test_a_name_is_no_formula_in_the_table():
    rows = csv.reader(to_csv([Change("=1+1", "a.B", 1.0, 0.5, ())]).splitlines())
    assert list(rows)[1] == ["'=1+1", "a.B", "1", "0.5", "-0.5", ""]
