"""No two sandboxes of one machine share a user."""

import pytest

from grader.sandbox import uids


@pytest.fixture
def as_root(tmp_path, monkeypatch):
    monkeypatch.setattr(uids, "LOCKS", tmp_path / "locks")
    monkeypatch.setattr(uids, "UIDS", range(60301, 60303))
    monkeypatch.setattr(uids.os, "geteuid", lambda: 0)


def test_each_sandbox_gets_another_user(as_root):
    (one, first), (two, second) = uids.take_uid(), uids.take_uid()

    assert {one, two} == {60301, 60302}
    first.close()
    second.close()


def test_a_user_is_free_again_after_its_sandbox(as_root):
    _, lock = uids.take_uid()
    lock.close()

    uid, again = uids.take_uid()

    assert uid == 60301
    again.close()


def test_too_many_sandboxes_are_an_error(as_root):
    locks = [uids.take_uid()[1] for _ in range(2)]

    with pytest.raises(uids.NoUidError, match="all 2 users for sandboxes are taken"):
        uids.take_uid()

    for lock in locks:
        lock.close()


def test_somebodys_user_is_not_taken(as_root, monkeypatch):
    monkeypatch.setattr(uids, "UIDS", range(3))

    with pytest.raises(uids.NoUidError):
        uids.take_uid()


def test_without_root_no_lock_is_needed(monkeypatch):
    monkeypatch.setattr(uids.os, "geteuid", lambda: 1000)

    assert uids.take_uid()[1] is None
