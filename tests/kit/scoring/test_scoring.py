"""Scores follow the manifest, whatever stands in a report."""

import json
from fractions import Fraction

import pytest

from grader.scoring.manifest import Check, Manifest
from grader.scoring.outcome import Outcome
from grader.scoring.score import KitFaultError, read_unpassed, score, score_unpassed
from grader.syllabus import Course, Exercise, Syllabus, Topic

EXERCISE = Exercise("t", ("A",), "", "", "core", 1, 1, 4, 2, (), ("a", "b"))
COURSE = Course("c", "C", "", "")
SYLLABUS = Syllabus((Topic("t", "T", "", (EXERCISE,)),), {"t": ()}, COURSE, ("core",))
MANIFEST = Manifest(
    (
        Check("f::one", "t.A", 1),
        Check("f::two[a]", "t.A", 2),
        Check("f::two[b]", "t.A", 2),
        Check("f::gpu", "t.A", 1, cuda=True),
    ),
    "hash",
    {"t": "hash"},
)


def test_named(nodeid, outcome=Outcome.PASSED):
    native = {Outcome.PASSED: "passed", Outcome.NO_GPU: "skipped"}.get(
        outcome, "failed"
    )
    return {
        "nodeid": nodeid,
        "outcome": native,
        "user_properties": [{"outcome": str(outcome)}],
        "call": {"longrepr": "why"},
    }


test_named.__test__ = False
ALL = [test_named(c.nodeid) for c in MANIFEST.checks[:3]]
NO_GPU = test_named("f::gpu", Outcome.NO_GPU)


def grade(*tests):
    return score("ana", {"tests": list(tests)}, MANIFEST, SYLLABUS)


def test_functions_share_by_weight_and_cases_alike():
    assert MANIFEST.shares == {
        "f::one": Fraction(1, 3),
        "f::two[a]": Fraction(1, 3),
        "f::two[b]": Fraction(1, 3),
        "f::gpu": 1,
    }


def test_a_case_for_a_gpu_takes_no_share_of_the_others():
    twins = Manifest(
        (
            Check("f::one[sim]", "t.A", 1),
            Check("f::one[cuda]", "t.A", 1, cuda=True),
            Check("f::two", "t.A", 1),
        ),
        "hash",
        {"t": "hash"},
    )

    assert twins.shares == {
        "f::one[sim]": Fraction(1, 2),
        "f::one[cuda]": 1,
        "f::two": Fraction(1, 2),
    }


def test_all_passed_without_a_gpu_leaves_its_points_open():
    result = grade(*ALL, NO_GPU)

    assert (result.total, result.open, result.max) == (4.0, 2.0, 6.0)


def test_a_gpu_test_that_passed_earns_its_points():
    result = grade(*ALL, test_named("f::gpu"))

    assert (result.total, result.open) == (6.0, 0.0)


@pytest.mark.parametrize("outcome", [o for o in Outcome if o != Outcome.KIT_ERROR])
def test_only_a_pass_earns_points(outcome):
    result = grade(test_named("f::one", outcome))

    assert result.total == (1.33 if outcome is Outcome.PASSED else 0.0)


def test_a_missing_test_earns_nothing():
    assert grade(*ALL[:2], NO_GPU).total == 2.67


def test_a_test_that_stands_twice_earns_nothing():
    assert grade(*ALL, ALL[0], NO_GPU).total == 2.67


def test_a_skipped_test_that_needs_no_gpu_leaves_nothing_open():
    result = grade(*ALL[:2], test_named("f::two[b]", Outcome.NO_GPU), NO_GPU)

    assert (result.total, result.open) == (2.67, 2.0)


@pytest.mark.parametrize(
    "tests",
    [
        [],
        [*ALL, NO_GPU],
        [*ALL, test_named("f::gpu")],
        [*ALL, ALL[0], NO_GPU],
        [*ALL[:2], test_named("f::two[b]", Outcome.TIMED_OUT), NO_GPU],
        [test_named("f::made_up"), test_named("f::one", Outcome.NOT_STARTED)],
    ],
)
def test_what_was_not_passed_tells_the_whole_score(tests):
    report = {"tests": tests, "environment": {"exercises": ["t.A"]}}
    noted = {**read_unpassed(report, MANIFEST), "tests": []}
    kept = json.loads(json.dumps(noted))

    assert score_unpassed("ana", kept, MANIFEST, SYLLABUS) == grade(*tests)


def test_an_exercise_that_a_kept_report_does_not_cover_earns_nothing():
    kept = {"environment": {"exercises": []}, "unpassed": {}}

    assert score_unpassed("ana", kept, MANIFEST, SYLLABUS).total == 0.0


def test_an_unknown_test_earns_nothing():
    assert grade(test_named("f::made_up")).total == 0.0


@pytest.mark.parametrize(
    "test",
    [
        test_named("f::one", Outcome.KIT_ERROR),
        {"nodeid": "f::one", "outcome": "passed"},
        {**test_named("f::one"), "outcome": "failed"},
    ],
)
def test_a_fault_of_the_kit_gives_no_score(test):
    with pytest.raises(KitFaultError):
        grade(test, *ALL[1:])
