"""Several attempts: graded alike, the best or the last counts, and verify agrees."""

import csv
import json
import shutil
from datetime import UTC, datetime, timedelta

import pytest

from grader.audit.verify import Verifier
from grader.class_run.attempts import attempts_of, counted
from grader.class_run.grading_config import GradingConfig
from grader.class_run.run import ClassRun
from grader.exports.results import to_data
from grader.exports.table import to_csv
from grader.intake import SubmissionSource
from grader.policy import NO_RULES, Attempts, Policy, parse_policy
from grader.results.output import OutputFolder
from grader.results.result import Result, Status
from grader.sandbox.isolation import Level
from grader.scoring.manifest import Check, Manifest
from grader.scoring.score import ExerciseScore, Score

from ..conftest import QUICK

DUE = datetime(2026, 10, 1, 23, 59, tzinfo=UTC)
DAY = timedelta(days=1)
COURSE = """
attempts = "best"
[due]
alpha = 2026-10-01T23:59:00Z
[late]
percent_per_day = 60
"""
CHECKS = tuple(Check(f"f::{part}", "alpha.double", 1) for part in range(4))


class Judges:
    """Judges that pass as many of four tests as the submission's number says."""

    def __init__(self, config):
        self.config = config
        suite = config.environment()["suite"]
        self.manifest = Manifest(CHECKS, suite, {"alpha": "hash"})

    def grade(self, submission, seed, exercises, part):
        answer = int(submission.sources["alpha"])
        outcomes = ["passed" if part < answer else "failed" for part in range(4)]
        tests = [
            {
                "nodeid": check.nodeid,
                "outcome": outcome,
                "user_properties": [{"outcome": outcome}],
            }
            for check, outcome in zip(CHECKS, outcomes, strict=True)
        ]
        mine = {"submission": submission.digest, "seed": seed}
        return {"tests": tests, "environment": self.config.environment() | mine}

    def __enter__(self):
        return self

    def __exit__(self, *error):
        pass


def origin(root, name, *attempts):
    """A student's attempts, by answer and time of submission; the last one counts."""
    made = []
    for number, (answer, moment) in enumerate(attempts, 1):
        folder = root / "class" / name / str(number)
        folder.mkdir(parents=True)
        (folder / "alpha.py").write_text(f"{answer}\n")
        made.append(SubmissionSource(name, folder, submitted_at=moment))
    *earlier, last = made
    return SubmissionSource(
        name, last.path, submitted_at=last.submitted_at, earlier=tuple(earlier)
    )


def make_class(root):
    early, late = DUE - DAY, DUE + DAY
    return [
        origin(root, "ana", (3, early), (4, late)),  # 0.75 in time, 1 · 0.4 late
        origin(root, "eva", (4, None)),
        origin(root, "rui", (2, early), (4, early), (4, early)),
    ]


def grade(root, config, origins, policy):
    with OutputFolder(root / "out", config.secret).opened() as output:
        run = ClassRun(config, output, policy)
        results = run.grade_all(origins, 1, lambda result: None)
        output.write("scores.csv", to_csv(results, config.syllabus))
        data = to_data(results, config.syllabus, run.environment, policy)
        output.write_signed("scores.json", data)
    return results


@pytest.fixture
def config(small, tmp_path, monkeypatch):
    monkeypatch.setattr(GradingConfig, "start_pool", lambda self, jobs: Judges(self))
    only = small.only("alpha")
    return GradingConfig(Level.PROCESS, QUICK, tmp_path / "suite", only, b"secret")


@pytest.fixture
def origins(tmp_path):
    return make_class(tmp_path)


@pytest.fixture
def root(config, origins, small, tmp_path):
    """Return the folder of a class that has been graded once."""
    policy = parse_policy(COURSE, "course.toml", small)
    grade(tmp_path, config, origins, policy)
    return tmp_path


def entries(root):
    data = json.loads((root / "out" / "scores.json").read_text())
    return {entry["student"]: entry for entry in data["students"]}


def test_the_attempt_with_most_adjusted_points_counts(root):
    found = entries(root)

    assert [found[s]["total"] for s in ("ana", "eva", "rui")] == [0.75, 1.0, 1.0]
    assert found["ana"]["adjusted"]["total"] == 0.75
    assert found["ana"]["adjusted"]["reasons"] == ["attempt 1 of 2 counts: the best"]
    assert found["rui"]["adjusted"]["reasons"] == ["attempt 3 of 3 counts: the best"]


def test_raw_and_adjusted_points_stand_apart_in_the_table(root):
    with open(root / "out" / "scores.csv", newline="") as stream:
        rows = {row["student"]: row for row in csv.DictReader(stream)}

    assert rows["ana"]["total"] == rows["ana"]["adjusted"] == "0.75"
    assert rows["ana"]["why"] == "attempt 1 of 2 counts: the best"
    assert rows["eva"]["why"] == ("time of submission unknown: not counted as late")


def test_the_students_report_is_that_of_the_attempt_that_counts(root):
    reports = root / "out" / "reports"
    attempts = root / "out" / "attempts"

    assert (reports / "ana.json").read_text() == (attempts / "1/ana.json").read_text()
    assert not (attempts / "1" / "eva.json").exists()


def test_all_attempts_meet_the_same_inputs(root):
    seeds = {
        json.loads(path.read_text())["environment"]["seed"]
        for path in (root / "out" / "attempts").glob("*/rui.json")
    }

    assert len(seeds) == 1


