"""The main job, end to end: the sample class, graded by the command itself."""

import csv
import json
import subprocess
import sys

import pytest

from grader.layout import KIT
from grader.student.code import read_code
from grader.syllabus import read_syllabus

CLASS = KIT.root / "examples" / "class"

CORE = {
    "model_construction": [
        "MLP",
        "MySequential",
        "FixedHiddenMLP",
        "ParallelBlock",
        "chain",
    ],
    "parameters": [
        "parameter_table",
        "init_normal",
        "my_init_",
        "make_tied_mlp",
        "count_parameters",
    ],
    "deferred_init": [
        "lazy_mlp",
        "pending_parameters",
        "dry_run",
        "apply_init",
        "first_mismatch",
    ],
    "custom_layer": ["CenteredLayer", "MyLinear", "QuadraticReduction", "HalfSpectrum"],
    "read_write": [
        "save_tensors",
        "save_parameters",
        "reuse_layers",
        "save_model",
        "load_untrusted",
    ],
    "use_gpu": ["try_gpu", "to_device", "train_epoch", "time_op"],
}


def whole(*topics):
    return {f"{topic}.{symbol}" for topic in topics for symbol in CORE[topic]}


def written(student):
    """Return the exercises that a student's files define."""
    found = set()
    for name, exercise in read_syllabus(KIT.registry).exercises.items():
        code = read_code((CLASS / student / f"{exercise.topic}.py").read_text())
        if code.names.issuperset(exercise.symbols):
            found.add(name)
    return found


# What each student solved, by what was written into the files; all else is zero points.
SOLVED = {
    "ana-souza": written("ana-souza"),
    "bruno-costa": whole("model_construction", "parameters", "deferred_init"),
    "carla-dias": set(),
    "diego-alves": whole("model_construction"),
    "Élodie Martin": whole("model_construction"),
    "farid-haddad": whole("model_construction") - {"model_construction.chain"},
    "gustavo-lima": whole("custom_layer"),
    "hana-sato": whole("model_construction"),
    "ivan-petrov": whole("parameters"),
    "joao-silva": whole("model_construction", "parameters"),
    "kim-min-ji": whole("model_construction", "read_write"),
    "lucia-peña": whole("parameters", "deferred_init"),
    "mallory": {"model_construction.MLP", "model_construction.chain"},
}


def run_grader(*arguments, **more):
    command = [sys.executable, "-m", "grader", *map(str, arguments)]
    return subprocess.run(
        command, capture_output=True, text=True, cwd=KIT.root, check=False, **more
    )


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    out = tmp_path_factory.mktemp("class") / "grades"
    done = run_grader(
        "grade", CLASS, "--out", out, "--unsandboxed", "--limit", "test_seconds=3"
    )
    assert done.returncode == 0, done.stderr
    return done, out


@pytest.fixture(scope="module")
def rows(graded):
    with open(graded[1] / "scores.csv", newline="") as stream:
        return {row["student"]: row for row in csv.DictReader(stream)}


def test_every_student_stands_in_the_scores(rows):
    assert set(rows) == {*SOLVED, "nils-berg"}
    assert {row["status"] for row in rows.values()} == {"graded"}


@pytest.mark.parametrize("student", SOLVED)
def test_a_student_earns_what_is_solved_and_nothing_else(rows, syllabus, student):
    points = {
        name: float(rows[student][name])
        for name in syllabus.exercises
        if float(rows[student][name])
    }

    assert points == {
        name: float(syllabus.exercises[name].points) for name in SOLVED[student]
    }
    assert float(rows[student]["total"]) == sum(points.values())


def test_known_slips_lose_points_in_every_exercise(rows, syllabus):
    for name in whole("model_construction"):
        assert float(rows["nils-berg"][name]) < syllabus.exercises[name].points


def test_points_for_a_gpu_stay_open_without_one(rows, syllabus):
    from grader import gpu

    cuda = sum(e.cuda_points for e in syllabus.exercises.values())
    for student in SOLVED:
        assert float(rows[student]["open"]) == (0 if gpu.is_available() else cuda)


def test_the_totals_are_the_sums_of_the_columns(rows, syllabus):
    for row in rows.values():
        topics = sum(float(row[topic.id]) for topic in syllabus.topics)
        assert float(row["total"]) == pytest.approx(topics)


def test_the_scores_in_json_agree_with_the_table(graded, rows):
    data = json.loads((graded[1] / "scores.json").read_text())

    assert {s["student"]: s["total"] for s in data["students"]} == {
        name: float(row["total"]) for name, row in rows.items()
    }


