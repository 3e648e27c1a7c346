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


def test_folders_deeper_than_any_path_are_removed(tmp_path):
    inside = os.open(tmp_path, os.O_RDONLY)
    for name in ("top", *["d"] * 3000):
        os.mkdir(name, dir_fd=inside)
        outside, inside = inside, os.open(name, os.O_RDONLY, dir_fd=inside)
        os.close(outside)
    os.mkfifo("pipe", dir_fd=inside)
    os.close(inside)
    (tmp_path / "top" / "d" / "closed").mkdir(mode=0)
    (tmp_path / "top" / "up").symlink_to(tmp_path)

    assert traces.empty(tmp_path)
