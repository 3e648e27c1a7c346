"""What a student's code prints and asks for under `make test`."""

import sys

import pexpect
import pytest

from grader.student.code import asks_somebody
from grader.student.verdict import MAX_CHARACTERS, MAX_LINES, Printed, Verdict, end_of

GUARD = 300  # seconds, after which a prompt that never comes is given up
SLIP = """

class CenteredLayer(nn.Module):
    def forward(self, x):
        {before}
        return x.oops
"""


@pytest.fixture(scope="module")
def run(handed_out):
    """Run `grader test` in a terminal, on an answer with some lines in it."""
    workspace = handed_out()
    stub = workspace.exercises("custom_layer").read_text()

    def run(before):
        workspace.exercises("custom_layer").write_text(
            stub + SLIP.format(before=before)
        )
        command = workspace.command("test", "CenteredLayer")
        return pexpect.spawn(
            command["args"][0],
            command["args"][1:],
            cwd=str(command["cwd"]),
            env=command["env"] | {"TERM": "dumb"},
            encoding="utf-8",
            timeout=GUARD,
        )

    return run


def rest_of(child):
    """Return what is printed to the end, and the exit status."""
    child.expect(pexpect.EOF)
    child.close()
    return child.before, child.exitstatus


def test_input_asks_in_the_terminal(run):
    once = 'cls = type(self); cls.name = getattr(cls, "name", 0) or input("who? ")'
    child = run(f'{once}; print("this is", cls.name)')

    child.expect_exact("who? ")
    child.sendline("Ana")
    child.expect_exact("this is Ana")
    said, status = rest_of(child)

    assert "CenteredLayer" in said
    assert status == 1


@pytest.mark.parametrize("stop", ["breakpoint()", "import pdb; pdb.set_trace()"])
def test_a_debugger_stops_in_the_terminal_and_whoever_leaves_it_leaves_all(run, stop):
    child = run(stop)

    child.expect_exact("(Pdb) ")
    child.sendline("p 6 * 7")
    child.expect_exact("42")
    child.sendline("q")
    said, status = rest_of(child)

    assert "CenteredLayer" not in said
    assert status == 130


def test_an_interrupt_in_a_students_loop_ends_all(run):
    child = run("input('go? '); print('on'); [None for _ in iter(int, 1)]")

    child.expect_exact("go? ")
    child.sendline("")
    child.expect_exact("on")
    child.sendintr()
    said, status = rest_of(child)

    assert "CenteredLayer" not in said
    assert status == 130


def test_where_nobody_answers_it_is_told(handed_out):
    workspace = handed_out()
    with workspace.exercises("custom_layer").open("a") as file:
        file.write(SLIP.format(before="input()"))

    done = workspace.run("test", "CenteredLayer")

    assert "nobody answers input() or a debugger here" in done.stdout


def test_prints_are_shown_whole_up_to_a_limit(handed_out):
    workspace = handed_out()
    with workspace.exercises("custom_layer").open("a") as file:
        lines = f"for i in range({MAX_LINES + 7}): print('line', i)"
        file.write(SLIP.format(before=lines))

    done = workspace.run("test", "CenteredLayer")

    shown = map(str.strip, done.stdout.splitlines())
    rows = [line for line in shown if line.startswith("line ")]
    assert "printed   (7 lines before this are not shown)" in done.stdout
    assert rows[0] == "line 7"
    assert len(rows) == MAX_LINES


def test_one_long_line_is_cut_at_its_beginning():
    printed = end_of("x" * (MAX_CHARACTERS + 1) + "end\n")

    (line,) = printed.lines
    assert len(line) == MAX_CHARACTERS
    assert line.endswith("xend")
    assert printed.left_out == 0


def test_what_is_printed_travels_with_the_verdict():
    verdict = Verdict("parameters.Ema", (), printed=Printed(("a", "b"), 3))

    assert Verdict.from_dict(verdict.as_dict()) == verdict
    assert verdict.printed.rows(1) == [
        "  printed   (4 lines before this are not shown)",
        "            b",
    ]
    assert Printed().rows() == []


@pytest.mark.parametrize(
    ("code", "asks"),
    [
        ("def f(input):\n    return input + 1", False),
        ("x = input('?')", True),
        ("import pdb\npdb.set_trace()", True),
        ("from IPython import embed; embed()", True),
        ("# breakpoint()", False),
        ("class class", False),
    ],
)
def test_only_code_that_calls_for_somebody_gets_the_terminal(code, asks):
    assert asks_somebody(code) is asks


def test_k_finds_the_tests_of_an_exercise_by_its_symbol(handed_out):
    workspace = handed_out()
    command = workspace.command()
    command["args"] = [sys.executable, "-m", "pytest", "-q", "-k", "MySequential"]
    done = pexpect.run(
        " ".join([*command["args"], "--collect-only"]),
        cwd=str(workspace.folder),
        env=command["env"],
        encoding="utf-8",
        timeout=GUARD,
    )
    shown = [line for line in done.splitlines() if "::" in line]

    assert shown
    assert all("test_sequential" in line for line in shown)
