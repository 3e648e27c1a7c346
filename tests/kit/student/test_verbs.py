"""Every verb of a student, as it is run, and what it says to odd situations."""

import contextlib
import fcntl
import importlib
import os
import pty
import re
import struct
import subprocess
import sys
import termios

import pytest

from grader.intake import SubmissionSource, read_submission
from grader.layout import KIT
from grader.release import handout
from grader.scoring.outcome import Outcome
from grader.student.progress import duration
from grader.student.verdict import Verdict
from grader.student.workspace import Workspace

WITHOUT = """
import sys

class Without:
    @staticmethod
    def find_spec(name, path=None, target=None):
        if name == "{0}":
            raise ModuleNotFoundError("No module named '{0}'", name="{0}")

sys.meta_path.insert(0, Without)
"""
WITHOUT_TORCH = WITHOUT.format("torch")
WITHOUT_SYMPY = WITHOUT.format("sympy")
OPTIONAL_SLIP = """

class Dropout(Dropout):
    def forward(self, x):
        return x
"""
SLIP = """

class CenteredLayer(nn.Module):
    def forward(self, x):
        print("mean", 3)
        return x.oops


class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.zeros(units))

    def forward(self, x):
        raise NotStarted
"""


@pytest.fixture(scope="module")
def begun(handed_out):
    """A workspace in which much has happened, and what `make test` said to that."""
    workspace = handed_out()
    with workspace.exercises("custom_layer").open("a") as file:
        file.write(SLIP)
    with workspace.exercises("deferred_init").open("a") as file:
        file.write("\n\ndef lazy_mlp(*widths:\n")
    workspace.exercises("parameters").unlink()
    solution = KIT.solutions / "model_construction.py"
    workspace.exercises("model_construction").write_bytes(solution.read_bytes())
    return workspace, workspace.run("test", startup=WITHOUT_SYMPY)


def test_what_passes_is_ticked(begun, syllabus):
    _, done = begun
    mine = len(syllabus.topic("model_construction").exercises)

    assert "\n  ✓ MLP\n" in done.stdout
    assert "\n  ✓ MiniModule\n" in done.stdout
    assert f"{mine} of {len(syllabus.exercises)} exercises pass." in done.stdout
    assert done.returncode == 1


def test_one_exercise_that_is_asked_for_fails_though_it_is_optional(
    handed_out, syllabus
):
    name = "custom_layer.Dropout"
    assert not syllabus.exercises[name].required

    assert handed_out().run("test", name).returncode == 1


def test_who_closes_the_pipe_gets_no_fault_told(begun):
    workspace, _ = begun
    reader, writer = os.pipe()
    os.close(reader)

    done = subprocess.run(
        **workspace.command("test", "model_construction.MLP"),
        stdout=writer,
        stderr=subprocess.PIPE,
        check=False,
    )
    os.close(writer)

    assert (done.returncode, done.stderr) == (0, "")


def test_no_comparison_loads_what_a_second_of_time_goes_into(begun):
    """The run had no sympy, which torch loads for a comparison if it is let."""
    _, done = begun

    assert "sympy" not in done.stdout + done.stderr
    assert done.stdout.count("✗") == 4


def test_no_bytecode_is_left_that_a_quick_save_could_be_taken_for(begun):
    workspace, _ = begun

    assert not (workspace.folder / "exercises" / "__pycache__").exists()


def test_a_slip_is_told_with_the_students_line_and_prints(begun):
    _, done = begun

    assert re.search(
        r"  ✗ CenteredLayer\n"
        r" +The code raises AttributeError\.\n"
        r" +call .*\n +expected  a result\n +got +AttributeError: .*\n"
        r" +at +custom_layer.py, line \d+ in forward: return x\.oops\n"
        r"( +read .*\n)? +printed   mean 3\n",
        done.stdout,
    ), done.stdout
    assert "grader/" not in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_what_is_begun_and_not_complete_is_told_by_its_line(begun):
    _, done = begun

    assert "  ✗ MyLinear\n      It is not complete.\n" in done.stdout
    assert re.search(
        r"at +exercises/custom_layer.py, line \d+: raise NotS", done.stdout
    )


def test_what_is_untouched_is_listed_in_one_line(begun):
    _, done = begun

    assert "  · not started: save_tensors, save_parameters, " in done.stdout


def test_a_syntax_error_is_told_once_for_its_file(begun):
    _, done = begun

    assert done.stdout.count("deferred_init.py cannot be imported.") == 1
    assert re.search(r"got +SyntaxError: '\(' was never closed\n", done.stdout)
    assert re.search(
        r"at +deferred_init.py, line \d+: def lazy_mlp\(\*widths:", done.stdout
    )


