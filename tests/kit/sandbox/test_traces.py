"""What a submission leaves behind is removed, whatever happens beside it."""

import os

from grader.sandbox import traces


def test_a_file_that_somebody_else_removes_meanwhile_saves_no_other(
    monkeypatch, tmp_path
):
    for name in ("one", "two", "three"):
        (tmp_path / name).touch()
    scandir = os.scandir

    def scan(folder):
        entries = list(scandir(folder))
        os.unlink(entries[0].path)
        return entries

    monkeypatch.setattr(traces, "SHARED", [tmp_path])
    monkeypatch.setattr(traces.os, "scandir", scan)

    traces.remove_own()

    assert os.listdir(tmp_path) == []
