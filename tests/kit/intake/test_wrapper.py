"""One folder around a class is looked through; one in a student's upload is not."""

import io
import shutil
import zipfile

import pytest

from grader.intake import Roster, Student, Wanted, find_submissions
from grader.layout import KIT

TOPICS = ("alpha", "beta")
CLASS = ("hand-ins/ana/alpha.py", "hand-ins/rui/work/alpha.ipynb")
UPLOADS = {
    "files in the folder": ("ana/alpha.py", "ana/beta.py"),
    "one folder more": ("ana/hw/alpha.py", "ana/hw/beta.py"),
    "a topic a folder": ("ana/a/alpha.py", "ana/b/beta.py"),
    "a copy beside the work": ("ana/alpha.py", "ana/x/alpha.py", "ana/y/alpha.py"),
    "an old version": ("ana/old/alpha.py", "ana/new/alpha.py"),
    "numbered versions": (
        "ana/v1/alpha.py",
        "ana/v2/alpha.py",
        "ana/final v3/alpha.py",
    ),
    "modules and notebooks": ("ana/py/alpha.py", "ana/notebooks/alpha.ipynb"),
    "the handout": (
        *("ana/exercises/alpha.py", "ana/exercises/notebooks/alpha.ipynb"),
        *("ana/tests/visible/test_alpha.py", "ana/grader/alpha/x.py"),
    ),
    "one work among much else": (
        *("ana/x/alpha.py", "ana/y/alpha.py", "ana/a/1.txt", "ana/b/1.txt"),
    ),
}


@pytest.fixture(params=["folder", "zip"])
def make(request, tmp_path):
    """Return a function that makes a class of paths, as a folder or as a zip."""

    def build(*paths):
        if request.param == "folder":
            for path in paths:
                place = tmp_path / "class" / path
                place.parent.mkdir(parents=True, exist_ok=True)
                place.write_bytes(data_of(path))
            return tmp_path / "class"
        with zipfile.ZipFile(tmp_path / "class.zip", "w") as archive:
            for path in paths:
                archive.writestr(path, data_of(path))
        return tmp_path / "class.zip"

    return build


def data_of(path):
    if not path.endswith(".zip"):
        return b"x = 1\n"
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("alpha.py", "x = 1\n")
    return stream.getvalue()


def find(path, platform="", roster=None):
    return find_submissions(path, platform, roster=roster, wanted=Wanted(topics=TOPICS))


def students(found):
    return [origin.student for origin in found.origins]


@pytest.mark.parametrize(
    "paths",
    [
        CLASS,
        (*CLASS, "hand-ins/readme.txt", "notes.txt"),
        ("hand-ins/ana.zip", "hand-ins/rui.zip"),
        ("hand-ins/ana/hw.zip", "hand-ins/rui/alpha (1).py"),
        ("hand-ins/ana/alpha.py", "hand-ins/rui/old/alpha.py"),
    ],
)
def test_a_class_in_one_folder_is_read_and_that_is_told(make, paths):
    found = find(make(*paths))

    assert students(found) == ["ana", "rui"]
    (remark,) = found.remarks
    assert "hand-ins/ is around all: read as a folder per student in it." in remark
    assert "--from folder" in remark


@pytest.mark.parametrize("paths", UPLOADS.values(), ids=UPLOADS)
def test_one_students_upload_is_no_class(make, paths):
    found = find(make(*paths))

    assert (students(found), found.remarks) == (["ana"], ())


def test_who_says_so_has_one_student(make):
    found = find(make(*CLASS), "folder")

    assert (students(found), found.remarks) == (["hand-ins"], ())


@pytest.mark.parametrize(
    ("ids", "expected"), [(["hand-ins"], ["hand-ins"]), (["v1"], ["v1", "v2"])]
)
def test_a_roster_knows_who_is_a_student(make, ids, expected):
    roster = Roster([Student(name) for name in ids])

    found = find(make("hand-ins/v1/alpha.py", "hand-ins/v2/alpha.py"), roster=roster)

    assert students(found) == expected


@pytest.mark.parametrize("name", ["canvas", "moodle", "nbgrader"])
def test_a_folder_around_a_download_is_looked_through(name, tmp_path):
    fixtures = KIT.root / "tests" / "fixtures"
    shutil.copytree(fixtures / name, tmp_path / "class" / "download")

    found = find(tmp_path / "class")

    assert found.platform == name
    assert students(found) == students(find(fixtures / name))
    assert len(found.remarks) == 1
