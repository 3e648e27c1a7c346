"""A student's verbs where Python has nothing of Unix, as on Windows."""

from pathlib import Path

import pytest

from grader.layout import KIT

WITHOUT_UNIX = Path(__file__).with_name("without_unix.py").read_text()
ENDLESS = ("while x.abs().sum() > 1:", "while True:")


@pytest.fixture(scope="module")
def workspace(handed_out):
    """A handout in which the first topic is solved."""
    workspace = handed_out()
    solution = KIT.solutions / "model_construction.py"
    workspace.exercises("model_construction").write_bytes(solution.read_bytes())
    return workspace


@pytest.mark.parametrize(
    ("verb", "said"),
    [
        (("test", "model_construction.MLP"), "  ✓ MLP\n"),
        (("next",), "parameter_table: A table of all parameters"),
        (("progress",), "10 of 10  done"),
        (("list",), "  ✓ MiniModule "),
        (("hint", "parameter_table"), "1 of 3"),
        (("reset", "MiniModule", "--yes"), "MiniModule is as it was handed out."),
        (("submit", "Ana Souza", "--yes"), "Ana Souza.zip is written: 6 files"),
        (("doctor",), "submissions are graded on Linux or macOS"),
    ],
)
def test_a_verb_of_a_student_works(workspace, verb, said):
    done = workspace.run(*verb, startup=WITHOUT_UNIX)

    assert said in done.stdout, done.stderr
    assert done.returncode == 0


def test_an_endless_loop_ends_when_its_time_is_up(handed_out):
    workspace = handed_out()
    text = (KIT.solutions / "model_construction.py").read_text()
    assert ENDLESS[0] in text
    workspace.exercises("model_construction").write_text(text.replace(*ENDLESS))

    done = workspace.run("test", "FixedHiddenMLP", startup=WITHOUT_UNIX)

    assert "  ✗ FixedHiddenMLP\n" in done.stdout
    assert "The test is stopped: it did not end within 10 seconds." in done.stdout


def test_a_verb_for_others_says_where_it_works(workspace):
    done = workspace.run("grade", "exercises", startup=WITHOUT_UNIX)

    assert done.returncode == 2
    assert "This verb works on Linux and macOS alone; on Windows, use WSL." in (
        done.stderr
    )
