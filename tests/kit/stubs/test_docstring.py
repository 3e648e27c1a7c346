"""A docstring in another language: its texts change, its code does not."""

import ast

import pytest
from babel.messages.catalog import Catalog

from grader.catalogues.po import path_of, write_catalogue
from grader.layout import KIT
from grader.speech import Speech, speaking
from grader.stubs import make_stub, spoken_picture
from grader.stubs.docstring import read_blocks, spoken_docstring, texts_of, wrap

DOCSTRING = """\
Return what `a b` is, in a line.

It has a paragraph
of two lines.

- the first `item of code` here;
- the second,
  which goes on.

Shapes: (..., any width) -> (n,)

Raises:
    ValueError: it is wrong,
        as said.

Example:
    >>> f(1)
    2"""


@pytest.fixture
def loud(tmp_path) -> Speech:
    """A language that says everything twice."""
    catalogue = Catalog(locale="pt_BR")
    for text in [*texts_of(DOCSTRING), *texts_of_solutions()]:
        catalogue.add(text, f"{text} {text}")
    write_catalogue(path_of(tmp_path, "xx", "alpha"), catalogue)
    return Speech("xx", tmp_path)


def texts_of_solutions() -> list[str]:
    return [t for d in docstrings(solution()) for t in texts_of(d)]


def solution() -> str:
    return KIT.topic_solution("model_construction").read_text(encoding="utf-8")


def docstrings(source: str) -> list[str]:
    kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
    nodes = [n for n in ast.walk(ast.parse(source)) if isinstance(n, kinds)]
    return [d for n in nodes if (d := ast.get_docstring(n))]


def test_texts_are_whole_paragraphs_items_and_entries():
    assert list(texts_of(DOCSTRING)) == [
        "Return what `a b` is, in a line.",
        "It has a paragraph of two lines.",
        "the first `item of code` here;",
        "the second, which goes on.",
        "(..., any width) -> (n,)",
        "it is wrong, as said.",
    ]


def test_what_is_not_translated_stays_as_it_is():
    assert "\n\n".join(b.written() for b in read_blocks(DOCSTRING)) == DOCSTRING
    assert spoken_docstring(DOCSTRING, 4) == DOCSTRING


def test_code_stays_and_texts_are_wrapped(loud):
    with speaking(loud):
        said = spoken_docstring(DOCSTRING, 50)

    assert said.endswith("Example:\n    >>> f(1)\n    2")
    assert max(map(len, said.splitlines())) <= 38
    assert "    ValueError: it is wrong, as said." in said
    assert "\n- the first `item of code` here;" in said


def test_what_stands_in_backticks_is_not_broken():
    assert wrap("one `two three` four", 8, "") == ["one", "`two three`", "four"]


def test_a_stub_in_another_language_has_the_same_code(loud, syllabus):
    topic = syllabus.topic("model_construction")
    english = make_stub(solution(), topic)

    with speaking(loud):
        spoken = make_stub(solution(), topic)

    assert without_docstrings(spoken) == without_docstrings(english)
    assert len(docstrings(spoken)) == len(docstrings(english))
    assert not set(docstrings(spoken)) & set(docstrings(english))


def without_docstrings(source: str) -> str:
    tree = ast.parse(source)
    for node in ast.walk(tree):
        kinds = (ast.Module, ast.ClassDef, ast.FunctionDef)
        if isinstance(node, kinds) and ast.get_docstring(node):
            node.body = node.body[1:] or [ast.Pass()]
    return ast.unparse(tree)


def test_a_picture_says_it_too_and_its_code_stays(tmp_path):
    catalogue = Catalog(locale="pt_BR")
    catalogue.add("all < one", "one > all")
    write_catalogue(path_of(tmp_path, "xx", "alpha"), catalogue)
    text = "all &lt; one</text>"
    picture = f'<svg><text x="1">{text}<text class="code">{text}</svg>'

    with speaking(Speech("xx", tmp_path)):
        said = spoken_picture(picture)

    assert said == picture.replace("all &lt; one", "one &gt; all", 1)
    assert spoken_picture(picture) == picture
