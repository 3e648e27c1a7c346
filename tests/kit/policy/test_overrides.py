"""A person's decision goes before what the tests give, and says so."""

from datetime import UTC, datetime

import pytest

from grader.layout import KIT
from grader.policy import NO_RULES, adjust
from grader.policy.overrides import EVERYBODY, Override, Overrides
from grader.scoring.manifest import Check, Manifest
from grader.scoring.outcome import Outcome
from grader.scoring.score import score_outcomes
from grader.syllabus import read_syllabus

MLP, CHAIN = "model_construction.MLP", "model_construction.chain"
SYLLABUS = read_syllabus(KIT.registry).restricted([MLP, CHAIN])
CHECKS = (
    Check("f::test_a", MLP, 1),
    Check("f::test_b[x]", MLP, 1),
    Check("f::test_b[y]", MLP, 1),
    Check("g::test_b", CHAIN, 1),
)
MANIFEST = Manifest(CHECKS, "s", {})
NOW = datetime(2026, 5, 1, tzinfo=UTC)


def scored(student="ana", lost=("f::test_b[x]",)):
    outcomes = {c.nodeid: Outcome.PASSED for c in CHECKS}
    outcomes |= dict.fromkeys(lost, Outcome.FAILED)
    return score_outcomes(student, outcomes, MANIFEST, SYLLABUS)


def decide(student="ana", exercise=MLP, **more):
    return Override(student, exercise, "a reason", "Rui", NOW, **more)


def applied(*entries, score=None):
    decided = Overrides()
    for entry in entries:
        decided = decided.and_now(entry)
    made = decided.apply(score or scored(), MANIFEST, SYLLABUS)
    return {e.exercise: e for e in made.exercises}


def test_without_a_decision_nothing_changes():
    assert Overrides().apply(scored(), MANIFEST, SYLLABUS) == scored()


def test_points_stand_in_place_of_the_automatic_ones_of_one_student():
    made = applied(decide(points=0.2))
    assert made[MLP].points == 0.2
    assert made[MLP].by_hand.automatic == 0.75
    assert made[CHAIN] == scored().exercises[1]
    assert applied(decide(points=0.2), score=scored("bo"))[MLP].points == 0.75


def test_a_student_is_known_by_another_spelling():
    assert applied(decide("ANA", points=0.2))[MLP].points == 0.2


def test_a_test_left_out_leaves_its_share_to_the_others():
    made = applied(decide(EVERYBODY, drop="test_b"))[MLP]
    assert (made.points, made.max) == (1.0, 1.0)
    assert made.by_hand.automatic == 0.75
    made = applied(decide(EVERYBODY, drop="test_a"))[MLP]
    assert made.points == 0.5
    assert set(made.outcomes) == {"f::test_a", "f::test_b[x]", "f::test_b[y]"}


def test_a_test_is_left_out_of_its_exercise_alone():
    lost = scored(lost=["f::test_a"])
    made = applied(decide(EVERYBODY, CHAIN, drop="test_b"), score=lost)
    assert made[MLP].points == 0.5


def test_a_students_own_decision_goes_before_that_on_everybody():
    for entries in (
        (decide(points=0.2), decide(EVERYBODY, points=0.9)),
        (decide(EVERYBODY, points=0.9), decide(points=0.2)),
    ):
        assert applied(*entries)[MLP].points == 0.2


def test_the_later_decision_replaces_the_earlier_on_the_same():
    assert applied(decide(points=0.2), decide(points=0.4))[MLP].points == 0.4
    assert len(Overrides().and_now(decide(points=0.2)).and_now(decide()).entries) == 1


def test_points_given_are_neither_open_nor_above_the_maximum():
    made = applied(decide(points=7.0))[MLP]
    assert (made.points, made.open) == (1.0, 0.0)


def test_points_that_the_tests_gave_otherwise_then_are_marked():
    assert not applied(decide(points=0.2, automatic=0.75))[MLP].by_hand.moved
    made = applied(decide(points=0.2, automatic=0.5))[MLP]
    assert made.by_hand.moved


def test_the_course_tells_why_the_points_are_not_those_of_the_tests():
    decided = Overrides().and_now(decide(points=0.2, automatic=0.5))
    counted = adjust(decided.apply(scored(), MANIFEST, SYLLABUS), None, NO_RULES, "ana")
    assert counted.reasons == (
        f"{MLP}: 0.2 by hand: a reason (Rui, 2026-05-01); the tests give 0.75 now, "
        "and gave others then",
    )
    assert counted.total == 0.2 + scored().exercises[1].points


def test_what_is_taken_back_is_gone_for_the_student_alone():
    decided = Overrides().and_now(decide(points=0.2)).and_now(decide(EVERYBODY))
    assert decided.without("Ana", MLP).entries == (decide(EVERYBODY),)
    assert decided.without("ana", CHAIN) == decided
    assert decided.without(EVERYBODY, MLP).entries == (decide(points=0.2),)


@pytest.mark.parametrize("drop", ["test_b", ""])
def test_a_reason_names_no_hidden_test(drop):
    entry = decide(drop=drop, points=None if drop else 1.0)
    assert "test_" not in entry.why
