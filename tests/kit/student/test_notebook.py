"""A notebook opens with nothing but the handout, and says what make test says."""

import io
import os
import zipfile

import nbformat
import pytest
from nbclient import NotebookClient

from grader.files import pack_files
from grader.layout import KIT
from grader.release import handout
from grader.stubs import check_id, grade_id

TOPIC = "model_construction"
MLP = """\
class MLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.net = nn.Sequential(
            nn.Linear(in_features, hidden), nn.ReLU(), nn.Linear(hidden, out_features)
        )

    def forward(self, x):
        print("noise", file=sys.stderr)
        return self.net(x)

import sys"""
SLIP = """\
def chain(make_block, n):
    return make_block.oops"""


@pytest.fixture(scope="module")
def workspace(tmp_path_factory):
    """The unpacked handout."""
    folder = tmp_path_factory.mktemp("workspace")
    archive = io.BytesIO(pack_files(handout.collect(KIT), "workspace"))
    with zipfile.ZipFile(archive) as files:
        files.extractall(folder)
    return folder / "workspace"


@pytest.fixture(scope="module")
def outputs(workspace):
    """What each cell of a notebook shows, with a right, a wrong and no answer in it."""
    path = workspace / "exercises" / "notebooks" / f"{TOPIC}.ipynb"
    notebook = nbformat.read(path, 4)
    answers = {grade_id(f"{TOPIC}.MLP"): MLP, grade_id(f"{TOPIC}.chain"): SLIP}
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    where = nbformat.v4.new_code_cell("import grader\ngrader.__file__", id="where")
    notebook.cells.append(where)
    client = NotebookClient(
        notebook,
        allow_errors=True,
        startup_timeout=300,
        resources={"metadata": {"path": str(workspace)}},
        kernel_name="python3",
    )
    client.execute(env={**os.environ, "PYTHONPATH": str(workspace)})
    return {cell.id: cell.get("outputs", []) for cell in notebook.cells}


def shown(outputs, symbol):
    (output,) = outputs[check_id(f"{TOPIC}.{symbol}")]
    return output


def test_the_kernel_runs_the_handouts_own_code(outputs, workspace):
    assert str(workspace) in outputs["where"][0].data["text/plain"]


def test_an_answer_that_passes_is_told_and_nothing_else(outputs):
    output = shown(outputs, "MLP")

    assert (output.name, output.text) == ("stdout", "✓ MLP\n")


def test_a_slip_is_told_as_by_make_test_without_a_traceback(outputs):
    output = shown(outputs, "chain")

    assert output.output_type == "error"
    assert "\n".join(output.traceback) == (
        "✗ chain\n"
        "The code raises AttributeError.\n"
        "  call      chain(lambda: nn.Linear(4, 4), 3)(x)\n"
        "  expected  a result\n"
        "  got       AttributeError: 'function' object has no attribute 'oops'\n"
        "  at        the notebook, line 2 in chain: return make_block.oops\n"
        "  read      Layers and Modules, “The Sequential Module”"
    )


def test_a_stub_is_not_started(outputs):
    assert "\n".join(shown(outputs, "Residual").traceback) == "✗ Residual\nNot started."


def test_no_cell_but_the_checks_fails(outputs):
    failed = [
        name
        for name, shown in outputs.items()
        if any(output.output_type == "error" for output in shown)
    ]

    assert failed
    assert all(name.endswith(check_id("")) for name in failed)


def test_nothing_is_passed_where_nbgrader_grades_beside_the_student(monkeypatch):
    from grader.student.notebook import NotPassed, check

    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")

    with pytest.raises(NotPassed, match=r"nbgrader_config\.py"):
        check(f"{TOPIC}.MLP")