def test_a_report_per_student_names_its_origin(graded):
    for path in (graded[1] / "reports").iterdir():
        environment = json.loads(path.read_text())["environment"]
        assert len(environment["suite"]) == len(environment["submission"]) == 64
        assert environment["isolation"] in ("bubblewrap", "uid", "process")


def test_no_report_holds_a_line_of_the_hidden_tests(graded):
    secret = "expect_close("

    for path in (graded[1] / "reports").iterdir():
        assert secret not in path.read_text()


@pytest.mark.parametrize(
    ("student", "says"),
    [
        ("ivan-petrov", "read_write.py is missing."),
        ("joao-silva", "model_contruction.py is taken for model_construction.py"),
        ("lucia-peña", "deferred_init.py is read, though line 1 holds the byte 0xe7"),
    ],
)
def test_what_is_amiss_with_a_submission_is_told(graded, student, says):
    assert any(
        line.startswith(f"{student}: ") and says in line
        for line in graded[0].stdout.splitlines()
    )


def message(graded, student, part):
    report = json.loads((graded[1] / "reports" / f"{student}.json").read_text())
    return next(t["call"]["longrepr"] for t in report["tests"] if part in t["nodeid"])


@pytest.mark.parametrize(
    ("student", "part", "says"),
    [
        ("diego-alves", "/parameters/", "SyntaxError"),
        ("Élodie Martin", "/custom_layer/", "No module named 'torchvision'"),
        ("farid-haddad", "test_chain", "a loop whose condition never becomes false"),
        ("gustavo-lima", "/use_gpu/", "ended with status 0"),
        ("nils-berg", "test_sequential_registers", "plain list"),
    ],
)
def test_a_message_names_the_slip(graded, student, part, says):
    assert says in message(graded, student, part)


# Bad input


@pytest.fixture
def one_student(tmp_path):
    """A class of one, with the smallest possible submission."""
    (tmp_path / "class" / "ana").mkdir(parents=True)
    (tmp_path / "class" / "ana" / "use_gpu.py").write_text("x = 1\n")
    return tmp_path / "class"


def test_trouble_with_one_student_does_not_stop_the_others(one_student, tmp_path):
    (one_student / "bob.zip").write_bytes(b"broken")
    (one_student / "carl").mkdir()
    (one_student / "carl.zip").write_bytes(b"")

    done = run_grader("grade", one_student, "--out", tmp_path / "out", "--unsandboxed")

    assert done.returncode == 1
    assert "bob: not graded: bob.zip is not a readable zip archive" in done.stdout
    assert "carl: not graded: carl and carl.zip are of one student" in done.stdout
    with open(tmp_path / "out" / "scores.csv", newline="") as stream:
        status = {row["student"]: row["status"] for row in csv.DictReader(stream)}
    assert status == {"ana": "graded", "bob": "not graded", "carl": "not graded"}


@pytest.mark.parametrize("make", [lambda p: None, lambda p: p.mkdir()])
def test_a_class_without_submissions_is_an_error(tmp_path, make):
    make(tmp_path / "class")

    done = run_grader("grade", tmp_path / "class", "--out", tmp_path / "out")

    assert done.returncode == 2
    assert str(tmp_path / "class") in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_full_disk_is_an_error_that_names_the_folder(one_student):
    done = run_grader(
        "grade", one_student, "--out", "/dev/full/grades", "--unsandboxed"
    )

    assert done.returncode == 2
    assert ".grader cannot be written into /dev/full/grades: Not a dir" in done.stderr


def test_without_isolation_grading_must_be_asked_for(one_student, tmp_path):
    hidden = {"PATH": str(tmp_path), "HOME": str(tmp_path)}

    done = run_grader("grade", one_student, "--out", tmp_path / "out", env=hidden)

    assert done.returncode == 2
    assert "Install bubblewrap" in done.stderr
    assert "--unsandboxed" in done.stderr


def test_grade_one_prints_points_and_messages_and_writes_them(tmp_path):
    done = run_grader(
        "grade-one",
        CLASS / "nils-berg",
        *("--unsandboxed", "--report", tmp_path / "report.json", "--student", "nils"),
        *("--write", f"gradescope={tmp_path / 'results.json'}"),
        *("--write", f"github={tmp_path / 'output'}"),
    )

    assert done.returncode == 1
    results = json.loads((tmp_path / "results.json").read_text())
    assert "plain list" in results["tests"][1]["output"]
    assert f"\nscore={results['score']:g}\n" in (tmp_path / "output").read_text()
    assert "✗ model_construction.MySequential" in done.stdout
    assert "plain list" in done.stdout
    assert json.loads((tmp_path / "report.json").read_text())["tests"]


def test_the_secret_is_closed_to_others(graded):
    assert KIT.secret.stat().st_mode & 0o077 == 0
