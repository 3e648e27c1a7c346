"""A notebook opens with nothing but the handout, and says what make test says."""

import os
import re

import nbformat
import pytest
from nbclient import NotebookClient

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

OWN = {
    "where": "import grader\ngrader.__file__",
    "try": "x = torch.zeros(3, 4)",
    **dict.fromkeys(("first", "second", "third", "last"), 'hint("MySequential")'),
    "opened": 'solution("MLP")',
    "closed": 'solution("chain")',
    "far": "progress()",
    "changed": SLIP.replace("chain", "MLP"),
    "then": "progress()",
}


@pytest.fixture(scope="module")
def desk(handed_out):
    """An unpacked handout."""
    return handed_out()


@pytest.fixture(scope="module")
def workspace(desk):
    return desk.folder


@pytest.fixture(scope="module")
def outputs(workspace):
    """What each cell of a notebook shows, with a right, a wrong and no answer in it."""
    path = workspace / "exercises" / "notebooks" / f"{TOPIC}.ipynb"
    notebook = nbformat.read(path, 4)
    answers = {grade_id(f"{TOPIC}.MLP"): MLP, grade_id(f"{TOPIC}.chain"): SLIP}
    for cell in notebook.cells:
        cell.source = answers.get(cell.id, cell.source)
    nbformat.write(notebook, path)
    notebook.cells += [
        nbformat.v4.new_code_cell(source, id=name) for name, source in OWN.items()
    ]
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
        if any(output.output_type == "error" for output in shown) and name not in OWN
    ]

    assert failed
    assert all(name.endswith(check_id("")) for name in failed)


def markdown(outputs, name):
    (output,) = outputs[name]
    return output.data["text/markdown"]


def passed_in(shown):
    """Return how many exercises of the topic pass, as progress says."""
    (row,) = re.findall("^.*Layers and Modules .*$", shown, re.MULTILINE)
    return int(re.search(r"(\d+) of \d+", row)[1])


def test_hints_come_one_by_one_and_end_with_a_link_to_the_reading(outputs, syllabus):
    exercise = syllabus.exercises[f"{TOPIC}.MySequential"]
    shown = [markdown(outputs, n) for n in ("first", "second", "third", "last")]

    assert shown[0] == (
        "**MySequential: Your own nn.Sequential**\n\n"
        "1. nn.Module sees a submodule only if it is registered; a plain list hides "
        'it.\n\nOne more: `hint("MySequential")`'
    )
    assert r"over self.\_modules.values()" in shown[2]
    assert "One more" not in shown[2]
    assert shown[3].endswith(
        "There is no further hint. Read on: [Layers and Modules, “The Sequential "
        f"Module”]({syllabus.address(exercise)})"
    )


def test_a_solution_opens_beside_the_answer_in_the_cell_once_it_passes(outputs):
    opened = markdown(outputs, "opened")

    assert "-        self.net = nn.Sequential(" in opened
    assert "+        self.out = nn.Linear(hidden, out_features)" in opened
    assert "torch.zeros(3, 4)" not in opened
    assert "The two layers are made once" in opened
    assert outputs["closed"][0].traceback == [
        "chain does not pass yet, and its reference opens when it does."
    ]


def test_progress_counts_the_answer_in_the_cell_as_it_was_checked(outputs):
    far, then = markdown(outputs, "far"), markdown(outputs, "then")

    assert passed_in(far) == 1
    assert "Next: **MySequential: Your own" in far
    assert passed_in(then) == 0


def test_the_command_counts_a_saved_notebook(outputs, desk):
    progress = desk.run("progress")
    following = desk.run("next")
    shown = desk.run("solution", "MLP")

    assert passed_in(progress.stdout) == 1
    assert f"Next: MySequential in exercises/notebooks/{TOPIC}.ipynb" in progress.stdout
    assert f"write     exercises/notebooks/{TOPIC}.ipynb" in following.stdout
    assert "check     the cell below it" in following.stdout
    assert "-        self.net = nn.Sequential(" in shown.stdout


def test_an_answer_changed_since_its_check_does_not_count(outputs, desk):
    path = desk.folder / "exercises" / "notebooks" / f"{TOPIC}.ipynb"
    text = path.read_text()
    path.write_text(text.replace("nn.ReLU()", "nn.Tanh()"))

    progress = desk.run("progress")
    path.write_text("{ no json")
    broken = desk.run("progress")
    path.write_text(text)

    assert passed_in(progress.stdout) == 0
    assert passed_in(broken.stdout) == 0


def test_nothing_is_passed_where_nbgrader_grades_beside_the_student(monkeypatch):
    from grader.student.notebook import NotPassed, check

    monkeypatch.setenv("NBGRADER_EXECUTION", "autograde")

    with pytest.raises(NotPassed, match=r"nbgrader_config\.py"):
        check(f"{TOPIC}.MLP")
