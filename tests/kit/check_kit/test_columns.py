"""What sweeps leave out is listed with its reason."""

from grader.check_kit.columns import describe, list_columns
from grader.observe.columns import MODULES, TENSORS


def test_columns_are_listed_by_their_reason():
    compared = {*TENSORS, "eval"} - {"float16", "empty"}

    text = describe(compared, {"float16": "RuntimeError"})

    assert "float16: the reference raises RuntimeError" in text
    modules = "copied, double, half, restored, sibling, trained, changed"
    assert f"empty, {modules}: not asked" in text
    assert "int64, bool, complex, inf, nan, " in text
    assert ": no statement promises them" in text


def test_a_function_has_no_states_to_leave_out():
    by_reason = describe({"plain"}, {}).split("; ")

    (states,) = [
        p for p in by_reason if p.endswith(": it is no module, or has no state")
    ]
    assert all(name in states for name in MODULES)


def test_who_compares_no_column_has_cases_of_its_own():
    assert describe({"for an empty list", "when shared"}, {}) == (
        "no function of tensors alone; 2 cases of its own"
    )


def test_the_tests_of_a_course_are_looked_at(small_course, small):
    listed = dict(list_columns(small_course, small))

    assert list(listed) == list(small.exercises)
    assert listed["alpha.double"] == "no function of tensors alone; 0 cases of its own"
