"""An assignment of two topics all the way: the same maximum at every station."""

import csv
import json
import re
import shutil
import zipfile

import nbformat
import pytest
from nbgrader.api import Gradebook

from grader.layout import KIT, VARIABLE, Layout
from grader.syllabus import read_syllabus

from .test_nbgrader import ASSIGNMENT, CONFIG, Course

RULES = '[assignment.ps1]\ntopics = ["beta"]\nexercises = ["alpha.Scale"]\n'
POINTS = {"alpha.Scale": 2, "beta.top": 2, "beta.spread": 4}
"""What was given, as the small course's registry says it."""
MOST = 8
SHEET = (
    "Student,ID,SIS User ID,SIS Login ID,Section,PS 1 (7)\n"
    "Points Possible,,,,,{}\nright,1,,,A,\ndora,2,,,A,\n"
)


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course that went all the way: who has all right, and a broken notebook."""
    root = tmp_path_factory.mktemp("two")
    kit = root / "kit"
    shutil.copytree(KIT.root / "tests" / "fixtures" / "course", kit)
    (kit / "course.toml").write_text(RULES)
    course = Course(root)
    course.environment[VARIABLE] = str(kit)
    (root / "nbgrader_config.py").write_text(CONFIG)
    part = ("--assignment", ASSIGNMENT)
    course.run("grader", "handout", *part)
    course.run("grader", "notebooks", *part, "--out", f"source/{ASSIGNMENT}")
    course.run("nbgrader", "generate_assignment", ASSIGNMENT)
    for student in ("right", "dora"):
        source = root / "source" / ASSIGNMENT
        shutil.copytree(source, root / "submitted" / student / ASSIGNMENT)
    broken = root / "submitted" / "dora" / ASSIGNMENT / "beta.ipynb"
    broken.write_text("not a notebook")
    course.try_to("nbgrader", "autograde", ASSIGNMENT)
    exporter = "--exporter=grader.nbgrader.export.Csv"
    course.run("nbgrader", "export", "--to", "nbgrader.csv", exporter)
    course.graded = course.try_to(
        *("grader", "grade", "submitted", *part, "--out", "ours", "--unsandboxed"),
        *("--gradebook", "sqlite:///ours.db", "--course", "d2l", "--jobs", "1"),
    ).stdout
    return course


def rows_of(path, key):
    with open(path, newline="") as stream:
        return {row[key]: row for row in csv.DictReader(stream)}


@pytest.fixture(scope="module")
def scores(course):
    data = json.loads((course.folder / "ours" / "scores.json").read_text())
    return {entry["student"]: entry for entry in data["students"]}


def test_a_handout_and_a_release_offer_what_was_given(course, tmp_path):
    with zipfile.ZipFile(course.folder / "handout.zip") as archive:
        archive.extractall(tmp_path)
    given = read_syllabus(Layout(tmp_path / "small-course-ps1").registry).exercises
    cells = [
        cell.metadata.nbgrader
        for notebook in (course.folder / "release" / ASSIGNMENT).glob("*.ipynb")
        for cell in nbformat.read(notebook, 4).cells
        if "nbgrader" in cell.metadata
    ]

    assert {e.id: e.points for e in given.values()} == POINTS
    assert sum(cell.points for cell in cells if cell.grade) == MOST


def test_both_gradebooks_and_nbgraders_export_count_out_of_it(course):
    for name in ("gradebook.db", "ours.db"):
        with Gradebook(f"sqlite:///{course.folder}/{name}", "d2l") as book:
            assert book.find_assignment(ASSIGNMENT).max_score == MOST
    rows = rows_of(course.folder / "nbgrader.csv", "student_id")
    assert {row["max_score"] for row in rows.values()} == {str(float(MOST))}


def test_grade_counts_out_of_it_and_shows_it(course, scores):
    of = {e["max"] for e in scores.values()} | {
        e["adjusted"]["max"] for e in scores.values()
    }

    assert of == {MOST}
    (line,) = re.findall(r"^of +(.*)", course.graded, re.MULTILINE)
    assert line.split() == ["2", "6", str(MOST)]


def test_canvas_counts_out_of_it(course):
    sheet = course.folder / "canvas.csv"
    sheet.write_text(SHEET.format(MOST))  # of another maximum, it would be refused
    told = course.try_to(
        *("grader", "export", "ours", "--to", "canvas", "--fill", "canvas.csv")
    )

    rows = rows_of(course.folder / "ours" / "exports" / "canvas.csv", "Student")
    assert {n: rows[n]["PS 1 (7)"] for n in ("right", "dora")} == {
        "right": str(MOST),
        "dora": "2",
    }
    assert "dora needs a look: beta: beta.ipynb is not a notebook" in told.stderr


def test_every_station_gives_the_same_points(course, scores):
    rows = rows_of(course.folder / "nbgrader.csv", "student_id")

    assert scores["right"]["total"] == float(rows["right"]["score"]) == MOST
    for exercise, points in POINTS.items():
        assert scores["right"]["exercises"][exercise]["points"] == points


def test_what_nbgrader_refused_is_a_zero_nowhere(course, scores):
    rows = rows_of(course.folder / "nbgrader.csv", "student_id")
    dora = rows_of(course.folder / "ours" / "scores.csv", "student")["dora"]

    assert rows["dora"]["score"] == ""
    assert (dora["alpha"], dora["beta"], dora["beta.top"]) == ("2", "", "")
    assert "beta.ipynb is not a notebook" in scores["dora"]["look"]["beta"]
