"""Intake takes one file per topic and says what is amiss with the rest."""

import os
import stat
import zipfile

import pytest

from grader.intake import (
    IntakeError,
    SubmissionError,
    SubmissionSource,
    find_submissions,
    read_submission,
)
from grader.intake.read import MAX_SOURCE
from grader.scoring.submission import missing
from grader.words import render

TOPICS = dict.fromkeys(("alpha_beta", "gamma"), ())


@pytest.fixture
def student(tmp_path):
    folder = tmp_path / "ana"
    folder.mkdir()
    for topic in TOPICS:
        (folder / f"{topic}.py").write_text(f"# {topic}")
    return folder


def read(path):
    return read_submission(SubmissionSource(path.stem, path), TOPICS)


def pack(path, *members):
    with zipfile.ZipFile(path, "w") as archive:
        for name, data in members:
            archive.writestr(name, data)
    return path


def test_a_folder_gives_a_source_per_topic(student):
    submission = read(student)

    assert submission.sources == {
        "alpha_beta": b"# alpha_beta",
        "gamma": b"# gamma",
    }
    assert not submission.problems


def test_files_may_lie_deeper(student):
    inner = student / "origin" / "exercises"
    inner.mkdir(parents=True)
    (student / "gamma.py").rename(inner / "gamma.py")

    assert read(student).sources["gamma"] == b"# gamma"


def test_the_higher_of_two_files_is_taken(student):
    (student / "old").mkdir()
    (student / "old" / "gamma.py").write_text("# old")

    assert read(student).sources["gamma"] == b"# gamma"


def test_two_files_of_one_depth_are_not_guessed_between(student):
    for name in ("a", "b"):
        (student / name).mkdir()
        (student / name / "gamma.py").write_text(f"# {name}")
    (student / "gamma.py").unlink()

    assert "a/gamma.py, b/gamma.py" in render(read(student).problems["gamma"])


@pytest.mark.parametrize("place", [".venv/lib", "__MACOSX", ".git"])
def test_folders_that_are_no_work_are_passed_over(student, place):
    (student / place).mkdir(parents=True)
    (student / "gamma.py").rename(student / place / "gamma.py")

    assert "gamma.py is missing" in render(read(student).problems["gamma"])


def test_a_missing_file_costs_its_topic_only(student):
    (student / "gamma.py").unlink()

    submission = read(student)

    assert submission.missing == {"gamma"}
    assert submission.problems == {"gamma": missing("gamma")}
    assert "alpha_beta" in submission.sources


def test_a_symbolic_link_is_not_followed(student, tmp_path):
    (tmp_path / "secret.py").write_text("# secret")
    (student / "gamma.py").unlink()
    (student / "gamma.py").symlink_to(tmp_path / "secret.py")

    assert "symbolic link" in render(read(student).problems["gamma"])


def test_a_pipe_is_refused_without_waiting(student):
    (student / "gamma.py").unlink()
    os.mkfifo(student / "gamma.py")

    assert "not a regular file" in render(read(student).problems["gamma"])


def test_a_huge_file_is_not_read(student):
    with open(student / "gamma.py", "wb") as stream:
        stream.truncate(100 << 20)

    assert "104,857,600 bytes" in render(read(student).problems["gamma"])


@pytest.mark.parametrize(
    ("data", "fits"),
    [
        ("x = 'é'".encode("latin-1"), False),
        ("# é".encode(), True),
        (b"\xef\xbb\xbf# BOM", True),
        ("# -*- coding: latin-1 -*-\n# é".encode("latin-1"), True),
        (b"# -*- coding: klingon -*-", False),
    ],
)
def test_a_file_that_python_cannot_decode_is_told(student, data, fits):
    (student / "gamma.py").write_bytes(b"x = 1\n" + data if not fits else data)

    problems = read(student).problems

    if fits:
        assert not problems
    elif b"klingon" not in data:
        assert "line 2 holds the byte 0xe9" in render(problems["gamma"])


def test_an_unknown_encoding_is_told(student):
    (student / "gamma.py").write_bytes(b"# -*- coding: klingon -*-")

    assert "not UTF-8" in render(read(student).problems["gamma"])


def test_an_archive_gives_the_same_as_a_folder(tmp_path):
    path = pack(tmp_path / "ana.zip", ("x/alpha_beta.py", "# 1"), ("x/gamma.py", "# 2"))

    assert read(path).sources == {"alpha_beta": b"# 1", "gamma": b"# 2"}


def test_nothing_outside_of_an_archive_is_taken(tmp_path):
    path = pack(tmp_path / "ana.zip", ("../gamma.py", ""), ("/alpha_beta.py", ""))

    with pytest.raises(SubmissionError, match="no file of the assignment"):
        read(path)


