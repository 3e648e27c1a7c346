"""A course counts points by its own rules, and says why."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from functools import partial

import pytest
from hypothesis import given
from hypothesis import strategies as st

from grader.policy import (
    NO_RULES,
    Attempts,
    CourseError,
    Policy,
    adjust,
    parse_policy,
    read_policy,
)
from grader.policy.course import Extension, LateRule, OpenPoints
from grader.scoring.score import ExerciseScore, Score

DUE = datetime(2026, 10, 1, 23, 59, tzinfo=UTC)
DAY = timedelta(days=1)
TEN_PERCENT = LateRule(Fraction(10), grace_minutes=15, max_percent=Fraction(50))


def exercise(name, points, open_points=0.0, most=None):
    return ExerciseScore(name, points, open_points, most or points + open_points, {})


SCORE = Score(
    "ana",
    (
        exercise("alpha.A", 3.0, most=4.0),
        exercise("alpha.B", 2.5),
        exercise("beta.C", 1.0, 2.0),
    ),
)


rules = partial(Policy, open=OpenPoints.OPEN)


def values(adjusted):
    return adjusted.total, adjusted.open, adjusted.max


# What each rule does


def test_without_rules_what_only_a_gpu_decides_does_not_count():
    adjusted = adjust(SCORE, DUE, NO_RULES, "ana")

    assert values(adjusted) == (SCORE.total, 0.0, SCORE.max - SCORE.open)
    assert adjusted.reasons == ("2 points for a GPU do not count",)


def test_where_it_stays_open_the_points_are_those_earned():
    adjusted = adjust(SCORE, DUE, rules(), "ana")

    assert values(adjusted) == (SCORE.total, SCORE.open, SCORE.max)
    assert adjusted.reasons == ()


@pytest.mark.parametrize(
    ("late", "total", "why"),
    [
        (timedelta(0), 5.5, ()),
        (timedelta(minutes=15), 5.5, ("late within the 15 minutes of grace",)),
        (timedelta(minutes=16), 4.95, ("1 day late: −10 %",)),
        (DAY, 4.95, ("1 day late: −10 %",)),
        (DAY + timedelta(seconds=1), 4.4, ("2 days late: −20 %",)),
        (30 * DAY, 2.75, ("30 days late: −50 %",)),
    ],
)
def test_each_day_that_has_begun_costs_its_percent(late, total, why):
    score = Score("ana", SCORE.exercises[:2])
    policy = rules(due={"alpha": DUE}, late=TEN_PERCENT)

    adjusted = adjust(score, DUE + late, policy, "ana")

    assert (adjusted.total, adjusted.max) == (total, 6.5)
    assert adjusted.reasons == why


def test_a_due_date_in_another_time_zone_is_the_same_moment():
    policy = rules(
        due={"alpha": datetime.fromisoformat("2026-10-01T20:59:00-03:00")},
        late=TEN_PERCENT,
    )

    assert adjust(SCORE, DUE, policy, "ana").total == SCORE.total


def test_only_the_topics_that_were_late_lose_points():
    policy = rules(due={"alpha": DUE, "beta": DUE + 7 * DAY}, late=TEN_PERCENT)

    adjusted = adjust(SCORE, DUE + DAY, policy, "ana")

    assert [t.points for t in adjusted.topics] == [4.95, 1.0]
    assert adjusted.reasons == ("alpha: 1 day late: −10 %",)


@pytest.mark.parametrize(
    ("extension", "total", "why"),
    [
        (Extension("ana", 2), 5.5, "extension of 2 days"),
        (Extension("ana", 1), 4.95, "1 day late: −10 % (after an extension of 1 day)"),
        (Extension("ana", 9, ("beta",)), 4.4, "2 days late: −20 %"),
        (Extension("Ana", 2), 5.5, "extension of 2 days"),
        (Extension("rui", 9), 4.4, "2 days late: −20 %"),
    ],
)
def test_an_extension_moves_the_due_date_of_its_student(extension, total, why):
    score = Score("ana", SCORE.exercises[:2])
    policy = rules(due={"alpha": DUE}, late=TEN_PERCENT, extensions=(extension,))

    adjusted = adjust(score, DUE + 2 * DAY, policy, "ana")

    assert (adjusted.total, adjusted.reasons) == (total, (why,))


def test_of_two_extensions_the_longer_counts():
    extensions = (Extension("ana", 3), Extension("ana", 2, ("alpha",)))
    policy = rules(due={"alpha": DUE}, late=TEN_PERCENT, extensions=extensions)

    adjusted = adjust(SCORE, DUE + 4 * DAY, policy, "ana")

    assert "1 day late: −10 % (after an extension of 3 days)" in adjusted.reasons[0]


def test_open_points_are_late_as_well():
    policy = rules(due={"beta": DUE}, late=TEN_PERCENT)

    adjusted = adjust(SCORE, DUE + DAY, policy, "ana")

    assert values(adjusted) == (6.4, 1.8, 9.5)


UNKNOWN = "marked late, by how much is unknown"


def test_an_unknown_time_is_not_late_and_that_is_said():
    policy = rules(due={"alpha": DUE}, late=TEN_PERCENT)

    adjusted = adjust(SCORE, None, policy, "ana")

    assert adjusted.total == SCORE.total
    assert adjusted.reasons == (
        "alpha: time of submission unknown: not counted as late",
    )


@pytest.mark.parametrize(
    ("days", "extension", "points", "why"),
    [
        (1, 0, 4.95, f"alpha: {UNKNOWN}: counted as 1 day late: −10 %"),
        (3, 0, 3.85, f"alpha: {UNKNOWN}: counted as 3 days late: −30 %"),
        (9, 0, 2.75, f"alpha: {UNKNOWN}: counted as 9 days late: −50 %"),
        (0, 0, 5.5, f"alpha: {UNKNOWN}: not counted as late"),
        (
            *(1, 2, 5.5),
            f"alpha: {UNKNOWN}: not counted as late (after an extension of 2 days)",
        ),
        (
            *(3, 2, 4.95),
            f"alpha: {UNKNOWN}: counted as 1 day late: −10 % "
            "(after an extension of 2 days)",
        ),
    ],
)
def test_a_mark_without_a_time_costs_what_the_rules_say_of_it(
    days, extension, points, why
):
    extensions = (Extension("ana", extension),) if extension else ()
    late = replace(TEN_PERCENT, marked_days=days)
    policy = rules(due={"alpha": DUE}, late=late, extensions=extensions)

    adjusted = adjust(SCORE, None, policy, "ana", marked_late=True)

    assert [t.points for t in adjusted.topics] == [points, 1.0]
    assert adjusted.reasons == (why,)


def test_a_mark_counts_for_nothing_where_the_time_is_known():
    policy = rules(due={"alpha": DUE}, late=TEN_PERCENT)

    adjusted = adjust(SCORE, DUE, policy, "ana", marked_late=True)

    assert (adjusted.total, adjusted.reasons) == (SCORE.total, ())


@pytest.mark.parametrize("whole", [None, DUE])
def test_a_topic_may_have_a_time_of_its_own(whole):
    policy = rules(due={"alpha": DUE, "beta": DUE}, late=TEN_PERCENT)
    times = {"alpha": DUE + 2 * DAY, "beta": DUE}

    adjusted = adjust(SCORE, whole, policy, "ana", times=times, marked_late=True)

    assert [t.points for t in adjusted.topics] == [4.4, 1.0]
    assert adjusted.reasons == ("alpha: 2 days late: −20 %",)


def test_a_weight_counts_for_points_and_maximum():
    adjusted = adjust(SCORE, DUE, rules({"alpha": Fraction("0.5")}), "ana")

    assert values(adjusted) == (3.75, 2.0, 6.25)
    assert adjusted.reasons == ("alpha: weight 0.5",)


def test_a_bonus_is_earned_and_not_part_of_the_maximum():
    policy = rules(bonus=frozenset({"alpha.B"}))

    adjusted = adjust(SCORE, DUE, policy, "ana")

    assert values(adjusted) == (6.5, 2.0, 7.0)
    assert adjusted.reasons == ("2.5 points of bonus exercises",)


@pytest.mark.parametrize(
    ("rule", "expected", "why"),
    [
        (OpenPoints.OPEN, (6.5, 2.0, 9.5), ()),
        (OpenPoints.FULL, (8.5, 0.0, 9.5), ("2 points for a GPU count in full",)),
        (OpenPoints.NONE, (6.5, 0.0, 7.5), ("2 points for a GPU do not count",)),
    ],
)
def test_open_points_count_as_the_course_says(rule, expected, why):
    adjusted = adjust(SCORE, DUE, Policy(open=rule), "ana")

    assert (values(adjusted), adjusted.reasons) == (expected, why)


# What holds for all rules

cents = st.integers(0, 2000).map(lambda n: n / 100)
percents = st.fractions(0, 100, max_denominator=20)
moments = st.timedeltas(-3 * DAY, 30 * DAY).map(lambda late: DUE + late)
TOPICS = ("alpha", "beta")


@st.composite
def scores(draw):
    exercises = []
    for i, topic in enumerate(draw(st.lists(st.sampled_from(TOPICS), min_size=1))):
        points, left, lost = draw(cents), draw(cents), draw(cents)
        most = round(points + left + lost, 2)
        exercises.append(ExerciseScore(f"{topic}.E{i}", points, left, most, {}))
    return Score("ana", tuple(exercises))


policies = st.builds(
    Policy,
    due=st.dictionaries(st.sampled_from(TOPICS), moments),
    late=st.builds(LateRule, percents, st.integers(0, 120), percents),
    extensions=st.lists(
        st.builds(
            Extension,
            st.sampled_from(["ana", "rui"]),
            st.integers(1, 20),
            st.lists(st.sampled_from(TOPICS)).map(tuple),
        ),
        max_size=3,
    ).map(tuple),
    bonus=st.frozensets(st.sampled_from([f"{t}.E{i}" for t in TOPICS for i in (0, 1)])),
    open=st.sampled_from([OpenPoints.OPEN, OpenPoints.NONE]),
)


@given(scores(), moments, policies)
def test_nobody_gets_more_than_was_earned(score, moment, policy):
    adjusted = adjust(score, moment, policy, "ana")

    assert all(0 <= t.points <= score.topics[t.topic] for t in adjusted.topics)
    assert 0 <= adjusted.open <= score.open
    assert 0 <= adjusted.max <= score.max


@given(scores(), moments, st.timedeltas(timedelta(0), 9 * DAY), policies)
def test_later_is_never_worth_more(score, moment, later, policy):
    early = adjust(score, moment, policy, "ana")
    late = adjust(score, moment + later, policy, "ana")

    pairs = zip(early.topics, late.topics, strict=True)
    assert all(a.points >= b.points and a.open >= b.open for a, b in pairs)


@given(scores(), moments, policies, st.integers(1, 20))
def test_an_extension_never_hurts(score, moment, policy, days):
    more = rules(
        due=policy.due,
        late=policy.late,
        extensions=(*policy.extensions, Extension("ana", days)),
        bonus=policy.bonus,
        open=policy.open,
    )

    before = adjust(score, moment, policy, "ana")
    after = adjust(score, moment, more, "ana")

    pairs = zip(before.topics, after.topics, strict=True)
    assert all(a.points <= b.points and a.open <= b.open for a, b in pairs)


@given(scores(), moments, policies, st.dictionaries(st.sampled_from(TOPICS), percents))
def test_the_total_is_the_sum_of_the_topics_to_the_cent(score, moment, policy, weights):
    weighted = Policy(weights, policy.bonus, policy.due, policy.late, open=policy.open)

    adjusted = adjust(score, moment, weighted, "ana")

    for name in ("points", "open", "max"):
        parts = [getattr(t, name) for t in adjusted.topics]
        whole = adjusted.total if name == "points" else getattr(adjusted, name)
        assert round(whole * 100) == sum(round(part * 100) for part in parts)
        assert all(part == round(part, 2) for part in parts)


@given(scores(), moments, policies)
def test_what_differs_has_a_reason(score, moment, policy):
    adjusted = adjust(score, moment, policy, "ana")

    if adjusted.total != score.total:
        assert adjusted.reasons


# Reading course.toml

GOOD = """
attempts = "best"
open = "none"

