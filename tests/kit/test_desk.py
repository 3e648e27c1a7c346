"""What the desk remembers of a folder."""

import pytest

from grader.desk import DeskError
from grader.desk.desk import Desk
from grader.desk.verdict import Verdict
from grader.desk.work import Standing
from grader.layout import KIT, Layout
from grader.outcome import Outcome

MLP = "model_construction.MLP"


@pytest.fixture
def desk(handed_out):
    """A desk on which the first topic is solved."""
    folder = handed_out()
    solution = KIT.solutions / "model_construction.py"
    folder.exercises("model_construction").write_bytes(solution.read_bytes())
    return Desk(Layout(folder.folder))


def standing(desk, name=MLP):
    return Desk(desk.layout).standing(desk.syllabus.exercises[name])


def test_a_verdict_is_remembered(desk):
    before = standing(desk)

    desk.note([Verdict(MLP, (Outcome.PASSED, Outcome.NO_GPU))])
    passing = standing(desk)
    desk.note([Verdict(MLP, (Outcome.PASSED, Outcome.FAILED))])

    assert before is Standing.CHANGED
    assert passing is Standing.PASSES
    assert standing(desk) is Standing.FAILS


def test_a_file_that_is_not_imported_is_no_verdict_on_an_exercise(desk):
    desk.note([Verdict(MLP, (Outcome.NO_IMPORT,))])

    assert standing(desk) is Standing.CHANGED


def test_what_is_not_started_is_not_remembered(desk):
    desk.note([Verdict("parameters.Ema", (Outcome.NOT_STARTED,))])

    assert standing(desk, "parameters.Ema") is Standing.UNTOUCHED
    assert not desk.layout.state.exists()


def test_other_tests_make_a_verdict_old(desk):
    desk.note([Verdict(MLP, (Outcome.PASSED,))])
    with (desk.layout.visible_tests / "test_model_construction.py").open("a") as file:
        file.write("\n")

    assert standing(desk) is Standing.CHANGED


def test_a_state_that_cannot_be_written_costs_hints_alone(desk):
    desk.layout.state.mkdir()

    desk.note([Verdict(MLP, (Outcome.PASSED,))])

    with pytest.raises(DeskError, match="cannot be written"):
        desk.see_hint(desk.syllabus.exercises[MLP])


@pytest.mark.parametrize("name", ["MLP", MLP])
def test_an_exercise_is_found_by_its_symbol_too(desk, name):
    assert desk.exercise(name).id == MLP


def test_a_symbol_of_a_group_stands_for_the_group(desk):
    assert desk.exercise("num_gpus").id == "use_gpu.try_gpu"
