"""Stubs keep the contract of a solution and nothing of its work."""

import pytest

from grader.layout import KIT
from grader.stubs import StubError, make_all, make_stub, outdated
from grader.syllabus import Exercise, Topic

SOLUTION = '''"""A topic."""

import torch
from torch import nn

_SECRET = 42
GIVEN = 1


class Layer(nn.Module):
    """Do it."""

    name: str

    def __init__(self, d: int):
        super().__init__()
        self.d = d  # the answer

    def forward(self, x):
        """Return x."""
        # a telling comment
        return _help(x)

    def _inner(self):
        return 1


def _help(x):
    return x


@torch.no_grad()
def given(x):
    """Stay."""
    return x + GIVEN


def solve(x: int) -> int:
    """Solve it."""

    def inner():
        return 3

    return x + inner()
'''


def topic_of(*symbols):
    exercise = Exercise("t", symbols, "", "", "core", 1, 1, 1, 0, (), ("a", "b"))
    return Topic("t", "T", "", (exercise,))


def test_bodies_go_and_contracts_stay():
    stub = make_stub(SOLUTION, topic_of("Layer", "solve"))

    for kept in (
        '"""Do it."""',
        "def __init__(self, d: int):\n        raise NotStarted",
        '"""Return x."""\n        raise NotStarted',
        'def solve(x: int) -> int:\n    """Solve it."""\n    raise NotStarted',
        "name: str",
        "GIVEN = 1",
        "return x + GIVEN",
        "from grader import NotStarted",
    ):
        assert kept in stub
    for secret in ("answer", "telling", "_SECRET", "_help", "_inner", "inner()"):
        assert secret not in stub


def test_a_stub_raises_not_started():
    from grader import NotStarted

    namespace = {}
    exec(make_stub(SOLUTION, topic_of("Layer", "solve")), namespace)

    with pytest.raises(NotStarted):
        namespace["solve"](1)
    with pytest.raises(NotStarted):
        namespace["Layer"](1)


def test_a_symbol_without_definition_is_named():
    with pytest.raises(StubError, match="t.py: Missing is in the registry"):
        make_stub(SOLUTION, topic_of("Missing"), "t.py")


def test_a_symbol_without_docstring_is_named():
    with pytest.raises(StubError, match="solve has no docstring"):
        make_stub("def solve():\n    return 1\n", topic_of("solve"), "t.py")


def test_the_committed_exercises_are_what_the_solutions_give(syllabus):
    assert outdated(make_all(syllabus, KIT), KIT.exercises) == []


def test_a_changed_a_missing_and_an_extra_file_are_outdated(tmp_path):
    (tmp_path / "a.py").write_text("old")
    (tmp_path / "extra.py").write_text("")

    assert outdated({"a.py": "new", "b.py": ""}, tmp_path) == [
        "a.py",
        "b.py",
        "extra.py",
    ]