[weights]
alpha = 2
beta = 0.5

[exercises]
bonus = ["deep", "beta"]
required = ["beta.top"]

[due]
alpha = 2026-10-01T23:59:00-03:00

[late]
percent_per_day = 10
grace_minutes = 15
max_percent = 50

[[extension]]
student = "ana"
days = 3
topics = ["alpha"]
"""


def test_a_good_course_is_read(small, tmp_path):
    (tmp_path / "course.toml").write_text(GOOD)

    policy = read_policy(tmp_path / "course.toml", small)

    assert policy.attempts is Attempts.BEST
    assert policy.open is OpenPoints.NONE
    assert policy.weights == {"alpha": 2, "beta": Fraction(1, 2)}
    assert policy.due["alpha"].utcoffset() == timedelta(hours=-3)
    assert policy.late == TEN_PERCENT
    assert policy.extensions == (Extension("ana", 3, ("alpha",)),)
    assert policy.text == GOOD


def test_the_narrowest_name_decides_what_is_a_bonus(small):
    policy = parse_policy(GOOD, "c.toml", small)

    for exercise in small.exercises.values():
        expected = exercise.level == "deep" or exercise.topic == "beta"
        if exercise.id == "beta.top":
            expected = False
        assert (exercise.id in policy.bonus) == expected, exercise.id


def test_an_empty_course_changes_nothing(small):
    assert parse_policy("", "c.toml", small) == Policy()


def test_an_extension_for_a_stranger_is_found(small):
    policy = parse_policy(GOOD, "c.toml", small)

    assert policy.strangers(["Ana", "rui"]) == []
    assert policy.strangers(["anna", "rui"]) == ["ana"]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("attempts = 'first'", "has attempts 'first'; known: best, last"),
        ("attempts = 1", "has attempts of type int; str is expected"),
        ("open = 'maybe'", "has open 'maybe'; known: open, full, none"),
        ("pass_mark = 50", "unknown key 'pass_mark'"),
        ("weights = 2", "weights of type int"),
        (
            "[weights]\nalph = 2",
            "weights names 'alph', which is no topic. Is it alpha?",
        ),
        ("[weights]\nalpha = '2'", "alpha of type str; float is expected"),
        ("[weights]\nalpha = true", "alpha of type bool"),
        ("[weights]\nalpha = -1", "weights: alpha is -1; 0 to 1000"),
        ("[weights]\nalpha = nan", "weights: alpha is nan"),
        ("[exercises]\nbonus = ['beta.to']", "no level, topic or exercise"),
        ("[exercises]\nbonus = [3]", "bonus names 3"),
        (
            "[exercises]\nbonus = ['deep']\nrequired = ['deep']",
            "calls deep both required and bonus",
        ),
        (
            "[due]\nalpha = 2026-10-01T23:59:00",
            "due: alpha needs date, time and zone, as 2026-10-01T23:59:00-03",
        ),
        ("[due]\nalpha = 2026-10-01", "due: alpha needs date, time"),
        ("[due]\nparams = 2026-10-01T23:59:00Z", "due names 'params'"),
        ("[late]\npercent = 10", "late has an unknown key 'percent'; known: percent_"),
        ("[late]\npercent_per_day = 101", "late: percent_per_day is 101; 0 to 100"),
        ("[late]\nmarked_days = -1", "late: marked_days is -1; 0 to 365 is expected"),
        ("[late]\ngrace_minutes = 1.5", "grace_minutes of type float; int is expect"),
        ("[[extension]]\nstudent = 'a'", "extension 1 lacks the key 'days'"),
        ("[[extension]]\nstudent = 'a'\ndays = 0", "extension 1: days is 0"),
        ("[[extension]]\nstudent = 'a'\ndays = 1\ntopics = ['x']", "names 'x'"),
        ("extension = [1]", "extension 1 is not a table"),
        ("weights = [", "cannot be read"),
    ],
)
def test_a_wrong_entry_is_named(small, line, says):
    with pytest.raises(CourseError) as raised:
        parse_policy(line, "course.toml", small)

    assert str(raised.value).startswith("course.toml")
    assert says in str(raised.value)


@pytest.mark.parametrize("content", [b"\xff", None])
def test_an_unreadable_course_is_named(small, tmp_path, content):
    path = tmp_path / "course.toml"
    if content is not None:
        path.write_bytes(content)

    with pytest.raises(CourseError, match="course.toml cannot be read"):
        read_policy(path, small)
