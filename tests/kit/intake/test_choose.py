"""Of the files that may be a topic's one is graded, and it is told which and why."""

import json
import os

import pytest

from grader.intake import (
    Renames,
    RenamesError,
    SubmissionError,
    SubmissionSource,
    Take,
    Wanted,
    find_submissions,
    read_renames,
    read_submission,
)
from grader.intake.answers import count_answers
from grader.words import render

TOPICS = {"alpha_beta": [("a",)], "gamma": [("f",), ("g", "h")]}
STUB = "def f():\n    raise NotStarted\n\n\ndef g():\n    raise NotStarted\n"
ONE = STUB.replace("raise NotStarted", "return 1", 1)
OTHER = ONE.replace("return 1", "return 2")
BOTH = "def f(): return 1\n\n\ndef g(): return 1\n\n\ndef h(): return 1\n"


@pytest.fixture
def write(tmp_path):
    """Write a file of ana's; return her folder."""
    (tmp_path / "ana").mkdir()
    (tmp_path / "ana" / "alpha_beta.py").write_text("# alpha")

    def write_file(name, text, changed=None):
        path = tmp_path / "ana" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
        if changed is not None:
            os.utime(path, (changed, changed))
        return tmp_path / "ana"

    return write_file


def read(folder, **how):
    origin = SubmissionSource("ana", folder, **how)
    return read_submission(origin, TOPICS)


@pytest.mark.parametrize(
    "name",
    [
        "gamma (1).py",
        "gamma_final.py",
        "gamma-1.py",
        "Gamma.py",
        "GAMMA.PY",
        "gamma.py.txt",
        "hw1_gamma_ana.py",
        "Copy of gamma.py",
    ],
)
def test_the_one_file_that_fits_a_topic_is_taken_with_a_remark(write, name):
    submission = read(write(name, ONE))

    assert submission.sources["gamma"] == ONE.encode()
    assert submission.notes == (f"{name} is taken for gamma.py",)


@pytest.mark.parametrize(
    "name",
    ["test_gamma.py", "gamma_helpers.py", "utils.py", "gamma.pyc", "._gamma.py"],
)
def test_a_file_beside_a_topics_own_is_not_taken(write, name):
    submission = read(write(name, ONE))

    assert render(submission.problems["gamma"]).startswith("gamma.py is missing.")


@pytest.mark.parametrize("name", ["gama.py", "homework 3.py", "sub/hw.ipynb"])
def test_work_under_a_name_that_says_nothing_is_taken_where_there_is_no_other(
    write, name
):
    cell = {"cell_type": "code", "metadata": {}, "source": ONE}
    notebook = json.dumps({"cells": [cell], "nbformat": 4})

    submission = read(write(name, notebook if "ipynb" in name else ONE))

    assert b"return 1" in submission.sources["gamma"]
    assert submission.notes == (f"{name} is taken for gamma.py",)


def test_one_file_may_hold_all_topics(tmp_path):
    (tmp_path / "ana").mkdir()
    (tmp_path / "ana" / "hw.py").write_text(f"def a(): return 1\n{ONE}")

    submission = read(tmp_path / "ana")

    assert set(submission.sources) == set(TOPICS)
    assert len(submission.notes) == 2


def test_work_under_a_name_that_says_nothing_beats_a_stub(write):
    write("gamma.py", STUB)

    submission = read(write("hw.py", ONE))

    assert submission.sources["gamma"] == ONE.encode()
    assert submission.notes == (
        "hw.py is graded, not gamma.py: it answers 1 exercise, not 0",
    )


def test_work_under_a_name_that_says_nothing_does_not_matter_beside_work(write):
    write("gamma.py", ONE)

    submission = read(write("hw.py", BOTH))

    assert submission.sources["gamma"] == ONE.encode()
    assert submission.notes == ("not graded: hw.py",)


def test_of_two_whose_names_say_nothing_none_is_guessed(write):
    write("one.py", ONE)

    problem = render(read(write("two.py", OTHER)).problems["gamma"])

    assert "(one.py, two.py): keep one" in problem