def test_a_missing_file_is_told_with_the_way_back(begun):
    _, done = begun

    told = "exercises/parameters.py is missing: make reset EX=parameters.parameter_"
    assert done.stdout.count(told) == 1


def test_progress_and_next_answer_without_torch_when_nothing_changed(begun, syllabus):
    workspace, _ = begun
    mine = syllabus.topic("model_construction").exercises
    open_ones = syllabus.topic("custom_layer").exercises
    left = duration(sum(e.minutes for e in open_ones))
    required = [e for e in syllabus.exercises.values() if e.required]
    done = [e for e in mine if e.required]
    before = workspace.exercises("custom_layer").read_bytes()

    progress = workspace.run("progress", startup=WITHOUT_TORCH)
    following = workspace.run("next", startup=WITHOUT_TORCH)

    all_done = rf"Layers and Modules +█{{20}} +{len(mine)} of {len(mine)} +done\n"
    assert re.search(all_done, progress.stdout)
    none_done = rf"Custom Layers +░{{20}} +0 of {len(open_ones)} +{left} left"
    assert re.search(none_done, progress.stdout)
    assert re.search(r"Lazy Initialization +░{20} +not readable now", progress.stdout)
    counts = f"{len(done)} of {len(required)}"
    assert f"Required: {counts} exercises pass" in progress.stdout
    assert "exercises/deferred_init.py is no Python now: line" in progress.stdout
    assert progress.stderr == ""
    assert "parameter_table: A table of all parameters" in following.stdout
    assert workspace.exercises("custom_layer").read_bytes() == before


def test_only_what_changed_is_checked_again(begun, syllabus):
    workspace, _ = begun
    mine = len(syllabus.topic("model_construction").exercises)
    path = workspace.exercises("model_construction")
    text = path.read_text()
    path.write_text(text.replace("dim=-1", "dim=0"))

    progress = workspace.run("progress")
    again = workspace.run("progress", startup=WITHOUT_TORCH)
    path.write_text(text)

    assert progress.stderr == "Checking 1 exercise that changed …\n"
    assert f"{mine - 1} of {mine}" in progress.stdout
    assert again.stdout == progress.stdout


def test_a_solution_opens_only_for_what_passes(begun):
    workspace, _ = begun

    passed = workspace.run("solution", "MLP", startup=WITHOUT_TORCH)
    slip = workspace.run("solution", "MyLinear", startup=WITHOUT_TORCH)

    assert passed.returncode == 0
    assert "Yours is the reference, word for word." in passed.stdout
    assert "The two layers are made once" in passed.stdout
    assert slip.returncode == 2
    assert "its reference opens when it does" in slip.stderr
    assert "reference" not in slip.stdout


def test_hints_come_one_by_one_and_end_with_where_to_read(handed_out, syllabus):
    workspace = handed_out()
    hints = syllabus.exercises["model_construction.MLP"].hints

    said = [
        workspace.run("hint", "MLP", startup=WITHOUT_TORCH).stdout
        for _ in range(len(hints) + 2)
    ]

    shown = [sum(hint in text for hint in hints) for text in said]
    assert shown == [*range(1, len(hints) + 1), *[len(hints)] * 2]
    book = syllabus.topic("model_construction").book
    assert [book in text for text in said] == [False] * len(hints) + [True] * 2


def test_losing_the_state_costs_nothing_but_the_hints(begun, syllabus):
    workspace, _ = begun
    mine = len(syllabus.topic("model_construction").exercises)
    hints = len(syllabus.exercises["model_construction.chain"].hints)
    workspace.run("hint", "chain")
    (workspace.folder / ".progress.json").write_text("{ no json")

    hint = workspace.run("hint", "chain")
    progress = workspace.run("progress")

    assert f"1 of {hints}" in hint.stdout
    assert f"{hints} of {hints}" not in hint.stdout
    assert f"{mine} of {mine}" in progress.stdout


def test_without_torch_it_is_said_what_to_do(handed_out):
    done = handed_out().run("test", startup=WITHOUT_TORCH)

    assert done.returncode == 2
    assert "torch is not installed there: remove .venv, then make test" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_python_that_is_too_old_is_told(handed_out):
    startup = "import sys; sys.version_info = (3, 10, 2)"

    done = handed_out().run("test", startup=startup)

    assert done.returncode == 2
    assert "this is Python 3.10" in done.stderr
    assert "Python 3.11 or later is needed: make PYTHON=python3.11" in done.stderr


