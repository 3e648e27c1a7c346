"""`make watch`, with real saves, as a process of its own."""

import os
import signal
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from grader.layout import KIT

SOLUTION = (KIT.solutions / "model_construction.py").read_text()
GUARD = 300  # seconds, after which a line that never comes is given up

SLIP = ("self.add_module(str(i), module)", "self.add_module(i, module)")
ENDLESS = ("while x.abs().sum() > 1:", "while not __import__('time').sleep(0.1):")
LATER_SLIP = ("[self.net1(x), self.net2(x)], dim=-1", "[self.net1(x)], dim=-1")
REWRITTEN = ("*(make_block() for _ in range(n))", "*[make_block() for _ in range(n)]")
COMMENT = ("return x.sum()", "return x.sum()  # a number")
EXIT = ("return self.out(torch.relu(self.hidden(x)))", "import os; os._exit(0)")
BROKEN = ("class Residual", "class class Residual")
WITHOUT_UNIX = Path(__file__).with_name("without_unix.py").read_text()
DEAF = """sign = open({place!r}, "w")
        while True:
            try:
                while True:
                    pass
            except BaseException:
                pass"""
"""Opens a named pipe, which closes as the process ends; nothing stops the loop."""
INTERRUPTIBLE = """
import signal
signal.signal(signal.SIGINT, signal.default_int_handler)
"""


@contextmanager
def watching(workspace, startup="") -> Iterator[subprocess.Popen]:
    """Run `grader watch` until the block ends.

    It can be interrupted even where these tests cannot, as in a shell's background.
    """
    watch = subprocess.Popen(
        **workspace.command("watch", startup=INTERRUPTIBLE + startup),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    guard = threading.Timer(GUARD, watch.kill)
    guard.start()
    with watch:
        try:
            yield watch
        finally:
            watch.send_signal(signal.SIGINT)
            watch.stdout.read()
            guard.cancel()


def read_to(watch, beginning):
    """Return what is printed up to a line that begins as given."""
    seen = []
    for line in watch.stdout:
        seen.append(line)
        if line.startswith(beginning):
            return "".join(seen)
    raise AssertionError("".join(seen))


def save(workspace, *changes):
    """Save the solutions, with some changes to them."""
    text = SOLUTION
    for old, new in changes:
        assert old in text
        text = text.replace(old, new)
    workspace.exercises("model_construction").write_text(text)


@pytest.fixture(scope="module")
def session(handed_out):
    """What is printed after each save of a session."""
    workspace = handed_out()
    said = {}
    with watching(workspace) as watch:
        said["start"] = read_to(watch, "Save a file")
        save(workspace, SLIP, LATER_SLIP)
        said["all written"] = read_to(watch, "Checked in")
        save(workspace, SLIP, LATER_SLIP, COMMENT)
        said["no code changed"] = read_to(watch, "Checked in")
        save(workspace, LATER_SLIP)
        said["mended"] = read_to(watch, "Checked in")
        save(workspace, LATER_SLIP, ENDLESS)
        said["endless"] = read_to(watch, "Checking FixedHiddenMLP")
        save(workspace, LATER_SLIP)
        said["ended"] = read_to(watch, "Checked in")
        save(workspace, LATER_SLIP, BROKEN)
        said["broken"] = read_to(watch, "Checked in")
        save(workspace, LATER_SLIP, REWRITTEN)
        said["whole again"] = read_to(watch, "Checked in")
        save(workspace, EXIT)
        said["exits"] = read_to(watch, "Checked in")
    said["status"] = watch.returncode
    return said


def test_it_begins_with_the_first_exercise(session):
    assert "MLP: A multilayer perceptron from two layers" in session["start"]
    assert "exercises/model_construction.py, line " in session["start"]


def test_after_a_pass_it_goes_on_and_shows_no_error_of_what_comes(session):
    said = session["all written"]

    assert "  ✓ MLP\n" in said
    assert "MySequential: Your own nn.Sequential" in said
    assert "✗" not in said


def test_a_pass_names_the_next_exercise_that_does_not_pass(session, syllabus):
    said = session["mended"]

    assert "  ✓ MySequential\n" in said
    assert "FixedHiddenMLP:" not in said
    assert "ParallelBlock: Two networks side by side" in said
    total = len(syllabus.topic("model_construction").exercises)
    assert f"3 of {total}" in said


def test_a_save_without_a_change_checks_the_exercise_that_is_next(session):
    said = session["no code changed"]

    assert "  ✗ MySequential\n" in said
    assert "names of submodules are strings" in said
    assert "make hint EX=model_construction.MySequential" in said


def test_a_check_that_hangs_ends_with_the_next_save(session):
    said = session["ended"]

    assert "✗" not in said
    assert "  ✓ FixedHiddenMLP\n" in said


def test_a_broken_file_is_told_as_such(session):
    said = session["broken"]

    assert "model_construction.py cannot be imported." in said
    assert "class class Residual" in said
    assert "hint" not in said


def test_the_exercise_that_changed_since_the_file_was_whole_is_checked(session):
    assert "  ✓ chain\n" in session["whole again"]


def test_an_interrupt_is_an_ordinary_end(session):
    assert session["status"] == 0


def test_without_what_is_unixs_it_says_so_and_checks_all_the_same(handed_out):
    workspace = handed_out()

    with watching(workspace, startup=WITHOUT_UNIX) as watch:
        start = read_to(watch, "Save a file")
        save(workspace, SLIP)
        first = read_to(watch, "Checked in")
        save(workspace)
        second = read_to(watch, "Checked in")

    assert "Processes cannot be forked here" in start
    assert "  ✓ MLP\n" in first
    assert "  ✓ MySequential\n" in second
    assert "cannot be forked" not in first + second


def test_tests_that_cannot_be_collected_are_told(handed_out):
    workspace = handed_out()
    (workspace.folder / "tests" / "visible" / "test_use_gpu.py").write_text("import (")

    done = workspace.run("watch")

    assert done.returncode == 2
    assert "the checks cannot start: the visible tests do not run" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_process_that_ends_itself_is_told(session):
    said = session["exits"]

    assert "  ✗ MLP\n      The test ended the whole process.\n" in said
    assert "a call of exit(), quit() or os._exit()" in said


@pytest.mark.parametrize("ending", [signal.SIGHUP, signal.SIGTERM, signal.SIGKILL])
def test_an_end_in_the_middle_of_an_endless_loop_leaves_no_process(
    handed_out, tmp_path, ending
):
    """A terminal that is closed sends SIGHUP."""
    workspace = handed_out()
    place = tmp_path / "sign"
    os.mkfifo(place)

    with watching(workspace) as watch:
        read_to(watch, "Save a file")
        save(workspace, ("while x.abs().sum() > 1:", DEAF.format(place=str(place))))
        with place.open() as sign:
            watch.send_signal(ending)
            said = sign.read()

    assert said == ""
