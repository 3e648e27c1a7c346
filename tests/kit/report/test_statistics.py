"""Indices are those that an independent library computes."""

import random

import pytest
from scipy import stats

from grader.report.statistics import MIN_STUDENTS, describe_item

SIZES = (MIN_STUDENTS, 37, 400)


def a_class(n, seed):
    """Return shares of one exercise, and points of the others that go along."""
    draw = random.Random(seed)
    ability = [draw.gauss(0, 1) for _ in range(n)]
    shares = [draw.choice((0, 0.25, 1)) if a > -0.3 else 0.0 for a in ability]
    return shares, [40 + 10 * a + draw.gauss(0, 8) for a in ability]


@pytest.mark.parametrize("n", SIZES)
def test_facility_is_the_mean_with_its_interval(n):
    shares, others = a_class(n, n)
    item = describe_item(shares, others)
    low, high = stats.norm.interval(0.95, stats.tmean(shares), stats.sem(shares))
    assert item.facility == pytest.approx(stats.tmean(shares))
    assert item.facility_interval == pytest.approx((max(low, 0), min(high, 1)))


@pytest.mark.parametrize("n", SIZES)
def test_discrimination_is_the_correlation_with_its_interval(n):
    shares, others = a_class(n, n)
    item = describe_item(shares, others)
    known = stats.pearsonr(shares, others)
    assert item.discrimination == pytest.approx(known.statistic)
    assert item.discrimination_interval == pytest.approx(
        tuple(known.confidence_interval(0.95))
    )


@pytest.mark.parametrize("n", SIZES)
def test_efficiency_is_of_the_largest_covariance_there_could_be(n):
    shares, others = a_class(n, n)
    best = stats.pearsonr(sorted(shares), sorted(others)).statistic
    expected = stats.pearsonr(shares, others).statistic / best
    assert describe_item(shares, others).efficiency == pytest.approx(expected)
    assert describe_item(sorted(shares), sorted(others)).efficiency == pytest.approx(1)


def test_the_better_elsewhere_the_worse_here_is_suspect():
    others = list(range(20))
    assert describe_item([1 - x / 19 for x in others], others).suspect
    assert not describe_item([x / 19 for x in others], others).suspect


@pytest.mark.parametrize("value", [0.0, 0.4, 1.0])
def test_where_all_have_the_same_points_discrimination_is_undefined(value):
    item = describe_item([value] * 12, list(range(12)))
    assert item.facility == pytest.approx(value)
    assert item.discrimination is None
    assert item.efficiency is None
    assert not item.suspect


def test_where_all_have_the_same_elsewhere_discrimination_is_undefined():
    item = describe_item([0.0, 1.0] * 6, [7.0] * 12)
    assert item.discrimination is None


def test_of_a_few_students_nothing_is_said():
    few = MIN_STUDENTS - 1
    item = describe_item([0.5] * few, list(range(few)))
    assert (item.n, item.facility, item.discrimination) == (few, None, None)
