"""Results are written whole, into a folder of their own, by one run at a time."""

import errno
import json
import os

import pytest

from grader.files import WriteError
from grader.results.output import OutputError, OutputFolder, report_name


def test_a_new_folder_is_made_with_its_parents(tmp_path):
    with OutputFolder(tmp_path / "a" / "b", b"secret").opened() as output:
        output.write_signed("reports/ana.json", {"tests": []})

    written = json.loads((tmp_path / "a/b/reports/ana.json").read_text())
    assert written["tests"] == []
    assert output.read_signed("reports/ana.json") == {"tests": []}


@pytest.mark.parametrize(
    ("old", "new"),
    [('"x"', '"y"'), ("1.5", "2.5"), ('"signature": "', '"signature": "0'), ("{", "")],
)
def test_a_result_that_was_changed_is_not_read(tmp_path, old, new):
    with OutputFolder(tmp_path, b"secret").opened() as output:
        output.write_signed("scores.json", {"student": "x", "total": 1.5})
        text = (tmp_path / "scores.json").read_text()
        output.write("scores.json", text.replace(old, new, 1))

        assert output.read_signed("scores.json") is None


def test_only_what_stands_before_a_key_is_read_of_what_is_unchanged(tmp_path):
    sly = '\n "tests": []'
    with OutputFolder(tmp_path, b"secret").opened() as output:
        data = {"student": {"tests": 1}, "why": sly, "tests": ["x"], "after": 2}
        output.write_signed("ana.json", data)
        head = output.read_signed("ana.json", before="tests")
        text = (tmp_path / "ana.json").read_text()
        output.write("ana.json", text.replace('"x"', '"y"'))

        assert head == {"student": {"tests": 1}, "why": sly}
        assert output.read_signed("ana.json", before="tests") is None


def test_a_result_of_another_course_is_not_read(tmp_path):
    with OutputFolder(tmp_path, b"secret").opened() as output:
        output.write_signed("scores.json", {"total": 1.5})

    assert OutputFolder(tmp_path, b"other").read_signed("scores.json") is None


def test_a_run_that_died_at_its_start_can_be_repeated(tmp_path, monkeypatch):
    class Killed(BaseException):
        pass

    def die(*args, **kwargs):
        raise Killed

    with monkeypatch.context() as context:
        context.setattr("builtins.open", die)
        with pytest.raises(Killed), OutputFolder(tmp_path / "out", b"s").opened():
            pass

    with OutputFolder(tmp_path / "out", b"s").opened() as output:
        output.write("scores.csv", "whole")


def test_results_of_an_earlier_run_are_replaced(tmp_path):
    for text in ("old", "new"):
        with OutputFolder(tmp_path / "out", b"secret").opened() as output:
            output.write("scores.csv", text)

    assert (tmp_path / "out" / "scores.csv").read_text() == "new"


def test_a_folder_of_something_else_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("")

    with (
        pytest.raises(OutputError, match="holds other files than results"),
        OutputFolder(tmp_path, b"secret").opened(),
    ):
        pass

    assert os.listdir(tmp_path) == ["thesis.tex"]


def test_a_file_in_place_of_the_folder_is_named(tmp_path):
    (tmp_path / "out").write_text("")

    with (
        pytest.raises(OutputError, match="is a file: name a folder"),
        OutputFolder(tmp_path / "out", b"secret").opened(),
    ):
        pass


def test_a_second_run_on_one_folder_is_refused(tmp_path):
    with (
        OutputFolder(tmp_path / "out", b"secret").opened(),
        pytest.raises(OutputError, match="another run is writing"),
        OutputFolder(tmp_path / "out", b"secret").opened(),
    ):
        pass


def test_a_full_disk_keeps_the_old_result_whole(tmp_path, monkeypatch):
    def full(descriptor):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with OutputFolder(tmp_path / "out", b"secret").opened() as output:
        output.write("scores.csv", "old")
        monkeypatch.setattr(os, "fsync", full)
        with pytest.raises(WriteError, match="No space left on device"):
            output.write("scores.csv", "new")

    assert (tmp_path / "out" / "scores.csv").read_text() == "old"
    assert sorted(os.listdir(tmp_path / "out")) == [".grader", "reports", "scores.csv"]


def test_names_too_long_for_a_file_are_cut_and_told_apart():
    names = {report_name("é" * 200 + end) for end in "ab"}

    assert len(names) == 2
    assert all(len(name.encode()) < 200 for name in names)


@pytest.mark.parametrize("number", [float("nan"), float("inf")])
def test_a_report_is_strict_json(tmp_path, number):
    with (
        OutputFolder(tmp_path / "out", b"secret").opened() as output,
        pytest.raises(ValueError),
    ):
        output.write_signed("reports/ana.json", {"duration": number})
