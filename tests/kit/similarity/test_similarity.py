"""Copies are found under other names; what everybody was given is nobody's copy."""

import sys
from html.parser import HTMLParser

import pytest
from typer.testing import CliRunner

from grader.cli.main import make_app
from grader.layout import KIT
from grader.results.similar_pairs import read_pairs
from grader.similarity import SimilarityError
from grader.similarity.compare import Ring, Work, compare_class, to_text
from grader.similarity.page import make_pages, to_pairs, write_pages

TOPIC = "model_construction"
STUB = to_text((KIT.exercises / f"{TOPIC}.py").read_bytes())
SOLUTION = to_text((KIT.solutions / f"{TOPIC}.py").read_bytes())
ANOTHER = to_text((KIT.root / f"examples/class/ana-souza/{TOPIC}.py").read_bytes())


def compare(*texts, **options):
    return found(*texts, **options).matches


def found(*texts, public=(STUB,), common=10, threshold=0.7, groups=()):
    groups = groups or [""] * len(texts)
    works = [
        Work(f"student-{n}", TOPIC, text, group)
        for n, (text, group) in enumerate(zip(texts, groups, strict=True))
    ]
    return compare_class(works, public, threshold=threshold, common=common)


def renamed(text):
    for old, new in {"hidden": "h1", "module": "layer", "x": "inp", "out": "o"}.items():
        text = text.replace(old, new)
    return text


def commented(text):
    return text.replace("\n    def ", "\n    # mine, all mine\n\n    def ")


def reordered(text):
    first, *others = text.split("\n\n\n")
    return "\n\n\n".join([first, *reversed(others)])


@pytest.mark.parametrize("disguise", [str, renamed, commented, reordered])
def test_a_copy_is_found_in_any_disguise(disguise):
    (match,) = compare(SOLUTION, disguise(SOLUTION))

    assert match.share > 0.9


def test_works_of_ones_own_are_not_alike():
    assert compare(SOLUTION, ANOTHER) == []


def test_what_everybody_was_given_is_not_alike():
    assert compare(STUB, STUB) == []
    assert len(compare(STUB, STUB, public=())) == 1


OTHERS = ("parameters", "custom_layer", "read_write", "deferred_init")


def ending(topic):
    """Return the solution with work of another kind behind it."""
    own = to_text((KIT.solutions / f"{topic}.py").read_bytes())
    return f"{SOLUTION}\n\n{own[:3000]}"


def test_what_many_have_is_common_knowledge_and_that_is_told():
    assert len(compare(*map(ending, OTHERS[:3]), common=4)) == 3

    many = found(*map(ending, OTHERS), common=4)

    assert many.matches == many.rings == []
    assert many.hidden == [Ring(TOPIC, tuple(f"student-{n}" for n in range(4)))]


@pytest.mark.parametrize("disguise", [str, renamed, commented])
def test_the_same_work_of_many_is_a_ring_and_counts_once(disguise):
    texts = [SOLUTION] * 10 + [disguise(SOLUTION)]

    many = found(*texts, ANOTHER, common=4)

    assert many.rings == [Ring(TOPIC, tuple(f"student-{n}" for n in range(11)))]
    assert len(many.matches) == 11 * 10 / 2
    assert many.hidden == []


def test_what_many_did_not_begin_or_a_group_handed_in_is_no_ring():
    assert found(*[STUB] * 5).rings == []
    assert found(*[SOLUTION] * 3, groups=["g"] * 3).rings == []


def test_members_of_a_group_may_be_alike():
    assert compare(SOLUTION, SOLUTION, groups=["g1", "g1"]) == []
    assert len(compare(SOLUTION, SOLUTION, groups=["g1", "g2"])) == 1


def test_a_small_file_that_was_taken_whole_is_found_in_a_larger_one():
    first, *others = SOLUTION.split("\n\n\n")
    part = "\n\n\n".join([first, *others[:3]])

    (match,) = compare(part, SOLUTION)

    assert match.share > 0.9


def test_a_few_lines_are_not_enough():
    line = "import torch\nprint(torch.zeros(3, 4).sum().item() + 17 * 2)\n"

    assert compare(line, line, public=()) == []


def test_the_lines_that_are_shared_are_named():
    own = "def mine(a, b):\n    return {a: [b, b ** 2], b: (a, a // 7, 'x')}\n\n\n"
    given = {line.strip() for line in STUB.split("\n")}

    (match,) = compare(own + SOLUTION, SOLUTION)

    named = [SOLUTION.split("\n")[line].strip() for line in sorted(match.lines[1])]
    assert "self.out = nn.Linear(hidden, out_features)" in named
    assert not set(named) & given
    shifted = {line - own.count("\n") for line in match.lines[0]}
    assert shifted == set(match.lines[1])


