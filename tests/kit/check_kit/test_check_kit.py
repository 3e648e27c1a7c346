"""The checks of the kit itself name what is missing and what is wrong."""

from pathlib import Path

import pytest

from grader.check_kit import VariantError, read_variants
from grader.check_kit.causes import check_causes
from grader.check_kit.counts import check_counts, count_functions
from grader.check_kit.independence import check_independence
from grader.check_kit.places import check_places
from grader.check_kit.variants import Variant
from grader.scoring.manifest import Check, Manifest
from grader.scoring.message import Message
from grader.syllabus import Course, Exercise, Syllabus, Topic

ONE = Exercise("t", ("A", "B"), "", "", "core", 1, 1, 1, 0, (), ("a", "b"))
TWO = Exercise("t", ("C",), "", "", "core", 1, 1, 1, 0, (), ("a", "b"))
COURSE = Course("c", "C", "", "")
SYLLABUS = Syllabus((Topic("t", "T", "", (ONE, TWO)),), {"t": ()}, COURSE, ("core",))
ONLY_A = SYLLABUS.only("t.A")
NONE = Manifest((), "", {})


def variant(exercise, source, right=False):
    return Variant(None, exercise, right, "", source)


@pytest.fixture
def folder(tmp_path):
    def write(name, text):
        path = tmp_path / f"{name}.py"
        path.parent.mkdir(parents=True)
        path.write_text(text)
        return tmp_path

    return write


def test_a_variant_has_its_exercise_and_what_it_must_be_told(folder):
    text = '"""Slip.\n\nsays: watch out\n"""\nA = 1\n'

    (found,) = read_variants(folder("wrong/t/A/slip", text), SYLLABUS)

    assert (found.exercise, found.right, found.says) == (ONE, False, "watch out")


@pytest.mark.parametrize(
    ("name", "text", "says"),
    [
        ("wrong/t/Z/slip", '"""Slip."""', "t.Z is no exercise"),
        ("odd/t/A/slip", '"""Slip."""', "t.A is no exercise"),
        ("wrong/t/A/slip", '"""Slip."""', "has no line `says: …`"),
        ("right/t/A/slip", "A = 1", "has no docstring"),
    ],
)
def test_a_variant_that_cannot_be_used_is_named(folder, name, text, says):
    with pytest.raises(VariantError) as raised:
        read_variants(folder(name, text), SYLLABUS)

    assert f"{name}.py" in str(raised.value)
    assert says in str(raised.value)


def test_an_exercise_without_tests_and_variants_is_named():
    problems = list(check_counts(ONLY_A, NONE, NONE, []))

    assert problems == [
        "t.A: 0 hidden tests; 1 at least",
        "t.A: 0 visible tests; 1 at least",
        "t.A: 0 right variants; 2 at least",
        "t.A: 0 wrong variants; 4 at least",
    ]


def test_cases_of_one_function_are_one_test():
    cases = tuple(Check(f"f::a[{i}]", "t.A", 1) for i in range(9))

    assert count_functions(Manifest(cases, "", {})) == {"t.A": 1}


def test_each_hidden_file_is_called_after_its_exercise():
    files = {"x/t/test_A.py": "t.A", "x/test_C.py": "t.C", "x/t/test_B.py": "t.A"}
    checks = [Check(f"{file}::test_it", e, 1) for file, e in files.items()]

    assert list(check_places(Manifest(tuple(checks), "", {}))) == [
        "x/t/test_B.py checks t.A, whose hidden tests belong in t/test_A.py",
        "x/test_C.py checks t.C, whose hidden tests belong in t/test_C.py",
    ]


def test_points_for_a_gpu_need_a_test_for_it():
    hidden = Manifest((Check("f::a", "t.A", 1, cuda=True),), "", {})

    problems = list(check_counts(ONLY_A, hidden, NONE, []))

    assert "t.A: cuda_points = 0, but tests are marked cuda" in problems


SOLUTION = """
def _shared(): return 1
def _mine(): return _shared()
def A(): return _mine()
def B(): return A()
def C(): return _shared()
"""


def test_answers_that_touch_their_own_exercise_only_are_independent():
    variants = [variant(ONE, "def _mine(): return 2\ndef A(): return B()\nnew = 1")]

    assert list(check_independence(SYLLABUS, {"t": SOLUTION}, variants)) == []


def test_a_solution_that_uses_another_exercise_is_named():
    source = SOLUTION.replace("C(): return _shared()", "C(): return A()")

    assert list(check_independence(SYLLABUS, {"t": source}, [])) == [
        "solutions/t.py: t.C uses A"
    ]


@pytest.mark.parametrize("name", ["_shared", "C"])
def test_a_variant_that_redefines_what_others_use_is_named(name, monkeypatch):
    monkeypatch.setattr(Variant, "name", "wrong/t/A/slip")
    variants = [variant(ONE, f"def {name}(): pass")]

    assert list(check_independence(SYLLABUS, {"t": SOLUTION}, variants)) == [
        f"wrong/t/A/slip: redefines {name}, which others use too"
    ]


def wrong(name, says):
    return Variant(Path(f"wrong/t/A/{name}.py"), ONE, False, says, "")


def test_a_cause_that_is_another_answers_slip_is_named():
    variants = [wrong("twice", "counts twice"), wrong("late", "starts late")]
    told = {
        "wrong/t/A/twice": Message("A is wrong.", cause="it counts twice"),
        "wrong/t/A/late": Message("A is wrong.", cause="it counts twice"),
    }

    assert list(check_causes(variants, told)) == [
        "wrong/t/A/late: is told another slip's cause: it counts twice"
    ]


def test_a_message_without_a_cause_or_of_the_slip_itself_sends_nobody_astray():
    variants = [wrong("twice", "counts"), wrong("late", "starts late"), wrong("c", "z")]
    told = {
        "wrong/t/A/twice": Message("A counts twice."),
        "wrong/t/A/late": Message("A starts late.", cause="it counts twice"),
    }

    assert list(check_causes(variants, told)) == []
