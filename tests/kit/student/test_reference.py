"""References show an exercise's own code, and lie in no handout as text."""

import pytest

from grader.layout import KIT, Layout
from grader.release import handout
from grader.student import StudentError
from grader.student.code import read_code
from grader.student.reference import (
    Reference,
    decode,
    differ,
    encode,
    excerpt,
    make_references,
    read_reference,
    read_whys,
)


@pytest.fixture(scope="module")
def references(syllabus):
    return make_references(KIT, syllabus)


@pytest.fixture(scope="module")
def files():
    return handout.collect(KIT)


def test_every_exercise_has_code_and_a_paragraph_on_why(references, syllabus):
    assert list(references) == list(syllabus.exercises)
    for name, reference in references.items():
        assert 120 < len(reference.why) < 500, name
        assert reference.why.endswith("."), name
        assert "NotStarted" not in reference.code, name


def test_a_reference_holds_its_symbols_and_helpers_alone(references):
    code = references["use_gpu.time_op"].code

    names = read_code(code).names

    assert names == {"time_op", "_seconds", "_read_clock"}
    assert '"""' not in code


def test_what_was_handed_out_is_left_out(references):
    code = references["read_write.save_model"].code

    assert read_code(code).names == {"save_model", "load_model"}


def test_an_excerpt_takes_a_students_own_helpers(syllabus):
    exercise = syllabus.exercises["model_construction.chain"]
    mine = read_code(
        "def MLP():\n    return other()\n\n\ndef other(): ...\n\n\n"
        "def chain(make_block, n):\n"
        '    """Chain."""\n\n    return _joined(MLP, n)\n\n\n'
        "def _joined(f, n):\n    return [f] * n\n"
    )

    text = excerpt(mine, exercise, {"MLP", "chain"})

    assert text == (
        "def chain(make_block, n):\n    return _joined(MLP, n)\n\n\n"
        "def _joined(f, n):\n    return [f] * n\n"
    )


def test_a_diff_names_both_sides():
    lines = differ("a = 1\nb = 2\n", "a = 1\nb = 3\n")

    assert lines[:2] == ["--- yours", "+++ reference"]
    assert lines[3:] == [" a = 1", "-b = 2", "+b = 3"]
    assert differ("a = 1\n", "a = 1\n") == []


def test_a_reference_is_decoded_as_it_was():
    reference = Reference("def f():\n    return 'é'\n", "Because.")

    assert decode(encode(reference)) == reference


@pytest.mark.parametrize(
    "damage", [b"", b"no base64!", b"aGVsbG8=", b"eJyrrgUAAXUA+Q=="]
)
def test_a_damaged_reference_is_told(damage):
    with pytest.raises(StudentError, match="damaged"):
        decode(damage)


def test_a_handout_without_references_says_so(tmp_path, syllabus):
    exercise = syllabus.exercises["model_construction.MLP"]

    with pytest.raises(StudentError, match="your instructor left them out"):
        read_reference(Layout(tmp_path), syllabus, exercise)


def test_a_handout_tells_no_secret_and_gives_them(
    tmp_path, syllabus, files, references
):
    handout.refuse_secrets(files, KIT)
    for name, data in files.items():
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
    found = {
        e.id: read_reference(Layout(tmp_path), syllabus, e)
        for e in syllabus.exercises.values()
    }

    assert found == references


def test_a_handout_may_leave_its_references_out(files):
    left = handout.collect(KIT, references=False)

    gone = files.keys() - left.keys()

    assert gone == {n for n in files if n.startswith("references/")} != set()


def test_no_paragraph_on_why_is_in_the_handout_as_text(files):
    text = b"\n".join(files.values())

    lines = (KIT.solutions / "why.toml").read_bytes().splitlines()

    assert [line for line in lines if len(line) > 70 and line in text] == []


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("MLP = ", "MLQ = ", "lacks model_construction.MLP"),
        ("[use_gpu]", "[use_gpu]\nextra = 'x'", "unknown entry use_gpu.extra"),
    ],
)
def test_paragraphs_and_exercises_must_match(tmp_path, syllabus, old, new, problem):
    text = (KIT.solutions / "why.toml").read_text().replace(old, new, 1)
    (tmp_path / "why.toml").write_text(text)

    with pytest.raises(StudentError, match=problem):
        read_whys(tmp_path / "why.toml", syllabus)
