"""The 48 small tests as each tool wants them: eight for each of six exercises."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from grader.layout import KIT
from grader.syllabus import read_syllabus

TOPIC = "custom_layer"
SHAPES = ("(4,)", "(3, 4)", "(2, 3, 4)", "(1, 5, 2, 4)")
SIZES = ("1", "2", "5", "8")
CHECKS = {
    "MyLinear": {"linear_values": SHAPES, "linear_parameters": SIZES},
    "HalfSpectrum": {"spectrum_values": SHAPES, "spectrum_in_double": SIZES},
    "RMSNorm": {"norm_values": SHAPES, "norm_in_half": SIZES},
    "CausalMask": {"mask_values": SIZES, "mask_of_long_scores": SIZES},
    "round_ste": {"rounded_values": SHAPES, "rounded_gradient": SIZES},
    "swish": {"swished_values": SHAPES, "swished_gradient": SIZES},
}
"""The cases of each check in `checks.py`, by exercise."""
SOURCE = Path(__file__).with_name("checks.py").read_text(encoding="utf-8")
HERE = "from grader.observe import"
PLAY = f"""import importlib
from checks import *

def play(scenario, *args):
    return scenario(importlib.import_module("{TOPIC}"), *args)
"""
UNITTEST_IMPORTS = """import unittest
from gradescope_utils.autograder_utils.decorators import weight
"""
OTTER_HEAD = """from types import SimpleNamespace
from otter.test_files import test_case
from checks import *

OK_FORMAT = False
name = "{}"

def player(env):
    ex = SimpleNamespace(**env)
    return lambda scenario, *args: scenario(ex, *args)
"""


@dataclass(frozen=True)
class Test:
    """One test."""

    name: str
    exercise: str
    call: str
    """What it does, in Python, with `play`."""
    points: float


def read_tests() -> list[Test]:
    """Return the tests; those of an exercise share its points."""
    exercises = read_syllabus(KIT.registry).exercises
    return [
        Test(
            f"{check}_{i}",
            f"{TOPIC}.{symbol}",
            f"{check}(play, {case})",
            exercises[f"{TOPIC}.{symbol}"].points / sum(map(len, checks.values())),
        )
        for symbol, checks in CHECKS.items()
        for check, cases in checks.items()
        for i, case in enumerate(cases)
    ]


TESTS = read_tests()


def our_suite() -> str:
    """Return the test file for the judge."""
    return SOURCE + "\nimport pytest\n" + "".join(map(our_test, TESTS))


def our_test(test: Test) -> str:
    """Return one test for the judge."""
    return f'''

@pytest.mark.exercise("{test.exercise}")
def test_{test.name}(observe):
    play = observe
    {test.call}
'''


def plain_checks() -> str:
    """Return the checks with expectations that need no grader."""
    assert SOURCE.count(HERE) == 1
    return SOURCE.replace(HERE, "from expect import")


def pytest_suite() -> str:
    """Return the test file for pytest."""
    return PLAY + "".join(f"\n\ndef test_{t.name}():\n    {t.call}\n" for t in TESTS)


def unittest_suite() -> str:
    """Return the test file for gradescope-utils."""
    tests = "\n".join(
        f"    @weight({t.points})\n    def test_{t.name}(self):\n        {t.call}\n"
        for t in TESTS
    )
    return f"{PLAY}\n{UNITTEST_IMPORTS}\n\nclass Test(unittest.TestCase):\n{tests}"


def otter_suites() -> dict[str, str]:
    """Return a test file for otter by exercise."""
    return {
        symbol: OTTER_HEAD.format(symbol)
        + "".join(otter_test(t) for t in TESTS if t.exercise == f"{TOPIC}.{symbol}")
        for symbol in CHECKS
    }


def otter_test(test: Test) -> str:
    """Return one test for otter."""
    return f'''

@test_case(name="{test.name}", points={test.points})
def test_{test.name}(env):
    play = player(env)
    {test.call}
'''
