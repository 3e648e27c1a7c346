"""Which language is spoken, and what is said in it."""

import subprocess
import sys

import pytest
from babel.messages.catalog import Catalog

from grader.catalogues.po import path_of, write_catalogue
from grader.errors import GraderError, hint_at
from grader.language import LanguageError, choose_language
from grader.layout import KIT, Layout
from grader.scoring.message import Line, Message
from grader.speech import Speech, several, speaking, translate
from grader.words import render, say

ENVIRONMENT = ("GRADER_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")


@pytest.fixture
def course(tmp_path, monkeypatch) -> Layout:
    """A course whose own texts are there in two languages more."""
    for name in ENVIRONMENT:
        monkeypatch.delenv(name, raising=False)
    for language, said in {"xx": "um {n}", "yy_ZZ": "dois {n}"}.items():
        catalogue = Catalog(locale="pt_BR")
        catalogue.add("a {n}", said)
        catalogue.add("read", f"leia {language}")
        write_catalogue(path_of(tmp_path / "locale", language, "alpha"), catalogue)
    return Layout(tmp_path)


def test_the_first_that_names_a_language_decides(course, monkeypatch):
    chosen = []
    monkeypatch.setenv("LANG", "yy_ZZ.UTF-8")
    chosen.append(choose_language(None, course).language)
    course.language.write_text("xx\n")
    chosen.append(choose_language(None, course).language)
    course.rules.write_text('language = "yy-ZZ"\n')
    chosen.append(choose_language(None, course).language)
    monkeypatch.setenv("GRADER_LANGUAGE", "xx")
    chosen.append(choose_language(None, course).language)
    chosen.append(choose_language("en", course).language)

    assert chosen == ["yy_ZZ", "xx", "yy_ZZ", "xx", "en"]


@pytest.mark.parametrize("locale", ["C.UTF-8", "de_DE.UTF-8", ""])
def test_a_machine_that_speaks_otherwise_is_spoken_to_in_english(
    course, monkeypatch, locale
):
    monkeypatch.setenv("LANG", locale)

    assert choose_language(None, course).language == "en"


@pytest.mark.parametrize("name", ["yy", "yy_AA", "yy-ZZ", "yy_ZZ"])
def test_a_language_is_found_by_its_family(course, name):
    assert choose_language(name, course).language == "yy_ZZ"


def test_a_language_that_is_asked_for_in_vain_is_told(course):
    with pytest.raises(LanguageError, match=r"'de'; known: en, pt_BR, xx, yy_ZZ"):
        choose_language("de", course)


def test_words_are_data_until_they_are_read(course):
    words = say("a {n}", n=say("a {n}", n=2))
    error = GraderError("a {n}", n=GraderError("a {n}", n=3))

    with speaking(choose_language("xx", course)):
        said = render(words), str(error), translate("not there")

    assert said == ("um um 2", "um um 3", "not there")
    assert (render(words), str(error)) == ("a a 2", "a a 3")


def test_a_message_has_its_labels_in_the_language_too(course):
    message = Message(say("a {n}", n=1), read="there")

    with speaking(choose_language("yy", course)):
        assert message.render() == "dois 1\n  leia yy_ZZ there"


@pytest.mark.parametrize(
    ("line", "said"),
    [
        (Line("a.py", 3), "a.py, linha 3"),
        (Line("a.py", 3, "forward"), "a.py, linha 3 em forward"),
        (Line("a.py", 3, None, "{x}"), "a.py, linha 3: {x}"),
        (Line("a.py", 3, "f", "x = 1"), "a.py, linha 3 em f: x = 1"),
    ],
)
def test_where_a_student_s_line_stands_is_said_in_the_language(line, said):
    with speaking(Speech("pt_BR")):
        assert line.words().render() == said


def test_a_name_that_nobody_knows_is_hinted_at():
    known = ["beta", "Alpha", "alphas"]
    asked = ("alpha", "alphb", "nothing")

    with speaking(Speech("pt_BR")):
        spoken = [hint_at(name, known).render() for name in asked]

    assert [hint_at(name, known).render() for name in asked] == [
        "Is it Alpha?",
        "Is it Alpha or alphas?",
        "Known: beta, Alpha, alphas",
    ]
    assert spoken == [
        "Seria Alpha?",
        "Seria Alpha ou alphas?",
        "Conhecidos: beta, Alpha, alphas",
    ]


def test_a_number_decides_on_the_form():
    forms = "{n} test", "{n} tests"

    assert [several(*forms, n) for n in (0, 1, 2)] == ["0 tests", "1 test", "2 tests"]
    with speaking(Speech("pt_BR")):
        assert several("{n} point", "{n} points", 1).startswith("1 ")


def test_help_and_errors_of_the_command_are_spoken(tmp_path):
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        command = [sys.executable, "-m", "grader", "--language", "pt_BR", *words]
        return subprocess.run(
            command, cwd=KIT.root, capture_output=True, text=True, check=False
        )

    assert "Corrige" in run("grade", "--help").stdout
    assert "kit's" not in run("--help").stdout
    wrong = run("export", str(tmp_path), "--to", "nothing")
    assert wrong.returncode == 2
    assert "no format" not in wrong.stderr
