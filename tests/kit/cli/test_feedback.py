"""The verb feedback: a page for who has a score, and a word on who has none."""

import csv
import zipfile

import pytest
from typer.testing import CliRunner

from grader.cli.main import make_app
from grader.exports.plain import ExportError
from grader.report.page_folder import ReportError

from .test_export import results  # noqa: F401 - a fixture


def feedback(folder, *arguments):
    words = ["feedback", str(folder), *map(str, arguments)]
    done = CliRunner().invoke(make_app([]), words)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


@pytest.fixture
def roster(tmp_path):
    path = tmp_path / "roster.csv"
    path.write_text("student,name,email,moodle_id\nAna,Ana Souza,ana@x.org,7\n")
    return path


def test_who_was_graded_has_a_page_that_needs_no_other_file(results):  # noqa: F811
    done = feedback(results)
    pages = list((results / "feedback").glob("*.html"))
    assert [page.name for page in pages] == ["Ana.html"]
    text = pages[0].read_text()
    assert "It failed." in text
    assert "<style>" in text
    assert not {"<script", "<link", "src=", "href="} & set(text.split())
    assert done.exit_code == 1
    assert "Rui gets no page: not graded: broken" in done.stderr


def test_pages_of_who_is_gone_go_and_other_files_stay(results):  # noqa: F811
    feedback(results)
    (results / "feedback" / "Eve.html").write_text("of an earlier run")
    feedback(results)
    assert not (results / "feedback" / "Eve.html").exists()
    own = results.parent / "own"
    own.mkdir()
    (own / "thesis.html").write_text("mine")
    with pytest.raises(ReportError, match="holds other files"):
        feedback(results, "--out", own)
    assert (own / "thesis.html").read_text() == "mine"


def test_moodle_gets_a_zip(results, roster):  # noqa: F811
    done = feedback(results, "--to", "moodle", "--roster", roster)
    path = results / "exports" / "feedback-moodle.zip"
    with zipfile.ZipFile(path) as archive:
        assert archive.namelist() == [
            "Ana Souza_7_assignsubmission_file_/feedback.html"
        ]
    assert f"{path} written: 1 of 1 student" in done.stdout
    assert "Rui gets no page" in done.stderr


def test_canvas_is_not_guessed(results, tmp_path):  # noqa: F811
    done = feedback(results, "--to", "canvas", "--out", tmp_path / "c.zip")
    assert "0 of 1 student" in done.stdout
    assert "Ana has no page in it" in done.stderr
    assert "grade the platform's own download" in done.stderr


def test_mail_has_its_table_beside_the_pages(results, roster):  # noqa: F811
    with pytest.raises(ExportError, match="needs addresses: name a --roster"):
        feedback(results, "--to", "mail")
    feedback(results, "--to", "mail", "--roster", roster)
    with open(results / "feedback" / "mail.csv", newline="") as stream:
        (row,) = csv.DictReader(stream)
    assert (results / "feedback" / row["file"]).is_file()
    assert row["email"] == "ana@x.org"
