"""A handout of an assignment holds it alone, and its verbs know nothing else."""

import shutil

import pytest

from grader.layout import Layout
from grader.policy import find_part
from grader.release import handout
from grader.release.ci import names_of
from grader.syllabus import read_syllabus

RULES = '[assignment.ps1]\nexercises = ["beta.top", "beta.spread"]\n'


@pytest.fixture(scope="module")
def course(small_course, tmp_path_factory):
    root = tmp_path_factory.mktemp("course")
    shutil.copytree(small_course.root, root, dirs_exist_ok=True)
    (root / "course.toml").write_text(RULES)
    return Layout(root)


@pytest.fixture(scope="module")
def part(course):
    return find_part(course, read_syllabus(course.registry), "ps1")


def test_it_holds_what_was_given_alone(course, part):
    files = handout.collect(course, part)

    own = [n for n in files if not n.startswith("grader/") and "alpha" in n]
    assert own == []
    assert {"exercises/beta.py", "tests/visible/test_beta.py"} <= files.keys()
    assert "exercises/assignment.toml" not in handout.collect(course)


def test_an_unpacked_one_knows_nothing_else(course, part, unpack):
    folder = unpack(handout.collect(course, part))

    syllabus = read_syllabus(Layout(folder.folder).registry)
    progress = folder.run("progress")
    foreign = folder.run("hint", "double")

    assert list(syllabus.exercises) == ["beta.top", "beta.spread"]
    assert list(syllabus.modules) == ["beta"]
    assert "Beta" in progress.stdout
    assert "Alpha" not in progress.stdout
    assert "'double' is neither a topic nor an exercise" in foreign.stderr


def test_work_of_an_assignment_is_submitted_as_that(course, part, unpack):
    folder = unpack(handout.collect(course, part))
    solution = course.topic_solution("beta").read_text()
    folder.exercises("beta").write_text(solution)

    packed = folder.run("submit", "ana")

    assert packed.returncode == 0, packed.stderr
    assert (folder.folder / "ana.zip").exists()


def test_its_references_are_those_of_what_was_given(course, part, unpack):
    files = handout.collect(course, part)
    folder = unpack(files)
    solution = course.topic_solution("beta").read_text()
    folder.exercises("beta").write_text(solution)

    shown = folder.run("solution", "top")

    references = {name for name in files if name.startswith("references/")}
    assert references == {"references/beta.top.txt", "references/beta.spread.txt"}
    assert "max without an axis looks at all entries." in shown.stdout


def test_a_part_is_named_by_topics_where_they_are_whole(part, small):
    assert names_of(part, small) == "beta"
    assert names_of(small.only("double", "beta"), small) == "alpha.double,beta"
    assert names_of(small, small) == ""
