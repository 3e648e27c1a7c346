"""The state survives what happens to it, and is never half written."""

import pytest

from grader.files import WriteError
from grader.student.state import Noted, State, read_state, update_state

FULL = State(
    {"t.A": 2},
    {"t.A": Noted("k1", True), "t.B": Noted("k2", False)},
    {"t.B": Noted("k3", True)},
)


def test_it_is_read_as_it_was_written(tmp_path):
    path = tmp_path / "state.json"

    update_state(path, lambda _: FULL)

    assert read_state(path) == FULL


def test_a_change_keeps_what_another_process_wrote(tmp_path):
    path = tmp_path / "state.json"
    update_state(path, lambda state: state.with_hints("t.A", 1))

    update_state(path, lambda state: state.with_verdicts({"t.B": Noted("k", True)}))

    assert read_state(path) == State({"t.A": 1}, {"t.B": Noted("k", True)})


@pytest.mark.parametrize(
    "damage",
    [
        b"",
        b"{",
        b"\xff\x00",
        b"[]",
        b"[" * 100_000,
        b'{"version": 2, "hints": {"t.A": 2}}',
        b'{"version": 1, "hints": 3, "verdicts": [1]}',
        b'{"version": 1, "hints": {"t.A": true, "t.B": -1, "t.C": "2"}}',
        b'{"version": 1, "verdicts": {"t.A": {"key": 1, "passes": true}, "t.B": 1}}',
    ],
)
def test_what_is_damaged_counts_as_not_there(tmp_path, damage):
    path = tmp_path / "state.json"
    path.write_bytes(damage)

    assert read_state(path) == State()
    assert update_state(path, lambda state: state.with_hints("t.A", 1)).hints == {
        "t.A": 1
    }


def test_a_missing_file_counts_as_empty(tmp_path):
    assert read_state(tmp_path / "none.json") == State()


def test_a_write_that_fails_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "state.json"
    update_state(path, lambda _: FULL)

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr("os.replace", fail)
    with pytest.raises(WriteError, match="cannot be written into"):
        update_state(path, lambda _: State())

    assert read_state(path) == FULL
    assert [p.name for p in tmp_path.iterdir()] == ["state.json"]
