"""The course is the one that is named, else the one that somebody stands in."""

import subprocess
import sys

import pytest

from grader.layout import KIT, VARIABLE, LayoutError, find_course, use_course


@pytest.fixture
def courses(tmp_path, monkeypatch):
    """Two courses, one of them in a folder of what was handed in."""
    monkeypatch.delenv(VARIABLE, raising=False)
    for name in ("mine", "handed_in/ana"):
        folder = tmp_path / name / "exercises"
        folder.mkdir(parents=True)
        (folder / "syllabus.toml").touch()
    return tmp_path


def test_the_course_that_one_stands_in_is_taken(courses, monkeypatch):
    monkeypatch.chdir(courses / "mine" / "exercises")

    assert find_course().root == courses / "mine"


def test_outside_of_all_courses_it_is_the_kit_s_own(courses, monkeypatch):
    monkeypatch.chdir(courses)

    assert find_course() == KIT


def test_a_course_that_is_named_comes_first(courses, monkeypatch):
    monkeypatch.setenv(VARIABLE, "")
    monkeypatch.chdir(courses / "mine")

    use_course(courses / "handed_in" / "ana")

    assert find_course().root == courses / "handed_in" / "ana"


def test_what_was_handed_in_cannot_say_how_it_is_graded(courses, monkeypatch):
    monkeypatch.chdir(courses / "handed_in" / "ana")

    for path in (courses / "handed_in", courses / "handed_in" / "ana"):
        with pytest.raises(LayoutError, match="is a part of what is graded.*--kit"):
            find_course(path)


def test_one_s_own_work_in_the_kit_can_be_graded_there(monkeypatch):
    monkeypatch.delenv(VARIABLE, raising=False)
    monkeypatch.chdir(KIT.root)

    assert find_course(KIT.root) == KIT


def test_a_folder_without_a_registry_is_no_course(courses, monkeypatch):
    monkeypatch.setenv(VARIABLE, "")

    with pytest.raises(LayoutError, match=r"no exercises/syllabus.toml.*new-course"):
        use_course(courses)


@pytest.mark.parametrize("options", [["--kit", "."], []])
def test_the_command_works_on_the_course_that_it_is_told(courses, options):
    command = [sys.executable, "-m", "grader", *options, "next"]
    folder = courses / "mine"

    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )

    registry = folder / "exercises" / "syllabus.toml"
    assert done.returncode == 2
    assert f"{registry}: the document lacks" in " ".join(done.stderr.split())


@pytest.mark.parametrize("verb", [["grade"], ["grade-one"], ["verify", "grades"]])
def test_no_verb_that_grades_takes_a_course_from_what_was_handed_in(courses, verb):
    command = [sys.executable, "-m", "grader", *verb, "."]
    folder = courses / "handed_in" / "ana"

    done = subprocess.run(
        command, cwd=folder, capture_output=True, text=True, check=False
    )

    assert done.returncode == 2
    assert "is a part of what is graded" in " ".join(done.stderr.split())
    assert not (folder / "course.secret").exists()
