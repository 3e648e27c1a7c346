"""The command tells the kit's own errors as a message, and hides no other."""

import ast
import importlib

import pytest

from grader.errors import GraderError
from grader.layout import KIT

cli = importlib.import_module("grader.cli.main")

CAUGHT_INSIDE = {
    "KilledWorkerError": "the observer tries the test again",
    "NoGitError": "becomes what is amiss with a submission",
    "ProtocolError": "becomes a test's outcome",
    "SimulationError": "raised in a sandbox, and becomes a fault of its worker",
    "TooLargeError": "raised in a sandbox, and sent as the error of a call",
    "TooMuchError": "becomes the error of a submission",
}
"""Errors that are no message of the command, and what becomes of them."""


def run_verb(monkeypatch, error):
    def verb():
        raise error

    monkeypatch.setattr(cli, "make_app", lambda arguments: verb)
    cli.run()


def test_an_error_of_the_kit_is_one_message_and_exit_status_2(monkeypatch, capsys):
    class DeskError(GraderError):
        pass

    with pytest.raises(SystemExit) as ended:
        run_verb(monkeypatch, DeskError("x.toml: name a topic"))

    assert ended.value.code == 2
    assert capsys.readouterr().err == "error: x.toml: name a topic\n"


def test_any_other_error_is_a_fault_of_the_kit_and_shows_its_traceback(monkeypatch):
    with pytest.raises(ZeroDivisionError):
        run_verb(monkeypatch, ZeroDivisionError())


def test_an_interrupted_command_says_so(monkeypatch, capsys):
    with pytest.raises(SystemExit) as ended:
        run_verb(monkeypatch, KeyboardInterrupt())

    assert ended.value.code == 130
    assert capsys.readouterr().err == "error: interrupted\n"


def test_every_error_is_told_by_the_command_or_caught_inside():
    classes = [
        node
        for path in (KIT.root / "grader").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ClassDef) and node.name.endswith("Error")
    ]

    bases = {c.name: {ast.unparse(base) for base in c.bases} for c in classes}
    told = {"GraderError"}
    while more := {n for n, above in bases.items() if above & told} - told:
        told |= more

    assert bases.keys() - told == CAUGHT_INSIDE.keys()
