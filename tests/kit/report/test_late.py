"""Who was late stands there by rule or mark, whatever the words of it are."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from grader.policy.course import Extension, LateRule, Policy
from grader.report.late import Late, find_late
from grader.results.result import Result, Status
from grader.scoring.score import ExerciseScore, Score

DUE = datetime(2026, 5, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)
RULES = Policy(
    due={"a": DUE, "b": DUE},
    late=LateRule(Fraction(10), grace_minutes=90, marked_days=2),
    extensions=(Extension("rui", 1),),
)


def late(student="ana", policy=RULES, **when):
    made = tuple(ExerciseScore(f"{t}.X", 1.0, 0.0, 1.0, {}) for t in ("a", "b"))
    result = Result(student, Status.GRADED, Score(student, made), **when)
    return list(find_late(result, policy))


@pytest.mark.parametrize(
    ("hours", "days", "percent"), [(1, 0, 0.0), (2, 1, 10.0), (25, 2, 20.0)]
)
def test_days_that_have_begun_count(hours, days, percent):
    found = late(submitted_at=DUE + hours * HOUR)
    assert found == [Late("ana", ("a", "b"), days, percent, marked=False)]


def test_who_is_in_time_or_has_an_extension_is_not_late():
    assert late(submitted_at=DUE) == []
    assert late("rui", submitted_at=DUE + 23 * HOUR) == []


def test_topics_with_times_of_their_own_stand_apart():
    found = late(submitted_at=DUE, times={"b": DUE + 30 * HOUR})
    assert found == [Late("ana", ("b",), 2, 20.0, marked=False)]


def test_a_mark_without_a_time_counts_as_the_course_says():
    assert late(marked_late=True) == [Late("ana", ("a", "b"), 2, 20.0, marked=True)]


def test_a_mark_is_told_where_the_course_has_no_rule():
    assert late(policy=Policy(), marked_late=True) == [
        Late("ana", (), None, 0.0, marked=True)
    ]


def test_who_has_no_score_is_not_late():
    result = Result("ana", Status.NOT_GRADED, marked_late=True)
    assert list(find_late(result, RULES)) == []