def test_no_attempt_is_graded_twice(root, config, origins, small, monkeypatch):
    scores = (root / "out" / "scores.json").read_bytes()
    policy = parse_policy(COURSE, "course.toml", small)
    monkeypatch.setattr(GradingConfig, "start_pool", None)

    grade(root, config, origins, policy)

    assert (root / "out" / "scores.json").read_bytes() == scores


def test_other_rules_change_adjusted_points_alone(
    root, config, origins, small, monkeypatch
):
    strict = parse_policy(COURSE.replace("60", "10"), "course.toml", small)
    monkeypatch.setattr(GradingConfig, "start_pool", None)

    ana, *_ = grade(root, config, origins, strict)

    assert (ana.score.total, ana.adjusted.total) == (1.0, 0.9)
    assert ana.adjusted.reasons == (
        "1 day late: −10 %",
        "attempt 2 of 2 counts: the best",
    )
    assert list(Verifier(root / "out", config).check_files()) == []


# Verify


def test_true_results_are_told_to_be_true(root, config, origins):
    verifier = Verifier(root / "out", config)

    assert list(verifier.check_files()) == []
    assert list(verifier.check_submissions(origins)) == []


def change_adjusted_points(root):
    path = root / "out" / "scores.csv"
    path.write_text(path.read_text().replace(",0.75,1,attempt", ",1,1,attempt"))


def change_an_attempt(root):
    path = root / "out" / "attempts" / "1" / "rui.json"
    path.write_text(path.read_text().replace('"failed"', '"passed"'))


def put_another_attempt_in_place(root):
    out = root / "out"
    shutil.copy(out / "attempts" / "2" / "ana.json", out / "reports" / "ana.json")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (change_adjusted_points, "scores.csv, line 2, is not what the reports give"),
        (change_an_attempt, "attempts/1/rui.json is missing, was changed"),
        (
            put_another_attempt_in_place,
            "reports/ana.json is not the report of the attempt that counts, attempts/1",
        ),
    ],
)
def test_what_was_changed_is_named(root, config, change, said):
    change(root)

    found = list(Verifier(root / "out", config).check_files())

    assert len(found) == 1
    assert said in found[0]


def test_scores_that_were_signed_but_do_not_follow_the_rules_are_found(root, config):
    output = OutputFolder(root / "out", b"secret")
    data = output.read_signed("scores.json")
    data["students"][0]["adjusted"]["total"] = 1.0
    output.write_signed("scores.json", data)

    found = list(Verifier(root / "out", config).check_files())

    assert found == ["ana: scores.json is not what the report gives"]


def change_an_earlier_file(origins):
    path = origins[0].earlier[0].path / "alpha.py"
    path.write_text("4\n")


def lose_an_attempt(origins):
    last = origins[0]
    origins[0] = SubmissionSource("ana", last.path, submitted_at=last.submitted_at)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (change_an_earlier_file, "ana: the files are not those that were graded"),
        (lose_an_attempt, "ana: 2 attempts were graded, now there are 1"),
    ],
)
def test_changed_attempts_are_told(root, config, origins, change, said):
    change(origins)

    found = list(Verifier(root / "out", config).check_submissions(origins))

    assert found == [said]


def test_grading_again_takes_the_attempt_that_counts(root, config, origins):
    ana = origins[:1]

    assert list(Verifier(root / "out", config).regrade(ana, 1)) == []


# Which attempt counts


def attempt(number, points, status=Status.GRADED):
    exercise = ExerciseScore("beta.A", points, 0.0, 4.0, {})
    score = Score("ana", (exercise,)) if status is Status.GRADED else None
    return Result("ana", status, score, reason="why", attempt=number, of=3)


BEST = Policy(attempts=Attempts.BEST)


def test_of_equal_attempts_the_later_counts():
    result = counted([attempt(1, 2.0), attempt(2, 3.0), attempt(3, 3.0)], BEST)

    assert result.attempt == 3


def test_an_attempt_that_cannot_be_read_is_told_and_another_counts():
    lost = attempt(3, 0.0, Status.NOT_GRADED)

    result = counted([attempt(1, 2.0), attempt(2, 1.0), lost], BEST)

    assert (result.status, result.attempt) == (Status.GRADED, 1)
    assert result.notes == ("attempt 3: not graded: why",)


def test_a_fault_of_the_kit_in_one_attempt_gives_no_score():
    fault = attempt(1, 0.0, Status.KIT_ERROR)

    result = counted([fault, attempt(2, 4.0)], BEST)

    assert (result.status, result.score) == (Status.KIT_ERROR, None)


def test_without_a_readable_attempt_there_is_no_score():
    lost = [attempt(n, 0.0, Status.NOT_GRADED) for n in (1, 2)]

    result = counted(lost, BEST)

    assert (result.status, result.score, result.attempt) == ("not graded", None, 2)


def test_only_the_last_attempt_is_graded_unless_the_best_counts(tmp_path):
    rui = origin(tmp_path, "rui", (1, DUE), (2, DUE), (3, DUE))

    attempts = attempts_of(rui, NO_RULES)

    assert [(a.origin.path.name, a.report) for a in attempts] == [
        ("3", "reports/rui.json")
    ]


def test_which_of_several_attempts_is_the_last_is_said():
    result = counted([attempt(3, 2.0)], Policy())

    assert result.adjusted.reasons == ("attempt 3 of 3 counts: the last",)
