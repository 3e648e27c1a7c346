"""A malformed registry is told by file, entry and fix."""

import copy

import pytest

from grader.syllabus import SyllabusError, parse_syllabus, read_syllabus
from grader.words import render

GOOD = {
    "course": {
        "id": "a-course",
        "title": "A Course",
        "book": "Its Book",
        "url": "https://example.org",
    },
    "levels": {"core": "required", "deep": "optional"},
    "topic": [
        {
            "id": "layers",
            "title": "Layers",
            "book": "https://example.org",
            "exercise": [
                {
                    "symbols": ["A", "B"],
                    "title": "Two at once",
                    "section": "One",
                    "level": "core",
                    "minutes": 10,
                    "difficulty": 2,
                    "hints": ["think", "write"],
                },
                {
                    "symbols": ["C"],
                    "title": "Another",
                    "section": "Two",
                    "level": "deep",
                    "minutes": 10,
                    "difficulty": 3,
                    "points": 5,
                    "cuda_points": 1,
                    "needs": ["layers.A"],
                    "hints": ["think", "write"],
                },
            ],
        }
    ],
}


def changed(path, value):
    """Return GOOD with one entry set, or removed where value is None."""
    data = copy.deepcopy(GOOD)
    place = data
    for key in path[:-1]:
        place = place[key]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    return data


def test_a_good_registry_gives_its_exercises_in_order():
    syllabus = parse_syllabus(GOOD, "s.toml")

    assert list(syllabus.exercises) == ["layers.A", "layers.C"]
    assert syllabus.exercises["layers.A"].symbols == ("A", "B")
    assert syllabus.exercises["layers.C"].cuda_points == 1


def test_points_follow_the_difficulty_where_they_are_left_out():
    syllabus = parse_syllabus(GOOD, "s.toml")

    assert [e.points for e in syllabus.exercises.values()] == [2, 5]


def test_the_registry_says_which_levels_are_required():
    data = changed(("levels",), {"deep": "required", "core": "optional"})

    exercises = parse_syllabus(data, "s.toml").exercises

    assert not exercises["layers.A"].required
    assert exercises["layers.C"].required


FIRST = ("topic", 0, "exercise", 0)


def test_what_to_read_stands_in_the_book_or_on_a_page_of_its_own():
    data = changed((*FIRST, "page"), "https://example.net/one")

    syllabus = parse_syllabus(data, "s.toml")

    own, in_the_book = syllabus.exercises.values()
    assert render(syllabus.read_on(own)) == "One"
    assert syllabus.address(own) == "https://example.net/one"
    assert render(syllabus.read_on(in_the_book)) == "Layers, “Two”"
    assert syllabus.address(in_the_book) == "https://example.org"


def test_what_the_book_does_not_teach_has_a_page(syllabus):
    beyond = [e for e in syllabus.exercises.values() if not e.required]

    assert beyond
    assert [e.id for e in beyond if not e.page] == []


@pytest.mark.parametrize(
    ("path", "value", "says"),
    [
        (("course",), None, "the document lacks the key 'course'"),
        (("course", "id"), "A b", "course has id 'A b'; it is made of"),
        (("course", "languages"), ["de"], "has languages other than en, pt-BR"),
        (("levels", "core"), "maybe", "calls core 'maybe'; known: required, optional"),
        (("course", "languages"), [["en"]], "has languages other than en, pt-BR"),
        (("levels", "core"), 3, "levels calls core 3; known"),
        (("levels",), {"easy": "required"}, "has level 'core'; known: easy"),
        (("topic",), None, "the document lacks the key 'topic'"),
        (("topic", 0, "title"), None, "topic 1 lacks the key 'title'"),
        (("topic", 0, "id"), "two words", "'two words' is no name"),
        (("topic", 0, "colour"), "red", "unknown key 'colour'"),
        ((*FIRST, "points"), "2", "points of type str; int is expected"),
        ((*FIRST, "points"), True, "points of type bool; int is expected"),
        ((*FIRST, "points"), 0, "layers.A: points is 0"),
        ((*FIRST, "level"), "hard", "level 'hard'; known: core, deep"),
        ((*FIRST, "hints"), ["one"], "layers.A needs two hints"),
        ((*FIRST, "hints"), ["one", " "], "none of them empty"),
        ((*FIRST, "symbols"), [], "symbols that are no names"),
        ((*FIRST, "symbols"), ["C"], "layers.C is listed twice"),
        ((*FIRST, "needs"), ["layers.Z"], "needs 'layers.Z', which is no exercise"),
        ((*FIRST, "pionts"), 2, "unknown key 'pionts'"),
        ((*FIRST, "page"), "example.org", "has page 'example.org'; it begins with"),
    ],
)
def test_a_wrong_entry_is_named(path, value, says):
    with pytest.raises(SyllabusError) as raised:
        parse_syllabus(changed(path, value), "s.toml")

    assert str(raised.value).startswith("s.toml: ")
    assert says in str(raised.value)


@pytest.mark.parametrize("text", [b"topic = [", b"\xff", None])
def test_an_unreadable_file_is_named(tmp_path, text):
    path = tmp_path / "syllabus.toml"
    if text is not None:
        path.write_bytes(text)

    with pytest.raises(SyllabusError, match="syllabus.toml cannot be read"):
        read_syllabus(path)


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("c", "Is it layers.C?"),
        ("LAYERS", "Is it layers?"),
        ("layer.C", "Is it layers.C"),
        ("Zzz", "The topics are layers"),
    ],
)
def test_a_name_that_is_none_gets_a_like_one_or_all_topics(name, hint):
    syllabus = parse_syllabus(GOOD, "a.toml")

    with pytest.raises(SyllabusError) as error:
        syllabus.only(name)

    assert hint in str(error.value)
