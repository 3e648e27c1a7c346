"""The course's secret: from the environment, or from a file made once."""

import pytest

from grader.class_run.seeds import VARIABLE, has_secret, read_secret
from grader.cli.grade import take_secret


@pytest.fixture(autouse=True)
def without_variable(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)


@pytest.mark.parametrize("empty", ["", " ", "\n"])
def test_an_empty_variable_is_no_secret(tmp_path, monkeypatch, empty):
    monkeypatch.setenv(VARIABLE, empty)

    secret = read_secret(tmp_path / "course.secret")

    assert len(secret) == 64
    assert secret == (tmp_path / "course.secret").read_bytes().strip()


def test_the_variable_goes_before_the_file(tmp_path, monkeypatch):
    (tmp_path / "course.secret").write_text("file")
    monkeypatch.setenv(VARIABLE, "variable")

    assert read_secret(tmp_path / "course.secret") == b"variable"
    assert has_secret(tmp_path / "none")


def test_that_a_secret_is_new_is_said_once(tmp_path, capsys):
    first = take_secret(tmp_path / "course.secret")
    said = capsys.readouterr().err
    again = take_secret(tmp_path / "course.secret")

    assert first == again
    assert "is new: inputs differ" in " ".join(said.split())
    assert capsys.readouterr().err == ""
