"""What sweeps leave out is listed with its reason."""

from grader.check_kit.columns import describe, list_columns
from grader.observe.columns import COLUMNS

REST = [name for name in COLUMNS if name not in ("plain", "empty")]


def test_columns_are_listed_by_their_reason():
    reasons = dict.fromkeys(REST, "nobody promises them") | {"empty": "it has no sum"}

    text, settled = describe({"plain"}, reasons)

    assert text.startswith("empty: it has no sum; ") or "; empty: it has no sum" in text
    assert f"{', '.join(REST)}: nobody promises them" in text
    assert settled


def test_a_column_without_a_reason_is_not_settled():
    text, settled = describe({"plain"}, dict.fromkeys(REST, "nobody promises them"))

    assert "empty: no reason is given" in text
    assert not settled


def test_who_compares_no_column_has_cases_of_its_own():
    assert describe({"for an empty list", "when shared"}, {}) == (
        "no function of tensors alone; 2 cases of its own",
        True,
    )


def test_the_tests_of_a_course_are_looked_at(small_course, small):
    listed = {exercise: text for exercise, text, _ in list_columns(small_course, small)}

    assert list(listed) == list(small.exercises)
    assert listed["alpha.double"] == "no function of tensors alone; 0 cases of its own"
