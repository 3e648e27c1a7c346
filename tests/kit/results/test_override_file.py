"""What a person decided is written as TOML, and vouched for."""

import tomllib
from datetime import UTC, datetime

import pytest

from grader.policy.overrides import EVERYBODY, NONE, Override, OverrideError, Overrides
from grader.results.output import OutputFolder
from grader.results.override_file import FILE, read_overrides, write_overrides

ENTRIES = (
    Override("ana", "a.B", 'say "why" \\ ção', "Rui", datetime.now(UTC), 2.0, "", 1.33),
    Override(EVERYBODY, "a.B", "too hard", "Rui", datetime.now(UTC), drop="test_it"),
    Override("bo", "a.B", "zero", "Rui", datetime.now(UTC), 0.0, automatic=0.0),
)


@pytest.fixture
def output(tmp_path):
    return OutputFolder(tmp_path, b"secret")


def test_it_comes_back_as_it_was(output):
    write_overrides(output, Overrides(ENTRIES))
    assert read_overrides(output) == Overrides(ENTRIES)
    document = tomllib.loads((output.path / FILE).read_text())
    assert [entry["student"] for entry in document["override"]] == ["ana", "", "bo"]


def test_nothing_was_decided_without_a_file(output):
    assert read_overrides(output) == NONE


def test_a_reason_cannot_add_an_entry(output):
    hostile = 'x"\n[[override]]\nstudent = "eve"\x7f\x1b[2J'
    entry = Override("ana", "a.B", hostile, "Rui", datetime.now(UTC), 1.0)
    write_overrides(output, Overrides((entry,)))
    (read,) = read_overrides(output).entries
    assert read.student == "ana"
    assert "eve" in read.reason


@pytest.mark.parametrize(
    "change",
    [
        lambda text: text.replace("2.0", "3.0"),
        lambda text: text + "\n",
        lambda text: text.partition("\n")[2],
        lambda text: "",
        lambda text: text.replace("signature", "Signature"),
    ],
)
def test_what_somebody_else_wrote_is_refused(output, change):
    write_overrides(output, Overrides(ENTRIES))
    path = output.path / FILE
    path.write_text(change(path.read_text()))
    with pytest.raises(OverrideError, match="was changed, or is of another course"):
        read_overrides(output)


def test_another_courses_are_refused(output):
    write_overrides(output, Overrides(ENTRIES))
    with pytest.raises(OverrideError, match="of another course"):
        read_overrides(OutputFolder(output.path, b"other"))


def test_a_file_that_cannot_be_read_is_named(output):
    (output.path / FILE).write_bytes(b"\xff")
    with pytest.raises(OverrideError, match="overrides.toml cannot be read"):
        read_overrides(output)