@pytest.mark.parametrize(
    "source",
    [b"x = 1\r\ny = 2\r\n", b"\xef\xbb\xbf\n\nx = 1\ny = 2\n\n", b"x = 1\ry = 2"],
)
def test_texts_are_the_same_from_any_editor(source):
    assert to_text(source) == "x = 1\ny = 2\n"


# Pages


class Tags(HTMLParser):
    """Collect the names of tags and all text."""

    def __init__(self, page):
        super().__init__()
        self.tags, self.text = [], ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


HOSTILE = "<script>alert(1)</script><img src=x onerror=y>{{ 7 * 7 }}\u202e\x1b[31m\x00"


@pytest.fixture
def pages():
    text = f"# {HOSTILE}\n{SOLUTION}"
    students = ("<b>eve</b>", "ana'\"&")
    works = [Work(student, TOPIC, text) for student in students]
    pairs = to_pairs(compare_class(works, [STUB], threshold=0.7, common=10).matches)
    return make_pages(pairs, compared=2, threshold=0.7)


@pytest.fixture
def html(pages):
    return {name: page for name, page in pages.items() if name.endswith(".html")}


def test_what_students_wrote_is_text_on_the_pages(html):
    pages = html
    assert set(pages) == {"index.html", "pair-001.html"}
    for page in pages.values():
        parsed = Tags(page)
        assert not {"script", "img", "b"} & {tag for tag, _ in parsed.tags}
        assert "<b>eve</b>" in parsed.text
        assert "default-src 'none'" in page
    assert "<script>alert(1)</script>" in Tags(pages["pair-001.html"]).text
    assert "{{ 7 * 7 }}" in Tags(pages["pair-001.html"]).text


@pytest.mark.parametrize("char", ["\u202e", "\x1b", "\x00"])
def test_characters_that_move_others_are_shown_as_such(pages, char):
    assert char not in pages["pair-001.html"]
    assert pages["pair-001.html"].count("\N{REPLACEMENT CHARACTER}") == 6


def test_every_page_says_that_it_is_no_grade(html):
    for page in html.values():
        assert "A hint for a person, never a grade" in page


def test_shared_lines_are_marked_on_both_sides(pages):
    marks = [tag for tag, _ in Tags(pages["pair-001.html"]).tags if tag == "mark"]
    sides = [
        a for _, a in Tags(pages["pair-001.html"]).tags if a.get("class") == "side"
    ]

    assert len(sides) == 2
    assert len(marks) > 100
    assert len(marks) % 2 == 0


def test_programs_read_the_pairs_beside_the_pages(tmp_path, pages):
    write_pages(tmp_path, pages)
    (pair,) = read_pairs(tmp_path)
    assert {pair.first, pair.second} == {"<b>eve</b>", "ana'\"&"}
    assert pair.shares == {TOPIC: 1.0}
    assert (tmp_path / pair.page).is_file()


def test_pages_of_an_earlier_run_go(tmp_path, pages):
    write_pages(tmp_path, pages | {"pair-002.html": ""})
    write_pages(tmp_path, pages)

    assert {path.name for path in tmp_path.iterdir()} == set(pages)


def test_a_folder_with_other_files_is_left_alone(tmp_path, pages):
    (tmp_path / "thesis.tex").write_text("")

    with pytest.raises(SimilarityError, match="holds thesis.tex: name an empty"):
        write_pages(tmp_path, pages)

    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


# The command


@pytest.fixture
def class_of_three(tmp_path):
    for student, text in {"ana": ANOTHER, "bob": SOLUTION, "eve": SOLUTION}.items():
        (tmp_path / "class" / student).mkdir(parents=True)
        (tmp_path / "class" / student / f"{TOPIC}.py").write_text(text)
    return tmp_path / "class"


def run(*arguments):
    done = CliRunner().invoke(make_app([]), [*map(str, arguments)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def test_the_command_lists_pairs_and_writes_pages(class_of_three, tmp_path):
    (class_of_three / "max").mkdir()
    (class_of_three / "max" / f"{TOPIC}.py").write_text("#" * 100_000)

    done = run("similar", class_of_three, "--out", tmp_path / "similar")

    lines = done.stdout.splitlines()
    assert done.exit_code == 0
    assert any(line.split()[:3] == ["bob", "eve", TOPIC] for line in lines)
    assert not any(line.startswith("ana ") for line in lines)
    assert any("max: not compared" in line for line in lines)
    assert lines[-1] == "A hint for a person, never a grade: alike is not copied."
    assert len(list((tmp_path / "similar").glob("*.html"))) == 2


def test_without_its_extra_the_next_step_is_told(class_of_three, monkeypatch):
    monkeypatch.setitem(sys.modules, "copydetect", None)
    monkeypatch.delitem(sys.modules, "grader.similarity.compare")

    with pytest.raises(
        SimilarityError, match=r"copydetect is not installed: .*similar"
    ):
        run("similar", class_of_three)
