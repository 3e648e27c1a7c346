"""What is shown holds no control character; what people write stays as it is."""

import unicodedata

import pytest

from grader.text import SIGN, one_line, without_controls

CONTROLS = [
    *("\x00", "\t", "\r", "\x1b", "\x7f", "\x85", "\x9b", "\u2028"),
    *("\u200b", "\u202e", "\u2066", "\u200f", "\u061c", "\ud800", "\ufeff"),
]


@pytest.mark.parametrize("char", CONTROLS)
def test_a_sign_stands_for_a_control_character(char):
    assert without_controls(f"a{char}b\nc") == f"a{SIGN}b\nc"


def test_every_control_character_and_line_end_of_unicode_is_found():
    kinds = {"Cc", "Cs", "Zl", "Zp"}
    chars = [chr(n) for n in range(0x110000) if unicodedata.category(chr(n)) in kinds]

    assert set(without_controls("".join(chars), keep="")) == {SIGN}


@pytest.mark.parametrize(
    "text", ["Élodie  Peña", "김민지", "می‌خواهم", "عربي", "👩‍🔬", "a\u00a0b", "²ⁿ"]
)
def test_the_text_of_any_script_stays_as_it_is(text):
    assert without_controls(text) == text
    assert one_line(text) == text


def test_characters_that_are_wanted_are_kept():
    assert without_controls("a\tb\x1b", keep="\t") == f"a\tb{SIGN}"


def test_one_line_has_a_blank_for_each_run_of_control_characters():
    assert one_line("\x1b[31mred\x07\r\n\n::set-output\u202e") == "red ::set-output"


def test_one_line_is_no_longer_than_its_limit():
    assert one_line("abcdef", 6) == "abcdef"
    assert one_line("abcdefg", 6) == "abcde…"


def test_codes_of_a_terminal_go_before_a_text_is_cut():
    coloured = "".join(f"\x1b[38;5;{i}mword\x1b[0m " for i in range(4))

    assert one_line(f"\x1b]0;title\x07{coloured}", 30) == "word word word word"


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("It is wrong. See the statement.", "It is wrong.…"),
        ("The weights are not on the device", "The weights are…"),
        ("x" * 40, "x" * 19 + "…"),
        ("A. " + "x" * 40, "A. " + "x" * 16 + "…"),
    ],
)
def test_what_is_too_long_ends_where_a_sentence_or_a_word_does(text, cut):
    assert one_line(text, 20) == cut
