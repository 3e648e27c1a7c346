"""The verb explain shows hidden tests, what they asked, and what was thrown away."""

import pytest
from typer.testing import CliRunner

from grader.audit.appeal import AppealError
from grader.class_run.seeds import seed_for
from grader.cli.main import make_app
from grader.judge.replay import ReplayError
from grader.syllabus import SyllabusError

SOURCE = """
import sys
from torch import nn

print("imported \x1b[31mred")

class Scale(nn.Module):
    def __init__(self):
        super().__init__()
        self.factor = nn.Parameter(__import__("torch").ones(()))

    def forward(self, x):
        return self.factor * x

def double(x):
    print("asked to double", end="")
    print("in trouble", file=sys.stderr)
    return helper(x)

def helper(x):
    raise ValueError("not today")
"""
TEST = "test_double_of_any_numbers"


def run(*arguments):
    done = CliRunner().invoke(make_app([]), list(map(str, arguments)))
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture(scope="module")
def graded(small_course, tmp_path_factory):
    """A class of two, graded: Ana is right, Rui's `double` raises."""
    root = tmp_path_factory.mktemp("appeal")
    for name in ("ana", "rui"):
        (root / "class" / name).mkdir(parents=True)
    right = (small_course.solutions / "alpha.py").read_text()
    (root / "class" / "ana" / "alpha.py").write_text(right)
    (root / "class" / "rui" / "alpha.py").write_text(SOURCE)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GRADER_SECRET", "appeal")
        out = ("--out", root / "grades", "--only", "alpha", "--jobs", 1)
        run("grade", root / "class", *out, "--unsandboxed")
        yield root


def explain(root, *arguments):
    return run("explain", *arguments, "--grades", root / "grades").stdout


def test_a_replay_shows_what_grading_throws_away(graded):
    replay = ("--replay", "--submissions", graded / "class")
    shown = explain(graded, "RUI", "alpha.double", *replay)

    assert f"{TEST}: failed" in shown
    assert "played again, it is" not in shown
    assert "imported \N{REPLACEMENT CHARACTER}[31mred" in shown
    assert "asked to double" in shown
    assert "in trouble" in shown
    assert "in helper\n" in shown
    assert 'raise ValueError("not today")' in shown
    assert "\x1b" not in shown


def test_tests_inputs_seed_and_the_references_answer_need_no_submission(graded):
    shown = explain(graded, "rui", "double")

    assert "rui: alpha.double, 0 of 1 points" in shown
    assert f"seed {seed_for(b'appeal', 'rui')}" in shown
    assert "The code raises ValueError." in shown
    assert f"    def {TEST}(observe, rng):" in shown
    assert "    def apply_double(ex: Any, x: Tensor) -> Tensor:" in shown
    inputs, answer = (
        numbers(line, name)
        for line in shown.splitlines()
        for name in ("input", "reference")
        if line.strip().startswith(f"{name} ")
    )
    assert [2 * x for x in inputs] == pytest.approx(answer)
    assert "not today" not in shown.partition("question 1")[2]


def numbers(line, name):
    assert name in line
    return [float(x) for x in line.partition(": [")[2].rstrip("]").split(", ")]


def test_what_passes_is_explained_too(graded):
    replay = ("--replay", "--submissions", graded / "class")
    shown = explain(graded, "ana", "alpha.double", "--test", TEST, *replay)
    assert f"{TEST}: passed" in shown
    answers = [x for x in shown.splitlines() if x.startswith(("    answer", "    ref"))]
    mine, reference = (line.partition("float32")[2] for line in answers)
    assert mine == reference


def test_other_files_than_those_graded_are_told(graded, tmp_path):
    (tmp_path / "rui").mkdir()
    right = (graded / "class" / "ana" / "alpha.py").read_text()
    (tmp_path / "rui" / "alpha.py").write_text(right)
    done = run(
        *("explain", "rui", "double", "--replay", "--submissions", tmp_path),
        *("--grades", graded / "grades"),
    )
    assert "rui: the files are not those that were graded" in done.stderr
    assert "played again, it is: passed" in done.stdout


@pytest.mark.parametrize(
    ("arguments", "error", "says"),
    [
        (["ruy", "double"], AppealError, "'ruy' is not in the scores. Is it rui?"),
        (["rui", "doubel"], SyllabusError, "Is it alpha.double?"),
        (["rui", "alpha"], AppealError, "is a topic. Name one of alpha.double"),
        (
            ["rui", "double", "--test", "double_of_any_number"],
            AppealError,
            f"Is it {TEST}?",
        ),
        (["rui", "double", "--replay"], AppealError, "name the class with --subm"),
    ],
)
def test_a_bad_name_is_refused_with_a_hint(graded, arguments, error, says):
    with pytest.raises(error) as told:
        explain(graded, *arguments)
    assert says in str(told.value)


def test_a_level_that_cannot_be_had_is_told(graded, monkeypatch):
    from grader.sandbox import SandboxError
    from grader.sandbox.zygote import Zygote

    def fail(*_, **__):
        raise SandboxError("no namespaces")

    monkeypatch.setattr(Zygote, "fork", fail)
    with pytest.raises(ReplayError, match="isolation level .* no namespaces"):
        explain(graded, "rui", "double")