def test_a_stub_beside_a_file_that_cannot_be_read_is_no_zero(write):
    folder = write("gamma (1).py", STUB)
    (folder / "gamma.py").write_bytes(ONE.encode() + b"x = '\xe9'")

    assert "gamma.py is not UTF-8 text" in render(read(folder).problems["gamma"])


def test_a_file_of_another_kind_is_no_topics_work(write):
    submission = read(write("helpers.py", "def helper(): return 1"))

    assert render(submission.problems["gamma"]) == "gamma.py is missing."
    assert submission.missing == {"gamma"}


def test_a_topic_may_lie_in_an_archive_that_is_not_read(write):
    submission = read(write("rest.rar", "Rar!\x1a\x07"))

    assert "rest.rar is a RAR archive" in render(submission.problems["gamma"])
    assert not submission.missing


def test_a_file_that_fits_two_topics_is_the_longer_ones(write):
    folder = write("alpha_beta (1).py", "def a(): return 1")

    submission = read_submission(
        SubmissionSource("ana", folder),
        dict.fromkeys(("alpha", "beta", "alpha_beta"), ()),
    )

    assert set(submission.sources) == {"alpha_beta"}


@pytest.mark.parametrize("name", ["gamma (1).py", "old/gamma.py", "gamma_final.ipynb"])
def test_work_beats_a_stub_wherever_it_lies(write, name):
    write("gamma.py", STUB)
    cell = {"cell_type": "code", "metadata": {}, "source": ONE}
    text = json.dumps({"cells": [cell], "nbformat": 4}) if "ipynb" in name else ONE

    submission = read(write(name, text))

    assert b"return 1" in submission.sources["gamma"]
    assert submission.notes == (
        f"{name} is graded, not gamma.py: it answers 1 exercise, not 0",
    )


def test_a_stub_beside_work_needs_no_remark(write):
    write("old/gamma.py", STUB)

    assert read(write("gamma.py", ONE)).notes == ()


def test_files_without_work_are_marked(write):
    assert read(write("gamma.py", STUB)).untouched
    assert not read(write("gamma.py", ONE)).untouched


def test_an_empty_file_does_not_beat_work(write):
    write("gamma.py", "")

    assert read(write("old/gamma.py", ONE)).sources["gamma"] == ONE.encode()


def test_of_two_alike_the_one_with_the_right_name_is_taken_and_told(write):
    write("gamma (1).py", OTHER)

    submission = read(write("gamma.py", ONE))

    assert submission.sources["gamma"] == ONE.encode()
    assert submission.notes == (
        "gamma.py is graded, not gamma (1).py: it has the topic's own name",
    )


def test_a_module_is_taken_rather_than_a_notebook_with_the_same_work(write):
    cell = {"cell_type": "code", "metadata": {}, "source": OTHER}
    write("gamma.ipynb", json.dumps({"cells": [cell], "nbformat": 4}))

    submission = read(write("gamma.py", ONE))

    assert submission.sources["gamma"] == ONE.encode()
    assert submission.notes == ("gamma.py is graded, not gamma.ipynb: it is a module",)


def test_two_that_nothing_tells_apart_are_listed(write):
    write("gamma (1).py", ONE)

    problem = render(read(write("gamma (2).py", OTHER)).problems["gamma"])

    assert "(gamma (1).py, gamma (2).py): keep one" in problem


def test_two_copies_are_one(write):
    write("gamma (1).py", ONE)

    assert read(write("gamma (2).py", ONE)).sources["gamma"] == ONE.encode()


def test_the_newest_is_taken_if_an_instructor_says_so(write):
    write("gamma.py", BOTH, changed=1_000_000_000)
    folder = write("gamma (1).py", ONE, changed=1_100_000_000)

    submission = read(folder, take=Take.NEWEST)

    assert submission.sources["gamma"] == ONE.encode()
    assert submission.notes == (
        "gamma (1).py is graded, not gamma.py: it is the newest",
    )


def test_the_newest_of_two_of_one_time_is_not_guessed(write):
    write("gamma.py", BOTH, changed=1_000_000_000)
    folder = write("gamma (1).py", ONE, changed=1_000_000_000)

    problem = render(read(folder, take=Take.NEWEST).problems["gamma"])

    assert "which of gamma (1).py, gamma.py is the newest is not known" in problem


