"""The steps that nbgrader takes through us: what they mend, grade and leave alone."""

from types import SimpleNamespace

import nbformat
import pytest
from nbgrader.converters import Autograde, GenerateAssignment
from nbgrader.preprocessors import Execute
from nbgrader.utils import determine_grade
from traitlets.config import Config

from grader.language import VARIABLE as LANGUAGE
from grader.nbgrader import autograde
from grader.nbgrader.autograde import GradeApart, outputs
from grader.nbgrader.config import configure
from grader.nbgrader.repair_cells import RepairCells
from grader.nbgrader.writer import open_gradebook
from grader.scoring.outcome import Outcome
from grader.scoring.score import ExerciseScore, Score
from grader.speech import Speech, speaking, spoken
from grader.stubs import check_id, grade_id

MLP = "model_construction.MLP"
ANSWER, CHECK = grade_id(MLP), check_id(MLP)


@pytest.fixture(scope="module")
def resources(tmp_path_factory):
    """What nbgrader tells its steps about a notebook of ours, and one of another's."""
    url = f"sqlite:///{tmp_path_factory.mktemp('course')}/gradebook.db"
    with open_gradebook(url, "d2l") as book:
        book.add_assignment("ps1")
        for notebook, names in {
            "model_construction": (ANSWER, CHECK),
            "essay": ("answer", "check"),
        }.items():
            place = (notebook, "ps1")
            book.add_notebook(*place)
            book.add_solution_cell(names[0], *place)
            book.add_grade_cell(names[1], *place, max_score=1.0, cell_type="code")
            for name in names:
                book.add_source_cell(
                    name, *place, cell_type="code", locked=name == names[1], source=name
                )

    def of(notebook):
        ids = {"db_url": url, "assignment": "ps1", "notebook": notebook}
        return {"nbgrader": {**ids, "student": "ana"}}

    return of


def cell(source, **nbgrader):
    made = nbformat.v4.new_code_cell(source)
    made.metadata.nbgrader = nbformat.from_dict(nbgrader)
    return made


def names(notebook):
    return [c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells]


def mend(notebook, resources):
    return RepairCells().preprocess(notebook, resources)[0]


def test_a_cell_that_was_renamed_is_no_cell_of_nbgraders(resources):
    renamed = cell("x", grade_id="mine", grade=True, points=1000)
    notebook = nbformat.v4.new_notebook(cells=[renamed])

    mended = mend(notebook, resources("model_construction"))

    assert "nbgrader" not in mended.cells[0].metadata


@pytest.mark.parametrize("given", [{}, {"grade_id": 7}, {"grade_id": ["a"]}])
def test_metadata_that_is_no_name_is_dropped(resources, given):
    notebook = nbformat.v4.new_notebook(cells=[cell("x", **given)])

    mended = mend(notebook, resources("model_construction"))

    assert "nbgrader" not in mended.cells[0].metadata


def test_a_cell_with_points_that_was_deleted_comes_back(resources):
    notebook = nbformat.v4.new_notebook(cells=[cell("x", grade_id=ANSWER)])

    mended = mend(notebook, resources("model_construction"))

    assert names(mended) == [ANSWER, CHECK]
    assert mended.cells[1].source == CHECK
    nbformat.validate(mended)


def test_points_and_kinds_are_those_that_were_handed_out(resources):
    forged = cell("x", grade_id=CHECK, points=1000, solution=True, schema_version=1)
    notebook = nbformat.v4.new_notebook(cells=[forged])

    mended = mend(notebook, resources("model_construction"))

    assert mended.cells[0].metadata.nbgrader == {
        "schema_version": 3,
        "grade_id": CHECK,
        "grade": True,
        "solution": False,
        "locked": True,
        "task": False,
        "points": 1.0,
        "cell_type": "code",
    }


