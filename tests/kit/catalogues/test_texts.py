"""What is found to be translated, and what a catalogue keeps."""

from textwrap import dedent

import pytest
from babel.messages.catalog import Catalog

from grader.catalogues.check import check_catalogue, compare, read_glossary
from grader.catalogues.command import texts_of_calls, texts_of_help
from grader.catalogues.course import texts_of_course
from grader.catalogues.found import Found
from grader.catalogues.makefile import spoken_makefile, texts_of_makefile
from grader.catalogues.po import (
    key_of,
    merge,
    path_of,
    read_catalogue,
    write_catalogue,
)
from grader.catalogues.tests import texts_of_tests
from grader.check_kit.texts import check_told
from grader.layout import KIT, Layout
from grader.scoring.message import Message
from grader.speech import Speech, speaking
from grader.words import say

GLOSSARY = {"layer": "camada", "bias": "viés", "copy": "cópia / copiar"}


def texts_in(tmp_path, find, code: str) -> list[str]:
    path = tmp_path / "module.py"
    path.write_text(dedent(code))
    return [found.text for found in find(path, "module.py")]


def test_texts_of_tests_are_strings_of_words(tmp_path):
    found = texts_in(
        tmp_path,
        texts_of_tests,
        '''
        """A docstring is none."""
        CAUSES = {"must have the same": "two dtypes meet"}
        slips = {"the scale is lost": 1}
        expect(x, "It is wrong.", slips=slips, causes={"also a pattern": "the why"})
        name, code, glued = "weight", "net.layer(x) + 1", f"and for the {name} alone"
        cases = {"not clipped": x, "it is in order and done": y}
        more = "import torch", "requires_grad is False", "A and B", "relu, tanh"
        ''',
    )

    assert set(found) == {
        "two dtypes meet",
        "It is wrong.",
        "the scale is lost",
        "the why",
        "not clipped",
        "it is in order and done",
    }


def test_texts_of_the_command_are_given_to_what_speaks(tmp_path):
    found = texts_in(
        tmp_path,
        texts_of_calls,
        """
        print(_("a text"), several("{n} file", "{n} files", n), other("not this"))
        raise SomeError("{path} is gone", path=path)
        raise SomeError("one" if n else ("two" if m else "three"), n=n)
        reader.fail("{entry} is wrong", entry=entry)
        raise ValueError("for developers")
        """,
    )

    told = {"{path} is gone", "one", "two", "three", "{entry} is wrong"}
    assert set(found) == {"a text", "{n} file", *told}


def test_a_makefile_says_what_its_targets_are_for_and_keeps_its_commands(tmp_path):
    makefile = (
        "# a remark\n"
        "test: $(VENV)/ready ## check it: make test [EX=…]\n"
        "\t@$(GRADER) test $(call quoted,$(EX))\n"
        "\t@echo \"Setting up\" && grep -E '^[a-z]+:.*## ' Makefile\n"
    )
    catalogue = Catalog(locale="pt_BR")
    catalogue.add("check it: make test [EX=…]", "verifica: make test [EX=…]")
    write_catalogue(path_of(tmp_path, "pt_BR", "alpha"), catalogue)

    with speaking(Speech("pt_BR", tmp_path)):
        spoken = spoken_makefile(makefile)

    assert texts_of_makefile(makefile) == ["check it: make test [EX=…]", "Setting up"]
    assert spoken == makefile.replace("check it:", "verifica:")


def test_help_is_found_where_options_are_declared(tmp_path):
    code = 'Option("--out", help="Folder for it.", show_default="that one")'

    assert texts_in(tmp_path, texts_of_help, code) == ["Folder for it.", "that one"]


def test_what_opens_late_is_in_no_catalogue_that_students_get():
    by_catalogue: dict[str, set[str]] = {}
    for name, found in texts_of_course(KIT):
        by_catalogue.setdefault(name, set()).add(found.text)
    hidden = {n: t for n, t in by_catalogue.items() if n.endswith(".hidden")}

    assert len(hidden) == 6
    for name, texts in hidden.items():
        assert not texts & by_catalogue[name.removesuffix(".hidden")]
    why = "`make_block` is called inside the generator"
    assert any(t.startswith(why) for t in hidden["model_construction.hidden"])


def test_a_translation_stays_with_its_text(tmp_path):
    path = path_of(tmp_path, "pt_BR", "alpha")
    old = Catalog(locale="pt_BR")
    old.add("one", "um")
    old.add("gone", "foi")
    write_catalogue(path, old)
    other = Catalog(locale="pt_BR")
    other.add("moved", "mudou")
    known = {key_of(m): m for m in other if m.id}

    now = read_catalogue(path, "pt_BR")
    merge(now, [Found(t, "here") for t in ("one", "moved", "new")], known)
    write_catalogue(path, now)

    read = {m.id: m.string for m in read_catalogue(path, "pt_BR") if m.id}
    assert read == {"one": "um", "moved": "mudou", "new": ""}


@pytest.mark.parametrize(
    ("said", "problem"),
    [
        ("A camada {n} tem `x` e um viés.", None),
        ("As camadas {n} têm `x` e vieses.", None),
        ("A camada tem `x` e um viés.", "has other values"),
        ("A camada {n} tem `y` e um viés.", "has other code"),
        ("O nível {n} tem `x` e um viés.", "does not say 'camada'"),
        (" A camada {n} tem `x` e um viés.", "other spaces"),
    ],
)
def test_a_translation_says_the_same(said, problem):
    found = list(compare("The layer {n} has `x` and a bias.", said, GLOSSARY))

    assert [problem in f for f in found] == [True] * (problem is not None)


def test_what_is_missing_or_fuzzy_is_told():
    catalogue = Catalog(locale="pt_BR")
    catalogue.add("done", "feito")
    catalogue.add("unsure", "talvez", flags=["fuzzy"])
    catalogue.add(("{n} file", "{n} files"), ("{n} arquivo", ""))
    texts = [Found(t, "here") for t in ("done", "unsure", "{n} file", "none")]

    told = [text.split(" (")[0] for text in check_catalogue(catalogue, texts, {})]

    assert told == [
        "'unsure' is marked fuzzy",
        "'{n} file' is not translated",
        "'none' is not translated",
    ]


def test_the_glossary_has_terms_by_their_english_ones():
    glossary = read_glossary(KIT.root / "docs" / "glossario.md")

    assert glossary["layer"] == "camada"
    assert "English" not in glossary


def test_what_is_told_and_in_no_catalogue_is_a_problem(tmp_path):
    texts = [("alpha", Found("It is {what}.", "here"))]
    told = [Message(say("It is {what}.", what=say("not so good")), got="my own words")]
    spoken = Layout(tmp_path)
    (tmp_path / "locale" / "pt_BR" / "LC_MESSAGES").mkdir(parents=True)

    assert len(list(check_told(spoken, texts, told))) == 1
    assert not list(check_told(Layout(tmp_path / "alone"), texts, told))
