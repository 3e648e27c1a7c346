"""`grader override` changes scores and table at once, and refuses what is unclear."""

import json

import pytest
from typer.testing import CliRunner

from grader.audit.recount import RecountError
from grader.cli.main import make_app
from grader.policy.overrides import OverrideError
from grader.results.output import OutputFolder, report_name
from grader.results.override_file import FILE, read_overrides

from .test_export import export, results, rows  # noqa: F401 - a fixture

MLP = "model_construction.MLP"
WHY = ("--reason", "heard in person", "--by", "Rui")


def override(folder, *arguments):
    words = ["override", *map(str, arguments), "--grades", str(folder)]
    done = CliRunner().invoke(make_app([]), words)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def points_of(folder, student="Ana"):
    students = json.loads((folder / "scores.json").read_text())["students"]
    entry = next(e for e in students if e["student"] == student)
    return entry["exercises"][MLP]["points"]


def test_points_by_hand_stand_in_scores_table_and_exports(results):  # noqa: F811
    done = override(results, "ana", "MLP", "--points", 0.9, *WHY)

    assert f"Ana: {MLP} 0.33 → 0.9 of 1" in done.stdout
    assert points_of(results) == 0.9
    table = rows(results / "scores.csv")
    row = dict(zip(table[0], table[1], strict=True))
    assert (row[MLP], row["adjusted"]) == ("0.9", "0.9")
    assert "0.9 by hand: heard in person (Rui, " in row["why"]
    export(results, "moodle")
    assert rows(results / "exports" / "moodle.csv")[1][1] == "0.9"
    export(results, "gradescope")
    shown = json.loads((results / "exports" / "gradescope" / "Ana.json").read_text())
    assert shown["score"] == 0.9
    assert "0.9 by hand: heard in person" in shown["tests"][0]["output"]


def test_a_test_can_be_left_out_for_everybody_and_taken_back(results):  # noqa: F811
    before = (results / "scores.json").read_text()
    override(results, "--all", MLP, "--drop", "b", *WHY)
    assert points_of(results) == 0.5
    override(results, "--all", MLP, "--undo")
    assert points_of(results) == 0.33
    assert read_overrides(OutputFolder(results, b"secret")).entries == ()
    again = json.loads((results / "scores.json").read_text())
    assert set(again) == set(json.loads(before))


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["eve", "MLP", "--points", 1, *WHY], "'eve' is not in the scores. Known: Ana"),
        (["Rui", "MLP", "--points", 1, *WHY], "Rui has no score"),
        (["Ana", "MLP", "--points", 9, *WHY], f"{MLP} has 1 points at most"),
        (["Ana", "MLP", "--points", 1], "say why, with --reason"),
        (["Ana", "MLP", *WHY], "say --points N, or --drop TEST"),
        (["Ana", "MLP", "--points", 1, "--drop", "b", *WHY], "one of them"),
        (["Ana", "MLP", "--drop", "z", *WHY], "'z' is no test of"),
        (["Ana", "MLP", "--undo"], "nothing was decided on"),
        (["MLP", "--points", 1, *WHY], "name STUDENT and EXERCISE, or --all"),
        (["Ana", "MLP", "--all", "--points", 1, *WHY], "name STUDENT and EXERCISE"),
    ],
)
def test_what_is_unclear_is_refused_and_nothing_written(
    results,  # noqa: F811
    arguments,
    says,
):
    before = (results / "scores.json").read_bytes()
    with pytest.raises(OverrideError, match=says):
        override(results, *arguments)
    assert not (results / FILE).exists()
    assert (results / "scores.json").read_bytes() == before


def test_the_last_test_of_an_exercise_is_not_left_out(results):  # noqa: F811
    override(results, "--all", MLP, "--drop", "a", *WHY)
    override(results, "--all", MLP, "--drop", "b", *WHY)
    with pytest.raises(OverrideError, match="no test of .* is left: give --points"):
        override(results, "--all", MLP, "--drop", "c", *WHY)


def pass_more_tests(grades):
    folder = OutputFolder(grades, b"secret")
    report = folder.read_signed(report_name("Ana"))
    report["tests"][1] |= {
        "outcome": "passed",
        "user_properties": [{"outcome": "passed"}],
    }
    folder.write_signed(report_name("Ana"), report)


def put_back_what_was_decided_once(grades):
    override(grades, "Ana", MLP, "--points", 1, *WHY)
    once = (grades / FILE).read_bytes()
    override(grades, "Ana", MLP, "--undo")
    (grades / FILE).write_bytes(once)


@pytest.mark.parametrize("put_back", [pass_more_tests, put_back_what_was_decided_once])
def test_what_was_signed_once_gives_no_points_by_the_next_decision(
    results,  # noqa: F811
    put_back,
):
    put_back(results)
    before = (results / "scores.json").read_bytes()

    with pytest.raises(
        RecountError, match="is not what reports and overrides give Ana"
    ):
        override(results, "--all", MLP, "--drop", "c", *WHY)

    assert (results / "scores.json").read_bytes() == before
