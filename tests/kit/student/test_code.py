"""What an exercise's code is, and what it reaches."""

import pytest

from grader.source import BrokenCodeError
from grader.student.code import read_code

FILE = '''"""A topic."""

import math
from torch import Tensor, nn

SCALE = 2


def first(x):
    """Return it."""
    return _help(x)


class Second(nn.Module):
    """Stand."""

    def forward(self, x):
        return x * SCALE


def third(x):
    return Second()(x)


def _help(x):
    # doubled
    return 2 * x


def bystander():
    return globals()["hidden_by_name"]


def hidden_by_name():
    return 1
'''


def names(statements):
    return sorted(name for s in statements if not s.is_import for name in s.names)


def key(text, *symbols):
    return [s.digest for s in read_code(text).reached_from(symbols)]


@pytest.mark.parametrize(
    ("symbol", "reached"),
    [
        ("first", ["_help", "first"]),
        ("Second", ["SCALE", "Second"]),
        ("third", ["SCALE", "Second", "third"]),
        ("bystander", ["bystander", "hidden_by_name"]),
    ],
)
def test_code_reaches_what_it_names(symbol, reached):
    assert names(read_code(FILE).reached_from([symbol])) == reached


def test_what_belongs_to_others_is_not_entered():
    assert names(read_code(FILE).reached_from(["third"], stop=["Second"])) == ["third"]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("    # doubled\n", ""),
        ('"""Return it."""', '"""Return it, doubled."""'),
        ('"""A topic."""', '"""Another topic."""'),
        ("import math\n", "import cmath\nimport math\n"),
        ("def bystander():\n    return", "def bystander():\n    print()\n    return"),
        ("SCALE = 2", "SCALE = 3"),
        (
            FILE[-10:],
            FILE[-10:] + '\nif __name__ == "__main__":\n    print(first(1))\n',
        ),
    ],
)
def test_what_does_not_reach_an_exercise_does_not_change_it(old, new):
    assert old in FILE

    assert key(FILE.replace(old, new), "first") == key(FILE, "first")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("_help(x)\n\n\nclass", "-_help(x)\n\n\nclass"),
        ("2 * x", "3 * x"),
        ("SCALE = 2", "SCALE = 2\nnn.Module.oops = 1"),
        ("import math\n", "import math\nfrom os import *\n"),
    ],
)
def test_what_reaches_an_exercise_changes_it(old, new):
    assert old in FILE

    assert key(FILE.replace(old, new), "first") != key(FILE, "first")


def test_decorators_belong_to_what_they_decorate():
    code = read_code("import torch\n\n@torch.no_grad()\ndef f():\n    pass\n")

    (found,) = code.defining(["f"])

    assert code.lines(found)[0] == "@torch.no_grad()"


def test_a_second_definition_counts_too():
    again = FILE + "\n\ndef first(x):\n    return x\n"

    assert len(read_code(again).defining(["first"])) == 2


def test_code_that_is_no_python_is_told_by_its_line():
    with pytest.raises(BrokenCodeError, match="line 2: .*never closed"):
        read_code("x = 1\ny = (2\n")


def test_a_null_byte_is_told():
    with pytest.raises(BrokenCodeError):
        read_code("x = '\0'")
