"""A rerun grades what is new and nothing twice; verify finds what was changed."""

import json
import shutil
from datetime import UTC, datetime

import pytest

from grader.audit.recount import RecountError
from grader.audit.verify import Verifier, differences
from grader.class_run.grading_config import GradingConfig
from grader.class_run.run import ClassRun
from grader.exports.results import to_data
from grader.exports.table import to_csv
from grader.intake import find_submissions
from grader.policy.overrides import Override, Overrides
from grader.results.output import OutputFolder
from grader.results.override_file import write_overrides
from grader.scoring.manifest import Check, Manifest

from ..conftest import QUICK

SUITE = """
import pytest
from grader.observe import expect_equal

def answer(ex) -> int:
    return ex.answer()

@pytest.mark.exercise("alpha.double")
def test_it(observe):
    expect_equal(observe(answer), 1, "It is not 1.")
"""


@pytest.fixture(scope="module")
def graded(level, small, tmp_path_factory):
    """Return the folder of a class of two that has been graded once."""
    root = tmp_path_factory.mktemp("kept")
    suite = root / "suite"
    suite.mkdir()
    (suite / "test_suite.py").write_text(SUITE)
    for student, answer in (("ana", 1), ("rui", 2)):
        (root / "class" / student).mkdir(parents=True)
        source = f"def answer(): return {answer}"
        (root / "class" / student / "alpha.py").write_text(source)
    grade(root, GradingConfig(level, QUICK, suite, small, b"secret"))
    return root


@pytest.fixture
def root(graded, tmp_path):
    return shutil.copytree(graded, tmp_path / graded.name)


@pytest.fixture
def config(level, small, root):
    return GradingConfig(level, QUICK, root / "suite", small, b"secret")


def grade(root, config, **more):
    with OutputFolder(root / "out", config.secret).opened() as output:
        run = ClassRun(config, output)
        origins = find_submissions(root / "class").origins
        results = run.grade_all(origins, 1, lambda result: None, **more)
        output.write("scores.csv", to_csv(results, config.syllabus))
        data = to_data(results, config.syllabus, run.environment, run.policy)
        output.write_signed("scores.json", data)
    return {r.student: (r.score.total, r.kept) for r in results}


def test_nothing_is_graded_twice(root, config, monkeypatch):
    scores = (root / "out" / "scores.json").read_bytes()
    monkeypatch.setattr(GradingConfig, "start_pool", None)

    assert grade(root, config) == {"ana": (1.0, True), "rui": (0.0, True)}
    assert (root / "out" / "scores.json").read_bytes() == scores


def test_points_by_hand_outlast_a_rerun_and_are_verified(root, config):
    output = OutputFolder(root / "out", b"secret")
    now = datetime(2026, 5, 1, tzinfo=UTC)
    entry = Override("rui", "alpha.double", "heard", "Ana", now, 0.5, automatic=0.0)
    write_overrides(output, Overrides((entry,)))

    assert problems(root, config) == [
        "rui: scores.json is not what the report gives",
        "scores.csv, line 3, is not what the reports give",
    ]
    assert grade(root, config) == {"ana": (1.0, True), "rui": (0.5, True)}
    assert problems(root, config) == []
    assert grade(root, config, fresh=True) == {"ana": (1.0, False), "rui": (0.5, False)}


def change_submission(root):
    path = root / "class" / "rui" / "alpha.py"
    path.write_text("def answer(): return 1")


def change_report(root):
    path = root / "out" / "reports" / "rui.json"
    path.write_text(path.read_text().replace('"failed"', '"passed"'))


def lose_report(root):
    (root / "out" / "reports" / "rui.json").unlink()


@pytest.mark.parametrize(
    ("change", "total"),
    [(change_submission, 1.0), (change_report, 0.0), (lose_report, 0.0)],
)
def test_what_changed_is_graded_again(root, config, change, total):
    change(root)

    assert grade(root, config) == {"ana": (1.0, True), "rui": (total, False)}


def test_another_suite_or_limit_grades_everything_again(root, config, level, small):
    suite = root / "suite"
    more = GradingConfig(level, QUICK.changed(["memory=3GiB"]), suite, small, b"secret")
    kept = [grade(root, more)]
    (suite / "test_suite.py").write_text(SUITE + "\n")
    kept.append(grade(root, more))

    assert kept == [{"ana": (1.0, False), "rui": (0.0, False)}] * 2


def test_everything_is_graded_again_when_asked_for(root, config):
    assert grade(root, config, fresh=True) == {
        "ana": (1.0, False),
        "rui": (0.0, False),
    }


def problems(root, config):
    return [
        *Verifier(root / "out", config).check_files(),
        *Verifier(root / "out", config).check_submissions(
            find_submissions(root / "class").origins
        ),
    ]


def test_true_results_are_told_to_be_true(root, config):
    origins = find_submissions(root / "class").origins

    assert problems(root, config) == []
    assert list(Verifier(root / "out", config).regrade(origins, 2)) == []


def change_table(root):
    path = root / "out" / "scores.csv"
    path.write_text(path.read_text().replace("rui,0", "rui,1"))


def add_submission(root):
    shutil.copytree(root / "class" / "ana", root / "class" / "eva")


def remove_submission(root):
    shutil.rmtree(root / "class" / "ana")


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (change_report, "reports/rui.json is missing, was changed"),
        (lose_report, "reports/rui.json is missing, was changed"),
        (change_table, "scores.csv, line 3, is not what the reports give"),
        (change_submission, "rui: the files are not those that were graded"),
        (add_submission, "eva handed in, but has no result"),
        (remove_submission, "ana has a result, but no submission"),
    ],
)
def test_what_was_changed_is_named(root, config, change, said):
    change(root)

    found = problems(root, config)

    assert len(found) == 1
    assert said in found[0]


def test_scores_of_another_setting_are_told(root, level, small):
    limits = QUICK.changed(["memory=3GiB"])
    config = GradingConfig(level, limits, root / "suite", small, b"secret")

    assert problems(root, config) == [
        "these results come from a machine or suite with other limits"
    ]


def test_changed_scores_are_refused(root, config):
    path = root / "out" / "scores.json"
    path.write_text(path.read_text().replace('"total": 0.0', '"total": 1.0'))

    with pytest.raises(RecountError, match=r"scores.json is missing, was changed"):
        problems(root, config)


def test_a_report_that_was_signed_but_is_false_is_found_by_grading_again(root, config):
    output = OutputFolder(root / "out", b"secret")
    report = output.read_signed("reports/rui.json")
    text = json.dumps(report).replace('"failed"', '"passed"')
    output.write_signed("reports/rui.json", json.loads(text))
    origins = [
        h for h in find_submissions(root / "class").origins if h.student == "rui"
    ]

    found = list(Verifier(root / "out", config).regrade(origins, 1))

    assert len(found) == 1
    assert "was passed, graded again it is failed" in found[0]


def test_a_gpu_that_is_missing_now_decides_nothing():
    def report(outcome):
        test = {"nodeid": "f::a", "outcome": outcome.partition(" ")[0]}
        return {"tests": [test | {"user_properties": [{"outcome": outcome}]}]}

    manifest = Manifest((Check("f::a", "x.A", 1, cuda=True),), "", {})
    decided, left_open = report("passed"), report("no GPU here")

    assert list(differences("ana", decided, left_open, manifest)) == []
    assert len(list(differences("ana", left_open, decided, manifest))) == 1
