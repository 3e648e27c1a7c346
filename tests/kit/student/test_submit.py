"""What is handed in is what the grader reads, with a manifest that tells it."""

import hashlib
import io
import json
import zipfile

import pytest

from grader.intake import SubmissionSource, read_submission
from grader.student import StudentError
from grader.student.submit import FORMAT, pack, read_back, read_sources

TOPICS = ("one", "two")
SOURCES = {"one": b"x = 1\n", "two": "y = 'é'\n".encode()}


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

    assert read_sources(tmp_path, TOPICS) == SOURCES


@pytest.mark.parametrize(
    ("data", "problem"),
    [(None, "two.py is missing"), (b"y = '\xe9'", "Save it as UTF-8")],
)
def test_a_file_that_cannot_be_graded_is_told(tmp_path, data, problem):
    (tmp_path / "one.py").write_bytes(SOURCES["one"])
    if data is not None:
        (tmp_path / "two.py").write_bytes(data)

    with pytest.raises(StudentError, match=problem):
        read_sources(tmp_path, TOPICS)
