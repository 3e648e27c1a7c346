"""Expectations: what passes, what does not, and what a learner is told."""

from dataclasses import replace

import pytest
import torch

from grader.observe import (
    Raised,
    expect_close,
    expect_equal,
    expect_error,
    expect_true,
)
from grader.observe.data import check_form
from grader.observe.finding import Finding


def message(function, *args, **kwargs):
    with pytest.raises(Finding) as raised:
        function(*args, **kwargs)
    return (
        replace(raised.value.message, call="f(x)", read="Chapter 1")
        .render()
        .splitlines()
    )


def test_a_message_is_fault_call_expected_got_cause_read():
    x = torch.tensor([1.0, 2.0])

    assert message(
        expect_close,
        x + torch.tensor([0.0, 0.5]),
        x,
        "It is off.",
        slips={"half": x + 9},
    ) == [
        "It is off.",
        "  call      f(x)",
        "  expected  float32 (2,)",
        "  got       float32 (2,), most unlike at [1]: 2.5 instead of 2",
        "  read      Chapter 1",
    ]


def test_a_cause_is_told_only_when_its_evidence_fits():
    x = torch.randn(3)
    slips = {"negated": -x, "raises": lambda got: got.nothing, "twice": lambda g: True}

    assert "  cause?    negated" in message(expect_close, -x, x, "Off.", slips=slips)
    assert "  cause?    twice" in message(expect_close, 2 * x, x, "Off.", slips=slips)


@pytest.mark.parametrize(
    "got",
    [
        None,
        1.0,
        torch.zeros(2),
        torch.zeros(3, 1),
        torch.zeros(3).double(),
        torch.full((3,), torch.nan),
        torch.full((3,), torch.inf),
        torch.zeros(0),
        torch.zeros(3, dtype=torch.complex64),
        torch.tensor([0.0, 0.0, 1e-3]),
    ],
)
def test_close_means_same_shape_dtype_and_values(got):
    assert message(expect_close, got, torch.zeros(3), "Off.")[0] == "Off."


def test_close_allows_rounding_and_equal_nans():
    expected = torch.tensor([1.0, torch.nan, torch.inf])

    expect_close(expected + 1e-7, expected, "Off.")


@pytest.mark.parametrize(
    ("got", "expected"),
    [
        (True, 1),
        (1.0, 1),
        ([1], (1,)),
        ([1, 2], [1]),
        ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
        ([torch.ones(1)], [torch.zeros(1)]),
        (torch.ones(1), torch.ones(1).double()),
        (None, 0),
    ],
)
def test_equal_is_strict_about_types_and_order(got, expected):
    assert message(expect_equal, got, expected, "Off.")[0] == "Off."


def test_equal_tensors_tell_where_they_differ():
    got = message(expect_equal, torch.tensor([1, 2]), torch.tensor([1, 3]), "Off.")

    assert got[3] == "  got       int64 (2,), most unlike at [1]: 2 instead of 3"


def test_one_tolerance_alone_is_enough():
    expect_close(torch.tensor([1.0]), torch.tensor([1.05]), "Off.", atol=0.1)


def test_evidence_that_cannot_be_had_does_not_fit():
    def warn(value):
        raise UserWarning

    lines = message(
        expect_close, torch.ones(1), torch.zeros(1), "Off.", slips={"a": warn}
    )
    assert "cause?" not in "".join(lines)


def test_true_says_what_was_seen():
    assert message(expect_true, False, "Off.", expected="a", got="b", cause="c")[
        2:5
    ] == [
        "  expected  a",
        "  got       b",
        "  cause?    c",
    ]


ERROR = Raised(("KeyError", "LookupError", "Exception"), "no 'x'")


def test_error_takes_the_class_or_one_below_it():
    expect_error(ERROR, LookupError, "Off.", mentions="x")


@pytest.mark.parametrize(
    ("raised", "kind", "mentions", "fault"),
    [
        (None, KeyError, "", "Off."),
        (ERROR, ValueError, "", "It raises KeyError, and must raise ValueError."),
        (ERROR, KeyError, "y", "Off."),
    ],
)
def test_error_tells_what_was_raised_instead(raised, kind, mentions, fault):
    assert message(expect_error, raised, kind, "Off.", mentions=mentions)[0] == fault


def test_error_tells_what_is_behind_another_one():
    causes = {"KeyError: no": "a missing key"}

    lines = message(expect_error, ERROR, ValueError, "Off.", causes=causes)

    assert "  cause?    a missing key" in lines


NAMES = [f"blocks.{i}.weight" for i in range(20)]


@pytest.mark.parametrize(
    ("got", "said"),
    [
        (NAMES[:3] + NAMES[4:], "19 entries, without 'blocks.3.weight'"),
        ([*NAMES, "a", "b"], "22 entries, with 'a' and 1 more"),
        (["a", *NAMES[1:]], "20 entries, without 'blocks.0.weight', with 'a'"),
        (
            NAMES[:5] + NAMES[:4:-1],
            "20 entries, in another order or number from [5] on",
        ),
        ([*NAMES, NAMES[0]], "21 entries, in another order or number from [20] on"),
    ],
)
def test_long_lists_are_told_apart_by_what_differs(got, said):
    lines = message(expect_equal, got, NAMES, "Off.")

    assert lines[2:4] == ["  expected  20 entries", f"  got       {said}"]


def test_long_dicts_are_told_apart_by_what_differs():
    expected = dict.fromkeys(NAMES, 1)

    lines = message(expect_equal, {**expected, "blocks.3.weight": 2}, expected, "Off.")

    assert lines[3] == (
        "  got       20 entries, without ('blocks.3.weight', 1), "
        "with ('blocks.3.weight', 2)"
    )


def test_control_characters_never_reach_a_message():
    found = Finding("Off.", got="\x1b[31mred\x07\n::set-output\u202e")

    assert found.message.render() == "Off.\n  got       red ::set-output"


def good(ex) -> tuple[torch.Tensor, list[int] | None, dict[str, float]]:
    raise NotImplementedError


@pytest.mark.parametrize(
    "value",
    [
        (torch.zeros(1), [1], {"a": 1.5}),
        (torch.zeros(1), None, {}),
        (torch.zeros(1), [], {"a": 1}),
    ],
)
def test_values_of_the_promised_form_go_on(value):
    check_form(value, good)


@pytest.mark.parametrize(
    "value",
    [
        None,
        (torch.zeros(1), [1]),
        (1.0, [1], {}),
        (torch.zeros(1), [True], {}),
        (torch.zeros(1), (1,), {}),
        (torch.zeros(1), [1], {1: 1.0}),
        [torch.zeros(1), [1], {}],
    ],
)
def test_values_of_another_form_are_a_finding(value):
    with pytest.raises(Finding, match="not of the expected kind"):
        check_form(value, good)