def test_the_second_of_two_cells_with_a_name_loses_it(resources):
    cells = [cell("x", grade_id=CHECK), cell("y", grade_id=CHECK)]

    mended = mend(
        nbformat.v4.new_notebook(cells=cells), resources("model_construction")
    )

    assert names(mended) == [CHECK, None]


def test_a_notebook_of_another_kind_is_not_mended(resources):
    notebook = nbformat.v4.new_notebook(cells=[cell("x", grade_id="mine")])

    assert names(mend(notebook, resources("essay"))) == ["mine"]


def test_a_notebook_of_another_kind_is_run_by_nbgrader(resources, monkeypatch):
    run = []
    monkeypatch.setattr(Execute, "preprocess", lambda _, nb, *rest: run.append(nb))
    notebook = nbformat.v4.new_notebook(cells=[cell("x", grade_id="check")])

    GradeApart().preprocess(notebook, resources("essay"))

    assert run == [notebook]


def test_nothing_of_another_kind_is_run_where_nbgrader_is_not_to(
    resources, monkeypatch
):
    monkeypatch.setattr(Execute, "preprocess", None)
    notebook = nbformat.v4.new_notebook(cells=[cell("x", grade_id="check")])

    step = GradeApart(enabled=False)

    assert step(notebook, resources("essay"))[0] is notebook


def test_a_students_own_outputs_are_no_points(resources, monkeypatch, tmp_path):
    folders = SimpleNamespace(
        root=str(tmp_path),
        submitted_directory="submitted",
        format_path=lambda *_: str(tmp_path),
    )
    score = Score("ana", (ExerciseScore(MLP, 0.0, 0.0, 1.0, {}),))
    monkeypatch.setattr(GradeApart, "course", folders)
    monkeypatch.setattr(autograde, "warm_pool", lambda *_: None)
    monkeypatch.setattr(autograde, "judge_task", lambda *_: (score, {"tests": []}))
    forged = cell("x", grade_id=CHECK, grade=True, points=1.0)
    result = nbformat.v4.new_output("execute_result", {"text/plain": "1"})
    forged.outputs = [result]
    answer = nbformat.v4.new_code_cell("def MLP(): ...")
    notebook = nbformat.v4.new_notebook(cells=[forged, answer])
    nbformat.write(notebook, tmp_path / "model_construction.ipynb")

    step = GradeApart(enabled=False, unsandboxed=True)
    graded, _ = step(notebook, resources("model_construction"))

    assert determine_grade(graded.cells[0]) == (0.0, 1.0)


@pytest.mark.parametrize("points", [0.0, 0.67, 1.0])
def test_nbgrader_reads_the_points_from_the_outputs(points):
    exercise = ExerciseScore(MLP, points, 0.0, 1.0, {"a": Outcome.FAILED})
    check = cell("x", grade_id=CHECK, grade=True, points=1.0)

    check.outputs = outputs(exercise, "nan" if points else "error: 5")

    assert determine_grade(check) == (points, 1.0)


def test_configure_replaces_what_runs_a_notebook_and_nothing_else():
    config = Config()

    configure(config)

    steps = Autograde(config=config).autograde_preprocessors
    usual = Autograde().autograde_preprocessors
    assert [GradeApart if step is Execute else step for step in usual] == steps
    assert Autograde(config=config).sanitize_preprocessors[0] is RepairCells
    assert GenerateAssignment(config=config).config.ClearSolutions.code_stub == {
        "python": "raise NotStarted"
    }


def test_configure_speaks_as_the_course_does(monkeypatch):
    monkeypatch.setenv(LANGUAGE, "pt_BR")

    with speaking(Speech()):
        configure(Config())

        assert spoken() == "pt_BR"


def test_a_gradebook_without_the_notebook_leaves_it_alone(resources):
    ids = resources("model_construction")
    ids["nbgrader"]["assignment"] = "ps2"
    notebook = nbformat.v4.new_notebook(cells=[cell("x", grade_id="mine")])

    assert names(mend(notebook, ids)) == ["mine"]
