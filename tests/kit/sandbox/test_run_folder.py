"""A sandbox's folder goes with its grader, at the next start if not before."""

import tempfile

import pytest

from grader.sandbox.run_folder import make_folder


@pytest.fixture(autouse=True)
def temporary(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))


def test_a_folder_in_use_stays():
    first, lock = make_folder()
    second, other = make_folder()

    assert first.is_dir()
    assert second.is_dir()
    lock.close()
    other.close()


def test_a_folder_of_a_killed_grader_goes():
    first, lock = make_folder()
    lock.close()

    second, other = make_folder()

    assert not first.exists()
    assert second.is_dir()
    other.close()


def test_folders_of_others_stay(tmp_path):
    (tmp_path / "grader-box-mine").mkdir()

    make_folder()[1].close()

    assert (tmp_path / "grader-box-mine").is_dir()
