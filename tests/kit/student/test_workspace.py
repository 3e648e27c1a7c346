"""What the workspace remembers of a folder."""

import pytest

from grader.files import WriteError
from grader.layout import KIT, Layout
from grader.scoring.outcome import Outcome
from grader.student.verdict import Verdict
from grader.student.work import ExerciseStatus
from grader.student.workspace import Workspace

MLP = "model_construction.MLP"


@pytest.fixture
def workspace(handed_out):
    """A workspace in which the first topic is solved."""
    folder = handed_out()
    solution = KIT.solutions / "model_construction.py"
    folder.exercises("model_construction").write_bytes(solution.read_bytes())
    return Workspace(Layout(folder.folder))


def status(workspace, name=MLP):
    return Workspace(workspace.layout).status(workspace.syllabus.exercises[name])


def test_a_verdict_is_remembered(workspace):
    before = status(workspace)

    workspace.note([Verdict(MLP, (Outcome.PASSED, Outcome.NO_GPU))])
    passing = status(workspace)
    workspace.note([Verdict(MLP, (Outcome.PASSED, Outcome.FAILED))])

    assert before is ExerciseStatus.CHANGED
    assert passing is ExerciseStatus.PASSES
    assert status(workspace) is ExerciseStatus.FAILS


def test_a_file_that_is_not_imported_is_no_verdict_on_an_exercise(workspace):
    workspace.note([Verdict(MLP, (Outcome.NO_IMPORT,))])

    assert status(workspace) is ExerciseStatus.CHANGED


def test_what_is_not_started_is_not_remembered(workspace):
    workspace.note([Verdict("parameters.Ema", (Outcome.NOT_STARTED,))])

    assert status(workspace, "parameters.Ema") is ExerciseStatus.UNTOUCHED
    assert not workspace.layout.state.exists()


def test_other_tests_make_a_verdict_old(workspace):
    workspace.note([Verdict(MLP, (Outcome.PASSED,))])
    with (workspace.layout.visible_tests / "test_model_construction.py").open(
        "a"
    ) as file:
        file.write("\n")

    assert status(workspace) is ExerciseStatus.CHANGED


def test_a_state_that_cannot_be_written_costs_hints_alone(workspace):
    workspace.layout.state.mkdir()

    workspace.note([Verdict(MLP, (Outcome.PASSED,))])

    with pytest.raises(WriteError, match="cannot be written into"):
        workspace.see_hint(workspace.syllabus.exercises[MLP])


@pytest.mark.parametrize("name", ["MLP", MLP])
def test_an_exercise_is_found_by_its_symbol_too(workspace, name):
    assert workspace.exercise(name).id == MLP


def test_a_symbol_of_a_group_stands_for_the_group(workspace):
    assert workspace.exercise("num_gpus").id == "use_gpu.try_gpu"


def test_a_state_that_cannot_be_written_is_told_and_known_for_now(workspace):
    workspace.layout.state.mkdir()

    workspace.note([Verdict(MLP, (Outcome.PASSED,))])

    assert workspace.passes(workspace.syllabus.exercises[MLP])
    assert ".progress.json cannot be written" in workspace.forgets


def test_comments_of_another_encoding_are_read_as_python_reads_them(workspace):
    path = workspace.layout.topic_file("model_construction")
    path.write_bytes(path.read_bytes() + b"# caf\xe9\n")
    workspace.reread()
    whole = "model_construction" not in workspace.work.broken
    path.write_bytes(path.read_bytes() + b"NAME = 'caf\xe9'\n")
    workspace.reread()

    assert whole
    assert "holds the byte 0xe9" in workspace.work.broken["model_construction"]


def test_a_file_of_another_name_is_named_where_its_own_is_missing(workspace):
    path = workspace.layout.topic_file("model_construction")
    path.rename(path.with_stem("model_construction_v2"))
    workspace.reread()

    said = workspace.work.broken["model_construction"]
    assert "If model_construction_v2.py is yours, rename it" in said


def test_what_an_exercise_is_for_stands_in_its_statement(workspace):
    mlp = workspace.syllabus.exercises[MLP]
    stub = workspace.work.stubs["model_construction"]

    use = workspace.work.use(mlp)

    assert f"\n\n    {use}\n\n" in stub.text
    assert use.endswith(".")


def test_exercises_are_named_themselves_or_by_their_topic(workspace):
    assert workspace.named("") == set()
    assert workspace.named("parameters") == set()
    assert workspace.named("parameters, MLP") == {MLP}