def test_make_refuses_a_python_that_is_too_old(handed_out):
    workspace = handed_out()
    old = workspace.folder / "old-python"
    script = "import sys; sys.version_info = (3, 10); exec(sys.argv[2])"
    old.write_text(f"#!/bin/sh\nexec {sys.executable} -c '{script}' \"$@\"\n")
    old.chmod(0o755)

    done = subprocess.run(
        ["make", "test", f"PYTHON={old}"],
        cwd=workspace.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert "Python 3.11 or later is needed: make PYTHON=python3.11" in done.stderr
    assert not (workspace.folder / ".venv").exists()


def answered(workspace, answer, *arguments):
    """Run a verb with a terminal as its input."""
    owner, terminal = pty.openpty()
    os.write(owner, f"{answer}\n".encode())
    done = subprocess.run(
        **workspace.command(*arguments, startup=WITHOUT_TORCH),
        stdin=terminal,
        capture_output=True,
        check=False,
    )
    os.close(owner)
    os.close(terminal)
    return done


def test_a_reset_asks_first_and_keeps_a_backup(handed_out):
    workspace = handed_out()
    path = workspace.exercises("model_construction")
    stub = path.read_text()
    path.write_text(
        stub.replace("    raise NotStarted\n\n\nclass R", "    x\n\n\nclass R")
    )
    mine = path.read_text()

    unasked = workspace.run("reset", "chain")
    refused = answered(workspace, "n", "reset", "chain")
    untouched = path.read_text()
    agreed = answered(workspace, "y", "reset", "model_construction.chain")

    assert mine != stub
    assert unasked.returncode == 2
    assert "There is nobody to ask: add YES=1, or --yes" in unasked.stderr
    assert "Nothing is changed." in refused.stdout
    assert untouched == mine
    assert path.read_text() == stub
    (backup,) = path.parent.glob(".backups/*")
    assert backup.read_text() == mine
    assert f"exercises/.backups/{backup.name}" in agreed.stdout


def test_a_reset_of_a_missing_file_brings_it_back(handed_out):
    workspace = handed_out()
    path = workspace.exercises("parameters")
    stub = path.read_text()
    path.unlink()

    done = workspace.run("reset", "parameter_table", "--yes", startup=WITHOUT_TORCH)

    assert done.returncode == 0
    assert path.read_text() == stub


@pytest.mark.parametrize("verb", ["reset", "solution"])
def test_a_verb_for_one_exercise_says_how_to_name_it(handed_out, verb):
    workspace = handed_out()

    none = workspace.run(verb, startup=WITHOUT_TORCH)
    topic = workspace.run(verb, "parameters", startup=WITHOUT_TORCH)

    assert "no exercise is named: add one, as EX=model_construction.MLP" in none.stderr
    assert "parameters is a topic: add one, as EX=parameters.parameter" in topic.stderr


def test_a_submission_is_what_the_grader_reads(handed_out, syllabus):
    workspace = handed_out()
    workspace.exercises("use_gpu").write_text("import helpers\n")
    (workspace.folder / "exercises" / "helpers.py").write_text("")

    refused = workspace.run("submit", "ana-souza")
    packed = workspace.run("submit", "ana-souza", "--yes")

    assert refused.returncode == 2
    assert "use_gpu.py cannot be imported." in refused.stdout
    assert "No module named 'helpers'" in refused.stdout
    assert "use_gpu.py, line 1: import helpers" in refused.stdout
    assert packed.returncode == 0
    archive = workspace.folder / "ana-souza.zip"
    submission = read_submission(
        SubmissionSource("ana-souza", archive), syllabus.modules
    )
    assert submission.problems == {}
    assert submission.notes == ()
    assert submission.sources == {
        topic: workspace.exercises(topic).read_bytes() for topic in syllabus.topic_ids
    }


def test_submit_asks_where_a_module_and_a_notebook_hold_work(handed_out):
    workspace = handed_out()
    notebook = workspace.folder / "exercises" / "notebooks" / "read_write.ipynb"
    for path in (workspace.exercises("read_write"), notebook):
        text = path.read_text().replace("    raise NotStarted", "    pass", 1)
        path.write_text(text)

    asked = workspace.run("submit", "ana-souza")
    agreed = workspace.run("submit", "ana-souza", "--yes")

    assert asked.returncode == 2
    assert "Hand in read_write.py? If not, move it away." in asked.stderr
    assert "notebooks/read_write.ipynb 1, which is not handed in" in asked.stderr
    assert "read_write: read_write.py answers 1 of" in asked.stdout
    assert agreed.returncode == 0


@pytest.fixture(scope="module")
def optional_fails(handed_out):
    """A workspace in which one optional exercise of two does not pass."""
    workspace = handed_out()
    text = (KIT.solutions / "custom_layer.py").read_text()
    path = workspace.exercises("custom_layer")
    path.write_text(text + OPTIONAL_SLIP)
    return workspace


@pytest.mark.parametrize(
    ("part", "status"),
    [("custom_layer", 0), ("custom_layer,Dropout", 1), ("MyLinear,Dropout", 1)],
)
def test_a_named_exercise_decides_the_status_whatever_its_level(
    optional_fails, part, status
):
    done = optional_fails.run("test", part)

    assert "  ✗ Dropout\n" in done.stdout
    assert done.returncode == status


def test_next_names_nothing_that_passes(optional_fails):
    (optional_fails.folder / ".progress.json").unlink(missing_ok=True)

    done = optional_fails.run("test", "custom_layer.CenteredLayer")

    assert "Next: Dropout in exercises/custom_layer.py" in done.stdout


def test_the_list_tells_state_level_and_minutes(optional_fails, syllabus):
    done = optional_fails.run("list")
    rows = [line.split() for line in done.stdout.splitlines()]

    told = {row[1]: row for row in rows if row and row[0] in "✓✗·?"}
    assert len(told) == len(syllabus.exercises)
    assert told["Dropout"][0] == "✗"
    assert told["MyLinear"][0] == "✓"
    assert told["MLP"][:5] == ["·", "MLP", "core", "10", "min"]


def test_windows_line_ends_stay_through_a_reset(handed_out):
    workspace = handed_out()
    path = workspace.exercises("model_construction")
    stub = path.read_bytes()
    mine = stub.replace(b"class MLP(nn.Module):", b"class MLP(nn.Module):  # mine")
    path.write_bytes(mine.replace(b"\n", b"\r\n"))

    done = workspace.run("reset", "MLP", "--yes", startup=WITHOUT_TORCH)

    assert done.returncode == 0
    assert mine != stub
    assert path.read_bytes() == stub.replace(b"\n", b"\r\n")


def test_make_passes_a_name_with_spaces_on_in_a_folder_with_spaces(unpack):
    workspace = unpack(handout.collect(KIT), "my course")
    ready = workspace.folder / ".venv" / "ready"
    (ready.parent / "bin").mkdir(parents=True)
    python = ready.parent / "bin" / "python"
    python.write_text(f'#!/bin/sh\nexec "{sys.executable}" "$@"\n')
    python.chmod(0o755)
    ready.touch()

    done = subprocess.run(
        ["make", "submit", "NAME=Ana d'Or Souza", "YES=1"],
        cwd=workspace.folder,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    assert (workspace.folder / "Ana d'Or Souza.zip").exists()


cli = importlib.import_module("grader.cli.main")


def test_every_verb_is_there_and_tells_what_it_does():
    app = cli.make_app([])

    help_of = {c.name: c.callback.__doc__ for c in app.registered_commands}

    assert list(help_of) == list(cli.VERBS)
    assert all(help_of.values())


def in_terminal(workspace, *arguments, **environment):
    """Return what a verb prints in a terminal of 80 columns."""
    owner, terminal = pty.openpty()
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 30, 80, 0, 0))
    command = workspace.command(*arguments, startup=WITHOUT_TORCH)
    command["env"] |= {"TERM": "xterm-256color", **environment}
    subprocess.run(**command, stdin=terminal, stdout=terminal, check=False)
    os.close(terminal)
    printed = b""
    with contextlib.suppress(OSError):
        while data := os.read(owner, 1 << 16):
            printed += data
    os.close(owner)
    return printed.decode().replace("\r\n", "\n")


def test_a_terminal_gets_colours_and_no_line_is_too_long(handed_out):
    workspace = handed_out()
    for _ in range(2):
        workspace.run("hint", "make_tied_mlp", startup=WITHOUT_TORCH)

    hint = in_terminal(workspace, "hint", "make_tied_mlp")
    plain = in_terminal(workspace, "hint", "make_tied_mlp", NO_COLOR="1")

    assert "\x1b[1m" in hint
    lines = re.sub(r"\x1b\[[0-9;]*m", "", hint).splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[-2].startswith("  3 of 3    nn.Sequential(shared, *[nn.ReLU(), ")
    assert lines[-1] == "            ends with the layer."
    assert "\x1b" not in plain


def test_a_test_that_waits_for_a_gpu_is_told(capsys):
    from grader.cli.student_view import show_verdict

    outcomes = (Outcome.PASSED, Outcome.NO_GPU, Outcome.NO_GPU)
    show_verdict(Workspace(KIT), Verdict("use_gpu.try_gpu", outcomes))

    assert capsys.readouterr().out == (
        "  ✓ try_gpu  2 tests wait for a GPU: not run here, points stay open\n"
    )
