"""A folder that cannot be written is told by every verb, with the next step."""

import errno
import os
import shutil
import tempfile
from pathlib import Path

import pytest
from typer.testing import CliRunner

from grader.cli.main import VERBS as ALL
from grader.cli.main import make_app
from grader.exports.results import to_data
from grader.exports.table import to_csv
from grader.files import WriteError
from grader.layout import KIT, VARIABLE, Layout
from grader.policy import NO_RULES
from grader.results.output import OutputFolder
from grader.results.result import Result, Status
from grader.syllabus import read_syllabus

VERBS = {
    "grade": ("class", "--unsandboxed", "--out", "out"),
    "grade-one": ("class/ana", "--unsandboxed", "--report", "out/report.json"),
    "export": ("results", "--to", "csv"),
    "report": ("results",),
    "feedback": ("results", "--to", "moodle"),
    "messages": ("--add", "xx"),
    "compare": ("results", "results", "--table", "out/changes.csv"),
    "similar": ("class", "--out", "pages"),
    "init-ci": ("gradescope", "--out", "out"),
    "handout": ("--out", "out/handout.zip"),
    "notebooks": ("--out", "out"),
    "stubs": (),
    "new-course": ("new",),
    "new-exercise": ("alpha.fourth",),
    "hint": ("alpha.double",),
    "reset": ("alpha.double", "--yes"),
    "submit": ("--yes",),
}
"""Every verb that writes, with its arguments."""
READING = {
    *("watch", "test", "next", "progress", "list", "debug", "solution", "doctor"),
    *("intake", "verify", "explain", "check-kit"),
}
"""Verbs that write nothing, or no more than what may be forgotten."""
IN_THE_WAY = "class/ana/alpha.py/out"


@pytest.fixture
def course(tmp_path):
    """A course with a class of one, and a folder of results."""
    root = tmp_path / "course"
    shutil.copytree(KIT.root / "tests" / "fixtures" / "course", root)
    (root / "class" / "ana").mkdir(parents=True)
    solution = root / "solutions" / "alpha.py"
    (root / "class" / "ana" / "alpha.py").write_bytes(solution.read_bytes())
    results = [Result("ana", Status.NOT_GRADED, reason="broken")]
    syllabus = read_syllabus(Layout(root).registry)
    with OutputFolder(root / "results", b"secret").opened() as output:
        output.write("scores.csv", to_csv(results, syllabus))
        data = to_data(results, syllabus, {}, NO_RULES)
        output.write_signed("scores.json", {**data, "shard": "1/1"})
    return root


@pytest.fixture
def refuse(course, monkeypatch):
    """Let no file of the course be made; where it lies, the command begins."""

    def make(*, dir, **more):  # noqa: A002 - as tempfile calls it
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    monkeypatch.setenv(VARIABLE, str(course))
    monkeypatch.setenv("GRADER_SECRET", "secret")
    monkeypatch.chdir(course)
    monkeypatch.setattr(tempfile, "mkstemp", make)


def test_every_verb_is_known_to_write_or_not():
    assert VERBS.keys() | READING | {"merge", "override"} == ALL.keys()
    assert not VERBS.keys() & READING


@pytest.mark.parametrize("verb", VERBS)
@pytest.mark.usefixtures("refuse")
def test_a_folder_that_cannot_be_written_is_named(verb):
    words = [verb, *VERBS[verb]]
    if verb == "stubs":
        Path("exercises", "alpha.py").unlink()

    done = CliRunner().invoke(make_app(words), words)

    assert isinstance(done.exception, WriteError), done.output
    assert "cannot be written into " in str(done.exception)
    assert "Read-only file system. Mend that, or name another" in str(done.exception)


@pytest.mark.parametrize(
    "words",
    [
        *([v, *VERBS[v][:-1], IN_THE_WAY] for v in ("init-ci", "grade", "similar")),
        ["merge", IN_THE_WAY, "results"],
    ],
)
def test_a_file_in_the_way_is_no_traceback(words, course, monkeypatch):
    monkeypatch.setenv(VARIABLE, str(course))
    monkeypatch.setenv("GRADER_SECRET", "secret")
    monkeypatch.chdir(course)

    done = CliRunner().invoke(make_app(words), words)

    assert isinstance(done.exception, WriteError), done.output
    assert f"into {IN_THE_WAY}: Not a directory." in str(done.exception)
