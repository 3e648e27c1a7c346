"""A sandbox's folder goes with its grader, at the next start if not before."""

import tempfile

import pytest

from grader.sandbox.run_folder import RunFolder


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_folder_in_use_stays():
    first, second = RunFolder(), RunFolder()

    assert first.scratch.is_dir()
    assert second.scratch.is_dir()
    first.remove()
    second.remove()
    assert not first.path.exists()


def test_a_folder_of_a_killed_grader_goes():
    first = RunFolder()
    first._lock.close()

    second = RunFolder()

    assert not first.path.exists()
    assert second.path.is_dir()
    second.remove()


def test_folders_of_others_stay(tmp_path):
    (tmp_path / "grader-box-mine").mkdir()

    RunFolder().remove()

    assert (tmp_path / "grader-box-mine").is_dir()
