"""A message is data until it is shown."""

import json

import pytest

from grader.scoring.message import Line, Message
from grader.words import Text, render, say

FULL = Message(
    say("{symbol} is off.", symbol="MLP"),
    call="MLP(2)(x)",
    expected=say("{n} tensors", n=4),
    got="3",
    at=Line("topic.py", 7, "forward", "return x"),
    cause=say("{one} or {other}", one=Text("a"), other=say("{n} b", n=2)),
    read="Chapter",
)


def test_a_message_reads_as_fault_and_rows():
    assert FULL.render().splitlines() == [
        "MLP is off.",
        "  call      MLP(2)(x)",
        "  expected  4 tensors",
        "  got       3",
        "  at        topic.py, line 7 in forward: return x",
        "  cause?    a or 2 b",
        "  read      Chapter",
    ]


@pytest.mark.parametrize("message", [FULL, Message("Off.")])
def test_a_message_comes_back_from_a_report_as_it_was(message):
    data = json.loads(json.dumps(message.as_data(), allow_nan=False))

    assert Message.from_data(data) == message


def test_templates_are_translated_and_values_are_not():
    words = {"{n} tensors": "{n} tensores", "3": "never", "expected": "esperado"}

    said = FULL.render(lambda text: words.get(text, text))

    assert "  esperado  4 tensores" in said


@pytest.mark.parametrize(
    ("value", "shown"),
    [(float("nan"), "nan"), (float("inf"), "inf"), (0.12345, "0.123")],
)
def test_a_number_that_json_does_not_know_is_shown_all_the_same(value, shown):
    text = say("{x:.3g}", x=value)

    json.dumps(text.as_data(), allow_nan=False)
    assert text.render() == shown


def test_braces_of_a_text_without_values_mean_nothing():
    assert render("{'a': 1}") == "{'a': 1}"
    assert render("{") == "{"