def test_the_named_one_is_taken_if_an_instructor_says_so(write):
    write("gamma.py", STUB)

    submission = read(write("gamma (1).py", ONE), take=Take.NAMED)

    assert submission.sources["gamma"] == STUB.encode()


def test_a_rename_map_decides(write):
    write("gamma.py", BOTH)
    folder = write("work/homework three.py", ONE)

    submission = read(folder, renames={"gamma": "work/homework three.py"})

    assert submission.sources["gamma"] == ONE.encode()
    assert submission.notes == (
        "work/homework three.py is graded as gamma.py: --renames says so",
    )


def test_a_file_that_a_rename_map_names_in_vain_is_told(write):
    submission = read(write("gamma.py", BOTH), renames={"gamma": "none.py"})

    told = render(submission.problems["gamma"])
    assert "none.py, which --renames names for gamma" in told


def test_a_rename_map_is_read_and_goes_by_student(write, tmp_path):
    folder = write("three.py", ONE)
    path = tmp_path / "renames.toml"
    path.write_text(
        '[[rename]]\nstudent = "ANA"\nfile = "three.py"\ntopic = "gamma"\n'
        '[[rename]]\nstudent = "bob"\nfile = "x.py"\ntopic = "gamma"\n'
    )

    found = find_submissions(
        folder.parent, wanted=Wanted(renames=read_renames(path, TOPICS))
    )

    assert read_submission(found.origins[0], TOPICS).sources["gamma"] == ONE.encode()
    assert found.unnamed == ("bob",)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("[[rename]]", "rename 1 lacks the key 'student'"),
        (
            '[[rename]]\nstudent = "a"\nfile = "b"\ntopic = "delta"',
            "rename 1 names 'delta', which is no topic. Known: alpha_beta, gamma",
        ),
        (
            '[[rename]]\nstudent = "a"\nfile = "b"\ntopic = "gamma"\n' * 2,
            "rename 2 names gamma of a once more",
        ),
    ],
)
def test_a_rename_map_that_is_amiss_is_told(tmp_path, text, says):
    path = tmp_path / "renames.toml"
    path.write_text(text)

    with pytest.raises(RenamesError, match=says):
        read_renames(path, TOPICS)


def test_an_empty_rename_map_names_nobody():
    assert Renames().of("ana") == {}


@pytest.mark.parametrize(
    ("text", "answers"),
    [
        (STUB, 0),
        (ONE, 1),
        (BOTH, 2),
        (BOTH.replace("def h()", "def other()"), 2),
        (BOTH.replace("def f()", "def other()"), 1),
        ("class f:\n    def a(self):\n        raise NotStarted\n", 0),
        ("def f():\n    # raise NotStarted\n    return 1\n", 1),
        ("def f():\n    return (\n\ndef g(:\n", 2),
        ("", 0),
    ],
)
def test_answers_are_counted_in_broken_code_too(text, answers):
    assert count_answers(text, TOPICS["gamma"]) == answers


@pytest.mark.parametrize(
    ("names", "says"),
    [
        ([], "it is empty"),
        (["homework.pdf"], "it holds homework.pdf"),
        (["one.py", "two.py"], "it holds one.py, two.py"),
    ],
)
def test_a_submission_without_a_file_of_the_assignment_is_not_graded(
    tmp_path, names, says
):
    folder = tmp_path / "ana"
    folder.mkdir()
    for name in names:
        (folder / name).write_text("x = 1")

    with pytest.raises(SubmissionError, match="no file of the assignment") as raised:
        read(folder)

    assert says in str(raised.value)
    assert "such as alpha_beta.py or alpha_beta.ipynb" in str(raised.value)


def test_a_submission_of_which_nothing_can_be_read_is_not_graded(tmp_path):
    folder = tmp_path / "ana"
    folder.mkdir()
    (folder / "gamma.py").write_bytes(b"x = '\xff'")

    with pytest.raises(SubmissionError, match="gamma.py is not UTF-8 text: line 1"):
        read(folder)
