"""Round trip with nbgrader's own commands: both graders give the same points."""

import copy
import csv
import json
import os
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
from nbgrader.api import Gradebook

from grader.layout import KIT
from grader.stubs import check_id, grade_id

TOPIC, ASSIGNMENT = "model_construction", "ps1"
CONFIG = """
from grader.nbgrader.config import configure

c = get_config()
configure(c)
c.CourseDirectory.course_id = "d2l"
c.GradeApart.unsandboxed = True
c.GradeApart.limits = ["test_seconds=30"]
"""
CHEAT = """
import builtins, os, sys, grader.student.notebook
from IPython import get_ipython

grader.student.notebook.check = lambda *_: 1000
get_ipython().showtraceback = lambda *_, **__: None
get_ipython().ast_node_interactivity = "none"
os.environ["NBGRADER_EXECUTION"] = ""
sys.stderr = sys.stdout
class MLP: pass
"""


class Course:
    """A course's folder, and the commands that are run in it."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {
            **os.environ,
            "PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}",
            "GRADER_SECRET": "round trip",
        }

    def try_to(self, module, *arguments):
        """Run a command, whatever its end."""
        return subprocess.run(
            [sys.executable, "-m", module, *arguments],
            cwd=self.folder,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def run(self, module, *arguments):
        """Run a command; it must succeed."""
        done = self.try_to(module, *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def notebook(self, step):
        return nbformat.read(self.folder / step / ASSIGNMENT / f"{TOPIC}.ipynb", 4)

    def hand_in(self, student, notebook):
        folder = self.folder / "submitted" / student / ASSIGNMENT
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / f"{TOPIC}.ipynb")

    def points(self, name):
        """Return what a gradebook says: each student's points by exercise."""
        with Gradebook(f"sqlite:///{self.folder}/{name}", "d2l") as book:
            return {
                submission.student.id: {
                    grade.name: grade.score for grade in submission.notebooks[0].grades
                }
                for submission in book.assignment_submissions(ASSIGNMENT)
            }


def find(notebook, name):
    """Return the position of a cell."""
    names = [c.metadata.get("nbgrader", {}).get("grade_id") for c in notebook.cells]
    return names.index(name)


def answer_of(notebook, symbol):
    return notebook.cells[find(notebook, grade_id(f"{TOPIC}.{symbol}"))]


def partly_right(solved):
    """Return a notebook whose MySequential gives its modules other names."""
    notebook = copy.deepcopy(solved)
    wrong = KIT.variants / "wrong" / TOPIC / "MySequential" / "from_one.py"
    answer_of(notebook, "MySequential").source = wrong.read_text()
    return notebook


def with_a_slip(solved):
    """Return a notebook in which one answer is no Python."""
    notebook = copy.deepcopy(solved)
    answer_of(notebook, "MLP").source += "\n    def ("
    return notebook


def knocked_about(solved):
    """Return a notebook with cells that were renamed, split, deleted, moved, added."""
    notebook = copy.deepcopy(solved)
    answer_of(notebook, "MLP").metadata.nbgrader.grade_id = "my-mlp"
    at = find(notebook, grade_id(f"{TOPIC}.MySequential"))
    whole = notebook.cells[at]
    head, tail = whole.source.split("\n\n    def forward", 1)
    part = copy.deepcopy(whole)
    whole.source, part.source, part.id = head, f"    def forward{tail}", "part"
    notebook.cells.insert(at + 1, part)
    for name in (grade_id(f"{TOPIC}.chain"), check_id(f"{TOPIC}.chain")):
        del notebook.cells[find(notebook, name)]
    notebook.cells.append(
        notebook.cells.pop(find(notebook, grade_id(f"{TOPIC}.MiniModule")))
    )
    added = nbformat.v4.new_code_cell("%matplotlib inline\n!ls\nMLP(1)(2)", id="mine")
    notebook.cells.insert(3, added)
    return notebook


