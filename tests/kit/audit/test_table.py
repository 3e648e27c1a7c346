"""A run adds to a class's table and replaces, and drops nobody."""

import csv
import json
from pathlib import Path
from types import SimpleNamespace

import pytest

from grader.audit.table import ClassTable, TableError
from grader.class_run.shards import WHOLE, Shard
from grader.intake import ClassFolder, SubmissionSource
from grader.intake.roster import Student
from grader.policy import NO_RULES
from grader.results.output import OutputFolder
from grader.results.result import Result, Status
from grader.scoring.score import ExerciseScore, Score


@pytest.fixture
def grade(small, tmp_path):
    """Write results into one folder; give the students in its table, with points."""

    def run(points, missing=(), shard=WHOLE, suite="s"):
        output = OutputFolder(tmp_path / "out", b"secret")
        config = SimpleNamespace(syllabus=small)
        environment = {"suite": suite}
        made = SimpleNamespace(
            output=output, config=config, environment=environment, policy=NO_RULES
        )
        found = ClassFolder(
            tuple(SubmissionSource(name, Path(name)) for name in points),
            (),
            missing=tuple(Student(name) for name in missing),
        )
        with output.opened():
            table = ClassTable(made, found, shard)
            results = [result(name, points[name], small) for name in points]
            results += [Result(s.id, Status.MISSING) for s in table.found.missing]
            table.write(results)
        return rows(tmp_path / "out")

    return run


def result(name, points, small):
    exercises = [ExerciseScore(e, points, 0.0, 9.0, {}) for e in small.exercises]
    return Result(name, Status.GRADED, Score(name, tuple(exercises[:1])))


def rows(folder):
    with open(folder / "scores.csv", newline="") as stream:
        table = {row["student"]: row["total"] for row in csv.DictReader(stream)}
    scores = json.loads((folder / "scores.json").read_text())
    assert [entry["student"] for entry in scores["students"]] == list(table)
    return table


def test_one_student_graded_again_is_replaced_and_the_class_stays(grade):
    grade({"ana": 1.0, "bob": 2.0, "eve": 3.0})

    assert grade({"bob": 5.0}) == {"ana": "1", "bob": "5", "eve": "3"}


def test_one_who_is_new_is_added_in_order(grade):
    grade({"ana": 1.0, "eve": 3.0})

    assert list(grade({"bob": 5.0})) == ["ana", "bob", "eve"]


def test_ids_that_differ_in_case_are_one_student(grade):
    grade({"ana": 1.0, "bob": 2.0})

    assert grade({"Ana": 3.0}) == {"Ana": "3", "bob": "2"}


def test_who_is_missing_where_a_part_is_graded_keeps_the_points(grade):
    grade({"ana": 1.0, "bob": 2.0}, missing=["eve", "zoe"])

    found = grade({"zoe": 5.0}, missing=["ana", "bob", "eve", "kim"])

    assert found == {"ana": "1", "bob": "2", "zoe": "5", "eve": "", "kim": ""}


def test_a_shard_graded_into_its_class_leaves_a_class(grade, tmp_path):
    grade({"ana": 1.0, "bob": 2.0})

    assert grade({"bob": 3.0}, shard=Shard(2, 2)) == {"ana": "1", "bob": "3"}
    assert "shard" not in json.loads((tmp_path / "out/scores.json").read_text())


def test_a_part_of_a_shard_leaves_the_shard(grade, tmp_path):
    grade({"ana": 1.0, "bob": 2.0}, shard=Shard(1, 2))

    assert grade({"bob": 3.0}, shard=Shard(1, 2)) == {"ana": "1", "bob": "3"}
    assert json.loads((tmp_path / "out/scores.json").read_text())["shard"] == "1/2"


@pytest.mark.parametrize("shard", [WHOLE, Shard(2, 2)])
def test_two_shards_are_no_table(grade, shard):
    grade({"ana": 1.0}, shard=Shard(1, 2))

    with pytest.raises(TableError, match=r"1 other student, .* another shard \(1/2\):"):
        grade({"bob": 3.0}, shard=shard)


def test_what_another_suite_gave_stands_in_no_table_with_it(grade):
    grade({"ana": 1.0, "bob": 2.0})

    with pytest.raises(TableError, match="1 other student, graded with another suite"):
        grade({"ana": 3.0}, suite="other")


def test_a_whole_class_is_graded_anew_with_another_suite(grade):
    grade({"ana": 1.0, "bob": 2.0})

    assert grade({"ana": 3.0, "bob": 4.0}, suite="new") == {"ana": "3", "bob": "4"}
