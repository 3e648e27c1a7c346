"""A class's reports become counts: of points, states and slips."""

import pytest

from grader.layout import KIT
from grader.report.class_data import ClassData, state_of
from grader.results.result import Result, Status
from grader.scoring.message import Message
from grader.scoring.outcome import Outcome
from grader.scoring.score import ExerciseScore, Score
from grader.syllabus import read_syllabus
from grader.words import say

PASSED, FAILED = Outcome.PASSED, Outcome.FAILED
NAMES = ("model_construction.MLP", "parameters.freeze")


def made(name, points, *outcomes, most=2.0, left=0.0):
    tests = {f"{name}::test_{i}": outcome for i, outcome in enumerate(outcomes)}
    return ExerciseScore(name, points, left, most, tests)


def a_class():
    return ClassData(read_syllabus(KIT.registry).restricted(NAMES))


def add(data, student, *exercises, said=(), absent=()):
    score = Score(student, exercises)
    data.add(Result(student, Status.GRADED, score), score, dict(said), absent)


@pytest.mark.parametrize(
    ("exercise", "state"),
    [
        (made("a.b", 2.0, PASSED, PASSED), "done"),
        (made("a.b", 1.0, PASSED, FAILED), "partly"),
        (made("a.b", 0.0, FAILED, FAILED), "wrong"),
        (made("a.b", 0.0, Outcome.NOT_STARTED, Outcome.NOT_STARTED), "untouched"),
        (made("a.b", 0.0, Outcome.NO_IMPORT, Outcome.NO_IMPORT), "unheard"),
        (made("a.b", 1.0, PASSED, Outcome.NO_GPU, left=1.0), "done"),
        (made("a.b", 0.0, Outcome.NOT_STARTED, Outcome.NO_GPU, left=1.0), "untouched"),
    ],
)
def test_the_state_of_an_exercise(exercise, state):
    assert state_of(exercise) == state


def test_open_points_do_not_count_against_anybody():
    data = a_class()
    add(data, "ana", made(NAMES[0], 1.0, PASSED, Outcome.NO_GPU, left=1.0))
    add(data, "bo", made(NAMES[0], 0.0, Outcome.NO_GPU, left=2.0))
    assert data.exercises[NAMES[0]].shares == {"ana": 1.0}


def test_who_did_not_hand_a_topic_in_is_left_out_there_alone():
    data = a_class()
    exercises = made(NAMES[0], 2.0, PASSED), made(NAMES[1], 0.0, Outcome.NO_IMPORT)
    add(data, "ana", *exercises, absent={"parameters"})
    assert data.exercises[NAMES[0]].shares == {"ana": 1.0}
    assert data.exercises[NAMES[1]].shares == {}
    assert data.states["ana"] == {NAMES[0]: "done", NAMES[1]: "absent"}


def test_an_exercise_is_compared_with_all_others():
    data = a_class()
    add(data, "ana", made(NAMES[0], 2.0, PASSED), made(NAMES[1], 0.5, FAILED))
    assert data.exercises[NAMES[0]].others == {"ana": 0.5}
    assert data.exercises[NAMES[1]].others == {"ana": 2.0}


def test_slips_that_differ_in_values_alone_are_one():
    data = a_class()
    for i, student in enumerate(("ana", "bo")):
        said = {f"{NAMES[0]}::test_0": Message(say("{n} lost", n=i), cause="a list")}
        add(data, student, made(NAMES[0], 0.0, FAILED), said=said.items())
    (slip,) = data.exercises[NAMES[0]].slips_by_reach(named=True)
    assert slip.students == slip.first_of == {"ana", "bo"}
    assert slip.message.fault.render() == "0 lost"
    assert data.exercises[NAMES[0]].slips_by_reach(named=False) == []
    assert data.slips == [slip]


def test_only_the_first_thing_told_of_an_exercise_leads_the_list():
    data = a_class()
    said = {
        f"{NAMES[0]}::test_{i}": Message(text) for i, text in enumerate(("one", "two"))
    }
    add(data, "ana", made(NAMES[0], 0.0, FAILED, FAILED), said=said.items())
    assert [slip.message.fault for slip in data.slips] == ["one"]
    found = data.exercises[NAMES[0]].slips_by_reach(named=False)
    assert [slip.message.fault for slip in found] == ["one", "two"]


def test_an_untouched_stub_is_no_slip():
    data = a_class()
    said = {f"{NAMES[0]}::test_0": Message("Not started.")}
    add(data, "ana", made(NAMES[0], 0.0, Outcome.NOT_STARTED), said=said.items())
    assert data.slips == []
    assert data.exercises[NAMES[0]].not_started == 1


def test_a_test_that_needs_a_gpu_is_judged_for_nobody():
    data = a_class()
    add(data, "ana", made(NAMES[0], 1.0, PASSED, Outcome.NO_GPU, left=1.0))
    assert data.exercises[NAMES[0]].tests == [("test_0", 1, 1)]


def test_who_has_no_score_counts_nowhere():
    data = a_class()
    data.add(Result("ana", Status.KIT_ERROR, reason="x"), None, {})
    assert data.graded == []
    assert data.states == {}
    assert data.exercises[NAMES[0]].item.n == 0