def cheating(release):
    """Return a notebook that gives itself points wherever nbgrader looks for them."""
    notebook = copy.deepcopy(release)
    notebook.cells.insert(0, nbformat.v4.new_code_cell(CHEAT, id="cheat"))
    for cell in notebook.cells:
        nbgrader = cell.metadata.get("nbgrader", {})
        if nbgrader.get("grade"):
            cell.source, nbgrader["points"] = "1000", 1000
            nbgrader["checksum"] = "0" * 32
            result = nbformat.v4.new_output("execute_result", {"text/plain": "1000"})
            cell.outputs = [result]
    return notebook


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course that went all the way, graded by both graders."""
    course = Course(tmp_path_factory.mktemp("course"))
    (course.folder / "nbgrader_config.py").write_text(CONFIG)
    course.run("grader", "notebooks", "--only", TOPIC, "--out", f"source/{ASSIGNMENT}")
    course.run("nbgrader", "generate_assignment", ASSIGNMENT)
    solved, release = course.notebook("source"), course.notebook("release/.")
    for student, notebook in {
        "right": solved,
        "untouched": release,
        "partly": partly_right(solved),
        "slip": with_a_slip(solved),
        "knocked": knocked_about(solved),
        "cheat": cheating(release),
    }.items():
        course.hand_in(student, notebook)
    course.run("nbgrader", "autograde", ASSIGNMENT)
    course.run("nbgrader", "generate_feedback", ASSIGNMENT, "--student", "slip")
    course.run(
        *("grader", "grade", "submitted", "--out", "ours", "--only", TOPIC),
        *(
            "--jobs",
            "1",
            "--unsandboxed",
            "--gradebook",
            "sqlite:///ours.db",
            "--course",
            "d2l",
        ),
        *("--assignment", ASSIGNMENT, "--limit", "test_seconds=30"),
    )
    return course


@pytest.fixture(scope="module")
def scores(course):
    """What our grader says of each student."""
    data = json.loads((course.folder / "ours" / "scores.json").read_text())
    return {entry["student"]: entry for entry in data["students"]}


def test_both_graders_give_the_same_points_for_every_exercise(course, scores):
    by_nbgrader = course.points("gradebook.db")
    by_grade = course.points("ours.db")

    ours = {
        student: {
            check_id(name): exercise["points"]
            for name, exercise in entry["exercises"].items()
        }
        for student, entry in scores.items()
    }
    assert by_nbgrader == by_grade == ours


def test_nbgrader_exports_the_same_totals(course, scores):
    exporter = "--exporter=grader.nbgrader.export.Csv"
    course.run("nbgrader", "export", "--to", "grades.csv", exporter)

    with open(course.folder / "grades.csv", newline="") as stream:
        rows = list(csv.DictReader(stream))
    assert {row["student_id"]: float(row["score"]) for row in rows} == {
        student: entry["total"] for student, entry in scores.items()
    }


def test_every_student_has_what_the_answers_deserve(scores, syllabus):
    points = {e.symbols[0]: e.points for e in syllabus.topic(TOPIC).exercises}
    full = sum(points.values())

    totals = {student: entry["total"] for student, entry in scores.items()}

    partly = totals.pop("partly")
    assert totals == {
        "right": full,
        "untouched": 0,
        "slip": full - points["MLP"],
        "knocked": full - points["chain"],
        "cheat": 0,
    }
    assert full - points["MySequential"] < partly < full


def test_a_slip_is_told_with_its_cell_and_line(course):
    page = (course.folder / f"feedback/slip/{ASSIGNMENT}/{TOPIC}.html").read_text()

    assert "SyntaxError: invalid syntax (model_construction.ipynb#MLP, line" in page


def test_the_release_runs_without_a_trace_of_the_solutions(course):
    release = course.notebook("release/.")

    committed = nbformat.read(KIT.exercises / "notebooks" / f"{TOPIC}.ipynb", 4)
    assert [c.source for c in release.cells] == [c.source for c in committed.cells]
