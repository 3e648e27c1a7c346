"""The verb export writes what a folder of results holds, if nobody changed it."""

import csv
import json

import pytest
from typer.testing import CliRunner

from grader.audit.recount import RecountError
from grader.class_run.run import MANIFEST
from grader.class_run.seeds import seed_for
from grader.cli.main import make_app
from grader.exports.formats import NAMES
from grader.exports.plain import ExportError
from grader.exports.results import to_data
from grader.exports.table import to_csv
from grader.policy import NO_RULES, adjust, parse_policy
from grader.results.output import OutputFolder, report_name
from grader.results.result import Result, Status
from grader.scoring.outcome import Outcome
from grader.scoring.score import ExerciseScore, Score

COURSE = "[weights]\nmodel_construction = 2\n"
SHEET = "Student,ID,Section,Layers (7)\nPoints Possible,,,10\nAna,1,A,\nEve,2,A,\n"
RUNNER = {
    "CLASSROOM": "d2l",
    "ASSIGNMENT": "layers",
    "SUBMISSION_TAG": "submit/2026-06-01T14-32-05Z",
    "COMMIT_URL": "c",
    "RELEASE_URL": "r",
}


def write_results(root, syllabus, policy):
    """Results of Ana, who passes 1 of 3 tests, and of Rui, who has no score."""
    outcomes = {"f::a": Outcome.PASSED, "f::b": Outcome.FAILED, "f::c": Outcome.FAILED}
    exercise = ExerciseScore("model_construction.MLP", 0.33, 0.0, 1.0, outcomes)
    score = Score("Ana", (exercise,))
    adjusted = adjust(score, None, policy, "Ana")
    results = [
        Result("Ana", Status.GRADED, score, adjusted=adjusted),
        Result("Rui", Status.NOT_GRADED, reason="broken"),
    ]
    tests = [
        {
            "nodeid": f"f::{name}",
            "outcome": outcome,
            "user_properties": [{"outcome": outcome}, *said],
            "call": {"duration": 0.1},
        }
        for name, outcome, said in (
            ("a", "passed", []),
            ("b", "failed", [{"message": {"fault": "It failed."}}]),
            ("c", "failed", [{"message": {"fault": "It failed, too."}}]),
        )
    ]
    checks = [[test["nodeid"], exercise.exercise, 1, False] for test in tests]
    only = syllabus.restricted({exercise.exercise})
    with OutputFolder(root, b"secret").opened() as output:
        output.write("scores.csv", to_csv(results, only))
        output.write_signed("scores.json", to_data(results, only, {}, policy))
        manifest = {"version": 2, "suite": "s", "topics": {}, "checks": checks}
        output.write_signed(MANIFEST, manifest)
        environment = {"seed": seed_for(b"secret", "Ana")}
        report = {"tests": tests, "environment": environment}
        output.write_signed(report_name("Ana"), report)


@pytest.fixture
def results(tmp_path, syllabus, monkeypatch):
    monkeypatch.setenv("GRADER_SECRET", "secret")
    write_results(tmp_path / "grades", syllabus, NO_RULES)
    return tmp_path / "grades"


def export(folder, name, *options, env=None):
    arguments = ["export", str(folder), "--to", name, *map(str, options)]
    done = CliRunner().invoke(make_app([]), arguments, env=env)
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def rows(path):
    with open(path, newline="", encoding="utf-8-sig") as stream:
        return list(csv.reader(stream))


@pytest.mark.parametrize("policy", ["", COURSE])
def test_the_table_is_that_of_the_class(results, tmp_path, syllabus, policy):
    write_results(results, syllabus, parse_policy(policy, "course.toml", syllabus))

    done = export(results, "csv", "--out", tmp_path / "t.csv")

    assert done.exit_code == 0
    assert (tmp_path / "t.csv").read_text() == (results / "scores.csv").read_text()


