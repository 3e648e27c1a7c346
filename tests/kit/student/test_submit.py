"""What is handed in is what the grader reads, with a manifest that tells it."""

import hashlib
import io
import json
import zipfile

import pytest

from grader.intake import SubmissionSource, read_submission
from grader.student import StudentError
from grader.student.submit import FORMAT, pack, read_back, read_parts

TOPICS = dict.fromkeys(("one", "two"), ())
SYMBOLS = {"one": [("f",)], "two": [("g",)]}
SOURCES = {"one": b"x = 1\n", "two": "y = 'é'\n".encode()}


def sources_of(parts):
    return {part.topic: part.found.module.source for part in parts}


def test_the_manifest_tells_each_file_by_its_digest():
    with zipfile.ZipFile(io.BytesIO(pack(SOURCES))) as archive:
        manifest = json.loads(archive.read("submission/manifest.json"))
        files = {n: archive.read(f"submission/{n}") for n in manifest["files"]}

    assert manifest["format"] == FORMAT
    assert files == {f"exercises/{t}.py": data for t, data in SOURCES.items()}
    assert manifest["files"] == {
        name: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
        for name, data in files.items()
    }


def test_the_grader_reads_the_archive_without_a_remark(tmp_path):
    path = tmp_path / "ana.zip"
    path.write_bytes(pack(SOURCES))

    submission = read_submission(SubmissionSource("ana", path), TOPICS)

    assert submission.sources == SOURCES
    assert (submission.problems, submission.notes) == ({}, ())


def test_the_same_files_give_the_same_archive():
    assert pack(SOURCES) == pack(dict(reversed(SOURCES.items())))


@pytest.mark.parametrize("written", [{"one": SOURCES["one"]}, {**SOURCES, "two": b""}])
def test_an_archive_that_holds_something_else_is_told(tmp_path, written):
    path = tmp_path / "ana.zip"
    path.write_bytes(pack(written))

    with pytest.raises(StudentError, match="run make submit again"):
        read_back(path, SOURCES)


def test_files_are_read_from_where_they_lie_and_not_from_backups(tmp_path):
    (tmp_path / ".backups").mkdir()
    for topic, data in SOURCES.items():
        (tmp_path / f"{topic}.py").write_bytes(data)
        (tmp_path / ".backups" / f"{topic}.1.py").write_bytes(b"old")

    assert sources_of(read_parts(tmp_path, SYMBOLS)[0]) == SOURCES


@pytest.mark.parametrize(
    ("data", "problem"),
    [
        (None, "two.py is missing. make reset EX=two.g"),
        (b"y = '\xe9'", "Save it as UTF-8. Nothing is packed.*VS Code"),
    ],
)
def test_a_file_that_cannot_be_graded_is_told(tmp_path, data, problem):
    (tmp_path / "one.py").write_bytes(SOURCES["one"])
    if data is not None:
        (tmp_path / "two.py").write_bytes(data)

    with pytest.raises(StudentError, match=problem):
        read_parts(tmp_path, SYMBOLS)


def notebook(text):
    cell = {"cell_type": "code", "metadata": {}, "source": text}
    return json.dumps({"cells": [cell], "nbformat": 4})


WORK = "def g():\n    return 1\n"
STUB = "def g():\n    raise NotStarted\n"


@pytest.fixture
def pack_up(tmp_path):
    """Write files of a student's; `two` has one exercise of two functions."""
    (tmp_path / "one.py").write_bytes(SOURCES["one"])

    def write(**files):
        for name, text in files.items():
            data = text if isinstance(text, bytes) else text.encode()
            (tmp_path / name.replace("__", ".")).write_bytes(data)
        return read_parts(tmp_path, {"one": [["f"]], "two": [["g"], ["h"]]})[0]

    return write


def test_what_is_no_topics_is_told(pack_up, tmp_path):
    pack_up(two__py=WORK, helpers__py="x = 1")

    assert read_parts(tmp_path, SYMBOLS)[1] == ["helpers.py"]


def test_each_topic_tells_its_file_and_what_it_answers(pack_up):
    one, two = pack_up(two__py=WORK)

    assert str(one) == "one.py answers 0 of 1 exercises"
    assert str(two) == "two.py answers 1 of 2 exercises"
    assert two.rivals == {}


def test_a_misnamed_module_is_not_dropped_for_an_untouched_notebook(pack_up):
    _, two = pack_up(two_v2__py=WORK, two__ipynb=notebook(STUB))

    assert two.found.module.source == WORK.encode()
    assert two.file == "two_v2.py"


def test_a_module_with_a_byte_in_a_comment_is_not_dropped(pack_up):
    _, two = pack_up(two__py=WORK.encode() + b"# \xe9\n", two__ipynb=notebook(STUB))

    assert two.file == "two.py"
    assert "holds the byte 0xe9" in two.found.notes[0]


def test_a_module_that_cannot_be_read_is_refused_though_a_notebook_could(pack_up):
    with pytest.raises(StudentError, match=r"two.py is not UTF-8.* Nothing is packed"):
        pack_up(two__py=WORK.encode() + b"x = '\xe9'\n", two__ipynb=notebook(WORK))


def test_a_module_and_a_notebook_with_work_are_told_both(pack_up):
    _, two = pack_up(two__py=WORK + "def h(): pass\n", two__ipynb=notebook(WORK))

    assert two.file == "two.py"
    assert two.rivals == {"two.ipynb": 1}
