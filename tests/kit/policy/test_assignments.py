"""An assignment is a part of the course with rules of its own."""

from datetime import UTC, datetime
from fractions import Fraction

import pytest

from grader.layout import Layout
from grader.policy import CourseError, find_part, find_rules, given, parse_policy
from grader.policy.course import OpenPoints
from grader.syllabus import SyllabusError

COURSE = """
open = "full"

[weights]
alpha = 2
beta = 3

[exercises]
bonus = ["deep"]

[due]
alpha = 2026-10-01T00:00:00Z

[assignment.ps1]
topics = ["alpha"]
exercises = ["beta.spread"]
due = 2026-11-01T00:00:00Z
weights = { beta = 1 }
required = ["deep"]
bonus = ["alpha.Scale"]
open = "none"

[assignment.ps2]
exercises = ["beta.top"]
due = { beta = 2026-12-01T00:00:00Z }
"""


def day(month):
    return datetime(2026, month, 1, tzinfo=UTC)


@pytest.fixture
def layout(tmp_path):
    (tmp_path / "course.toml").write_text(COURSE)
    return Layout(tmp_path)


def test_the_course_s_rules_hold_without_an_assignment(small):
    policy = parse_policy(COURSE, "c.toml", small)

    assert policy.open is OpenPoints.FULL
    assert policy.weights == {"alpha": 2, "beta": 3}
    assert policy.due == {"alpha": day(10)}
    assert policy.bonus == {"beta.spread"}
    assert policy.assignment == ""


def test_an_assignment_s_own_rules_go_before_the_course_s(small):
    policy = parse_policy(COURSE, "c.toml", small, "ps1")

    assert policy.open is OpenPoints.NONE
    assert policy.weights == {"alpha": 2, "beta": Fraction(1)}
    assert policy.due == {"alpha": day(11), "beta": day(11)}
    assert policy.bonus == {"alpha.Scale"}
    assert policy.assignment == "ps1"


def test_what_an_assignment_does_not_say_is_the_course_s(small):
    policy = parse_policy(COURSE, "c.toml", small, "ps2")

    assert policy.open is OpenPoints.FULL
    assert policy.due == {"alpha": day(10), "beta": day(12)}
    assert policy.bonus == {"beta.spread"}


def test_what_was_given_is_a_part_of_the_registry(layout, small):
    policy = find_rules(layout, small, None, "ps1")

    assert list(given(small, policy).exercises) == [
        *("alpha.double", "alpha.Scale", "beta.spread"),
    ]
    assert given(small, find_rules(layout, small, None, "")) == small
    assert list(find_part(layout, small, "ps1", ["beta"]).exercises) == ["beta.spread"]


def test_parts_may_be_several(layout, small):
    part = find_part(layout, small, "", ["spread, double", "alpha.Scale"])

    assert list(part.exercises) == ["alpha.double", "alpha.Scale", "beta.spread"]


def test_a_part_that_was_not_given_is_refused(layout, small):
    with pytest.raises(SyllabusError, match="'alpha' is neither a topic nor an exerc"):
        find_part(layout, small, "ps2", ["alpha"])


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[assignment.ps1]\n", "assignment ps1 holds nothing: name topics or exerc"),
        (
            '[assignment.ps1]\ntopics = ["alfa"]\n',
            "assignment ps1 names 'alfa', which is no topic. Is it alpha?",
        ),
        (
            '[assignment.ps1]\nexercises = ["alpha"]\n',
            "assignment ps1 names 'alpha', which is no exercise",
        ),
        (
            '[assignment.ps1]\ntopics = ["alpha"]\nweights = { gamma = 1 }\n',
            "weights names 'gamma'",
        ),
        (
            '[assignment.ps1]\ntopics = ["alpha"]\nopen = "maybe"\n',
            "has open 'maybe'",
        ),
        ('[assignment]\nps1 = "alpha"\n', "assignment ps1 is not a table"),
        (
            '[assignment.ps1]\ntopics = ["alpha"]\ndue = 2026-10-01T00:00:00\n',
            "needs date, time and zone",
        ),
    ],
)
def test_a_wrong_entry_is_named(small, text, says):
    with pytest.raises(CourseError) as raised:
        parse_policy(text, "course.toml", small)

    assert str(raised.value).startswith("course.toml: ")
    assert says in str(raised.value)


def test_an_unknown_assignment_is_hinted_at(layout, small):
    with pytest.raises(CourseError, match="'ps3', which is no assignment. Is it ps"):
        find_rules(layout, small, None, "ps3")


def test_a_course_without_assignments_says_how_to_name_one(tmp_path, small):
    with pytest.raises(CourseError, match=r"add \[assignment.ps1\] with topics"):
        find_part(Layout(tmp_path), small, "ps1")


def test_a_course_may_begin_with_a_byte_order_mark(tmp_path, small):
    (tmp_path / "course.toml").write_text(COURSE, encoding="utf-8-sig")

    assert find_rules(Layout(tmp_path), small, None, "ps2").assignment == "ps2"
