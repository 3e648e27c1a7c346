"""A notebook is graded like the module of its answers, cell by cell."""

import json

import pytest

from grader.intake import SubmissionSource, read_submission
from grader.layout import KIT
from grader.scoring.report import messages_of
from grader.scoring.score import score
from grader.stubs import grade_id, make_sources

TOPIC = "model_construction"
MLP, CHAIN = f"{TOPIC}.MLP", f"{TOPIC}.chain"


@pytest.fixture
def grade(tmp_path, pool, syllabus):
    """Grade a solved notebook with other answers: points by exercise, and messages."""
    sources = make_sources(syllabus, KIT, syllabus.restricted({MLP, CHAIN}))

    def grade_answers(answers):
        notebook = json.loads(sources[f"{TOPIC}.ipynb"])
        for cell in notebook["cells"]:
            cell["source"] = answers.get(cell["id"], cell["source"])
        folder = tmp_path / "ana"
        folder.mkdir()
        (folder / f"{TOPIC}.ipynb").write_text(json.dumps(notebook))
        submission = read_submission(SubmissionSource("ana", folder), {TOPIC: ()})
        report = pool.grade(submission, "seed", {MLP, CHAIN})
        manifest = pool.manifest.only({MLP, CHAIN})
        made = score("ana", report, manifest, syllabus)
        points = {e.exercise: e.points for e in made.exercises}
        return points, [m.render() for m in messages_of(report).values()]

    return grade_answers


def test_the_solutions_in_a_notebook_get_full_points(grade):
    points, messages = grade({})

    assert points == {MLP: 1.0, CHAIN: 2.0}
    assert messages == []


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ("def chain(make_block, n):\n    return (", "SyntaxError"),
        ("1 / 0\ndef chain(make_block, n): ...", "ZeroDivisionError"),
        ("import os\ndef chain(): ...\nos.no_such_name\n", "chain"),
    ],
)
def test_a_cell_that_fails_costs_its_own_exercise(grade, answer, said):
    points, messages = grade({grade_id(CHAIN): answer})

    assert points[MLP] == 1.0
    assert points[CHAIN] < 2.0
    assert said in messages[0]


def test_a_slip_is_told_with_its_cell_and_line(grade):
    _, messages = grade({grade_id(CHAIN): "def chain(make_block, n):\n    return oops"})

    place = "model_construction.ipynb#chain, line 2 in chain: return oops"
    assert f"at        {place}" in messages[0]


def test_a_cell_that_is_gone_is_told_as_a_missing_name(grade):
    _, messages = grade({grade_id(CHAIN): ""})

    assert "is missing from the file" in messages[0]


def test_a_cell_that_leaves_the_process_takes_no_points(grade):
    points, messages = grade({grade_id(CHAIN): "import os\nos._exit(0)"})

    assert points == {MLP: 0.0, CHAIN: 0.0}
    assert "ended the whole process" in messages[0]
