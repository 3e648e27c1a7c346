"""Keys under `make watch`, in a terminal of its own."""

import re

import pexpect
import pytest

from grader.cli import picker, screen
from grader.cli.keys import BACKSPACE, DOWN, ENTER, ESCAPE, UP, name_keys
from grader.cli.picker import Picker
from grader.layout import KIT
from grader.student.workspace import Workspace

GUARD = 300  # seconds, after which a screen that never comes is given up
SOLUTION = (KIT.solutions / "model_construction.py").read_text()
SLIP = ("self.add_module(str(i), module)", "self.add_module(i, module)")
MOVES = re.compile(r"\x1b\[(?![0-9;]*m)[0-9;?]*[A-Za-z]")
END = "q quit"


class Terminal:
    """`grader watch` in a terminal of 80 by 24, and what it shows, without colours."""

    def __init__(self, workspace, no_color="1"):
        command = workspace.command("watch")
        self.child = pexpect.spawn(
            command["args"][0],
            command["args"][1:],
            cwd=str(command["cwd"]),
            env=command["env"] | {"TERM": "xterm-256color", "NO_COLOR": no_color},
            dimensions=(24, 80),
            encoding="utf-8",
            timeout=GUARD,
        )

    def read_to(self, end):
        """Return what is shown up to some words; without movements."""
        self.child.expect_exact(end)
        shown = self.child.before + self.child.after
        return MOVES.sub("", shown).replace("\r\n", "\n")

    def press(self, keys, end=END):
        self.child.send(keys)
        return self.read_to(end)


@pytest.fixture(scope="module")
def workspace(handed_out):
    return handed_out()


@pytest.fixture(scope="module")
def said(workspace):
    """What is shown after each key of a session."""
    module = workspace.exercises("model_construction")
    terminal = Terminal(workspace)
    said = {"start": terminal.read_to(END)}
    said["h"] = terminal.press("h")
    said["s too early"] = terminal.press("s")
    said["d too early"] = terminal.press("d")
    said["l"] = terminal.press("l", "Esc back")
    said["down"] = terminal.press("\x1b[B", "Esc back")
    said["enter"] = terminal.press("\r")
    module.write_text(SOLUTION.replace(*SLIP))
    said["slip"] = terminal.read_to(END)
    said["d"] = terminal.press("d", "(Pdb) ")
    said["d, q"] = terminal.press("q\r")
    said["n"] = terminal.press("n")
    said["found"] = terminal.press("l/mysequ\r")
    module.write_text(SOLUTION)
    said["pass"] = terminal.read_to(END)
    said["s"] = terminal.press("s")
    said["r"] = terminal.press("r")
    said["n, passed"] = terminal.press("n")
    terminal.child.send("q")
    said["q"] = terminal.read_to("To go on: make watch")
    terminal.child.expect(pexpect.EOF)
    terminal.child.close()
    said["status"] = terminal.child.exitstatus
    return said


def test_the_last_line_names_the_keys(said):
    assert said["start"].endswith("h hint   n next   l list   r run again   q quit")
    assert "d debugger" in said["slip"].splitlines()[-1]
    assert "s solution" not in said["slip"]
    assert "s solution" in said["pass"].splitlines()[-1]
    assert "d debugger" not in said["pass"]


def test_h_gives_a_hint(said, syllabus):
    hints = syllabus.exercises["model_construction.MLP"].hints

    assert " ".join(hints[0].split()) in " ".join(said["h"].split())
    assert "One more: press h" in said["h"]


def test_what_a_key_cannot_do_yet_is_told(said):
    assert (
        "MLP does not pass yet, and its reference opens when it" in said["s too early"]
    )
    assert "MLP has" in said["d too early"]


def test_the_list_is_moved_through_and_searched(said):
    assert "\nmodel_construction.MLP\n▸  · MLP " in said["l"]
    assert "▸  · MySequential " in said["down"]
    assert "MySequential: Your own nn.Sequential" in said["enter"]
    assert "✗ MySequential" in said["found"]


def test_a_save_is_checked_as_ever(said):
    assert "✗ MySequential" in said["slip"]
    assert "✓ MySequential" in said["pass"]
    assert "Image models such as VGG" in said["pass"]


def test_d_stops_at_the_students_own_line_and_comes_back(said):
    assert "model_construction.py(" in said["d"]
    assert "-> self.add_module(i, module)" in said["d"]
    assert "d debugger" in said["d, q"]


def test_n_shows_what_comes_next_without_a_check(said):
    assert "parameter_table: A table of all parameters" in said["n"]
    assert "✗" not in said["n"]
    assert "parameter_table: A table of all parameters" in said["n, passed"]


def test_s_shows_the_reference_once_the_exercise_passes(said):
    assert "Yours is the reference, word for word." in said["s"]


def test_r_checks_again(said):
    assert "✓ MySequential" in said["r"]


def test_q_is_an_ordinary_end(said):
    assert said["status"] == 0


def test_without_colours_none_is_sent(said, workspace):
    terminal = Terminal(workspace, no_color="")
    colored = terminal.read_to("\x1b[0m quit")
    terminal.child.close(force=True)

    assert "\x1b[1mh\x1b[0m hint" in colored
    assert "\x1b" not in said["start"] + said["slip"] + said["pass"]


@pytest.mark.parametrize(
    ("typed", "keys"),
    [
        ("q", ["q"]),
        ("\x1b[A\x1bOB", [UP, DOWN]),
        ("\xe0H\x00P", [UP, DOWN]),
        ("/\x7f\r\n", ["/", BACKSPACE, ENTER, ENTER]),
        ("\x1b", [ESCAPE]),
        ("\x1b[5~\x1b[1;5C\t", []),
    ],
)
def test_keys_are_what_terminals_send_for_them(typed, keys):
    assert name_keys(typed) == keys


@pytest.fixture
def chooser(syllabus):
    workspace = Workspace(KIT)
    return Picker(workspace, syllabus.exercises["model_construction.MLP"])


def test_the_mark_stays_within_the_list(chooser, syllabus):
    order = [*syllabus.exercises]

    chooser.press(UP)
    first = chooser.marked.id
    for _ in range(len(order) + 1):
        chooser.press("j")
    last = chooser.marked.id
    stays = chooser.press(ENTER)

    assert (first, last) == (order[0], order[-1])
    assert not stays
    assert chooser.chosen.id == last


def test_a_search_that_finds_nothing_chooses_nothing(chooser, capsys):
    for key in "/@@@":
        chooser.press(key)
    chooser.show()
    nothing = chooser.press(ENTER), chooser.chosen
    for _ in range(3):
        chooser.press(BACKSPACE)
    chooser.press(ENTER)

    assert "No exercise is called so." in capsys.readouterr().out
    assert nothing == (False, None)
    assert chooser.chosen.id == "model_construction.MLP"


def test_a_letter_that_moves_is_a_letter_in_a_search(chooser):
    for key in "/jk":
        chooser.press(key)

    assert chooser.wanted == "jk"


def test_the_list_is_no_longer_than_the_screen(chooser, capsys, monkeypatch):
    monkeypatch.setattr(screen.out, "_height", 10)
    for _ in range(30):
        chooser.press(DOWN)

    chooser.show()

    lines = capsys.readouterr().out.splitlines()
    assert len(lines) < 10
    assert sum("▸" in line for line in lines) == 1
    assert picker.AROUND < 10