def test_a_link_in_an_archive_is_refused(tmp_path):
    member = zipfile.ZipInfo("gamma.py")
    member.external_attr = (stat.S_IFLNK | 0o777) << 16
    path = pack(tmp_path / "ana.zip", (member, "/etc/passwd"), ("alpha_beta.py", ""))

    assert "symbolic link" in render(read(path).problems["gamma"])


def test_an_archive_whose_offsets_lead_nowhere_is_not_graded(tmp_path):
    path = pack(tmp_path / "ana.zip", ("gamma.py", "x = 1"))
    data = bytearray(path.read_bytes())
    data[-6:-2] = (int.from_bytes(data[-6:-2], "little") + 1000).to_bytes(4, "little")
    path.write_bytes(data)

    with pytest.raises(SubmissionError, match=r"gamma.py cannot be read"):
        read(path)


def test_a_member_without_a_name_is_passed_over(tmp_path):
    path = pack(tmp_path / "ana.zip", ("gamma.py", "x = 1"), ("a", ""))
    data = path.read_bytes()
    entry = data.rindex(b"PK\1\2")
    nameless = bytearray(data)
    nameless[entry + 28 : entry + 30] = b"\0\0"  # the length of the name
    nameless[entry + 32 : entry + 34] = b"\1\0"  # the name's byte is a comment now
    path.write_bytes(nameless)

    assert read(path).sources == {"gamma": b"x = 1"}


def test_an_archive_of_countless_files_is_not_listed(tmp_path, monkeypatch):
    names = [(f"{i:05}{'x' * 200}", b"") for i in range(20_000)]
    path = pack(tmp_path / "ana.zip", *names)
    monkeypatch.setattr(zipfile, "ZipFile", None)

    with pytest.raises(SubmissionError, match="holds more than 5,000 files"):
        read(path)


def test_a_bomb_in_an_archive_is_not_unpacked(tmp_path):
    path = tmp_path / "ana.zip"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("gamma.py", b"\0" * (20 * MAX_SOURCE))
        archive.writestr("alpha_beta.py", b"")

    assert "too large" in render(read(path).problems["gamma"])


@pytest.mark.parametrize("data", [b"", b"not a zip", b"PK\x03\x04broken"])
def test_a_broken_archive_is_not_graded(tmp_path, data):
    path = tmp_path / "ana.zip"
    path.write_bytes(data)

    with pytest.raises(SubmissionError, match="ana.zip is not a readable zip archive"):
        read(path)


def test_a_class_lists_folders_and_archives(tmp_path, student):
    pack(tmp_path / "bob.zip", ("gamma.py", ""))
    (tmp_path / "José da Silva").mkdir()
    (tmp_path / "notes.txt").write_text("")
    (tmp_path / ".DS_Store").write_text("")

    found = find_submissions(tmp_path)

    assert [h.student for h in found.origins] == ["José da Silva", "ana", "bob"]
    assert [p.name for p in found.ignored] == ["notes.txt"]


@pytest.mark.parametrize("other", ["ana.zip", "ANA"])
def test_two_submissions_of_one_student_are_not_guessed_between(
    tmp_path, student, other
):
    if other.endswith(".zip"):
        pack(tmp_path / other, ("gamma.py", ""))
    else:
        (tmp_path / other).mkdir()

    (origin,) = find_submissions(tmp_path).origins

    with pytest.raises(SubmissionError, match="are of one student: keep one"):
        read_submission(origin, TOPICS)


def test_an_empty_class_is_an_error(tmp_path):
    with pytest.raises(IntakeError, match="holds no submission: put a folder"):
        find_submissions(tmp_path)


def test_a_class_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(IntakeError, match="No such file"):
        find_submissions(tmp_path / "nowhere")


NO_TEXT = ["\udcff", "\n", "\u202e", "\x1b[2J", "\u200b"]


@pytest.mark.parametrize("sign", NO_TEXT)
@pytest.mark.parametrize("source", ["def f(): pass", "\0", ""])
def test_what_is_told_of_a_file_can_be_written_whatever_its_name(student, sign, source):
    (student / f"notes{sign}.py").write_text(source)
    (student / "gamma.py").rename(student / f"gamma{sign} (1).py")

    found = read(student)

    told = [*found.notes, *found.problems.values()]
    assert told
    assert not any(sign in text for text in told)
    assert found.digest
    assert "\n".join(told).encode()


@pytest.mark.parametrize("sign", NO_TEXT)
def test_why_nothing_can_be_read_can_be_written_whatever_the_names(tmp_path, sign):
    for name in (f"ana{sign}", f"Ana{sign}"):
        (tmp_path / name).mkdir()
        (tmp_path / name / f"thesis{sign}.txt").touch()
    found = find_submissions(tmp_path)

    with pytest.raises(SubmissionError) as raised:
        read_submission(found.origins[0], TOPICS)

    assert sign not in str(raised.value)
    assert str(raised.value).encode()
    assert all(origin.student.encode() for origin in found.origins)