def test_canvas_gets_the_points_that_the_course_counts(results, tmp_path, syllabus):
    (tmp_path / "sheet.csv").write_text(SHEET)
    write_results(results, syllabus, parse_policy(COURSE, "course.toml", syllabus))

    done = export(results, "canvas", "--fill", tmp_path / "sheet.csv", "--out-of", 10)

    assert done.exit_code == 1
    assert rows(results / "exports" / "canvas.csv")[2] == ["Ana", "1", "A", "3.3"]
    assert "Rui has a result, but no row" in done.stderr
    assert "Eve has a row in the sheet, but no result" in done.stderr


def test_moodle_can_do_without_a_sheet(results, tmp_path):
    done = export(results, "moodle", "--bom", "--out", tmp_path / "m.csv")

    assert done.exit_code == 1
    assert [row[:2] for row in rows(tmp_path / "m.csv")[1:]] == [
        ["Ana", "0.33"],
        ["Rui", ""],
    ]
    assert (tmp_path / "m.csv").read_bytes().startswith(b"\xef\xbb\xbf")


@pytest.mark.parametrize("name", NAMES)
def test_a_file_per_student_has_the_points_earned(results, name):
    done = export(results, name, env=RUNNER)

    (path,) = (results / "exports" / name).iterdir()
    assert path.stem == "Ana"
    assert done.exit_code == 1
    assert "Rui has no score (not graded: broken)" in done.stderr
    assert seed_for(b"secret", "Ana") not in path.read_text()


def test_the_messages_are_those_of_the_report(results):
    export(results, "gradescope")

    data = json.loads((results / "exports" / "gradescope" / "Ana.json").read_text())
    assert (data["score"], data["tests"][0]["output"]) == (0.33, "It failed.")


def change_scores(results):
    path = results / "scores.json"
    path.write_text(path.read_text().replace('"total": 0.33', '"total": 1.0'))


def change_report(results):
    path = results / "reports" / "Ana.json"
    path.write_text(path.read_text().replace('"failed"', '"passed"'))


def put_back_a_report_of(environment):
    def change(results):
        folder = OutputFolder(results, b"secret")
        report = folder.read_signed(report_name("Ana"))
        report["environment"] |= environment
        folder.write_signed(report_name("Ana"), report)

    return change


@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (change_scores, RecountError, "scores.json is missing, was changed"),
        (change_report, RecountError, "reports/Ana.json is missing, was changed"),
        *(
            (put_back_a_report_of(other), RecountError, "Ana.json is another student's")
            for other in (
                {"seed": seed_for(b"secret", "Rui")},
                {"seed": seed_for(b"another course", "Ana")},
                {"isolation": "process"},
                {"limits": {"test_seconds": 60.0}},
            )
        ),
    ],
)
def test_what_was_changed_is_not_exported(results, change, error, says):
    change(results)

    with pytest.raises(error, match=says):
        export(results, "gradescope")


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("canvs", (), "no format is called 'canvs': csv, canvas, moodle, gradescope"),
        ("moodle", ("--out-of", "inf"), "--out-of is inf"),
        ("canvas", (), "Canvas takes back its own sheet.*--fill"),
        ("canvas", ("--fill", "/nowhere.csv"), "/nowhere.csv cannot be read: No such"),
        ("classroom50", (), "for Classroom 50, its runner sets CLASSROOM"),
    ],
)
def test_what_is_missing_is_told_with_the_next_step(results, name, options, says):
    with pytest.raises(ExportError, match=says):
        export(results, name, *options)


def test_scores_of_an_exercise_that_is_gone_are_not_dropped(results):
    output = OutputFolder(results, b"secret")
    data = output.read_signed("scores.json")
    data["exercises"].append("layers.Gone")
    output.write_signed("scores.json", data)

    with pytest.raises(RecountError, match=r"has scores of layers\.Gone, which"):
        export(results, "csv")


@pytest.mark.parametrize(
    ("setting", "says"),
    [("junit", "'junit' names no file"), ("xml=a.xml", "no format is called 'xml'")],
)
def test_grade_one_refuses_a_wrong_target_before_it_grades(tmp_path, setting, says):
    done = CliRunner().invoke(
        make_app([]), ["grade-one", str(tmp_path), "--write", setting]
    )

    assert says in str(done.exception)
