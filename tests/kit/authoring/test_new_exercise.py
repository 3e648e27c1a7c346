"""A new exercise is all files that it needs, and passes only once they are written."""

import ast
import tomllib

import pytest
from typer.testing import CliRunner

from grader.authoring import AuthoringError
from grader.authoring.course import course_files
from grader.authoring.exercise import Skeleton
from grader.authoring.insert import append_code, insert_table
from grader.check_kit import check_placeholders
from grader.cli.main import make_app
from grader.layout import KIT, VARIABLE, Layout
from grader.syllabus import read_syllabus


@pytest.fixture
def course(tmp_path, monkeypatch):
    """A course of one's own, which the command works on."""
    root = tmp_path / "my-course"
    for name, data in course_files(root).items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_bytes(data)
    monkeypatch.setenv(VARIABLE, str(root))
    return Layout(root)


def files_of(course, name):
    return Skeleton(course, read_syllabus(course.registry), name).files()


def run(*arguments):
    return CliRunner().invoke(make_app(arguments), arguments)


@pytest.mark.parametrize("name", ["first_steps.Scale", "more.top"])
def test_every_file_of_a_new_exercise_waits_for_its_author(course, name):
    files = files_of(course, name)

    assert run("new-exercise", name).exit_code == 0

    syllabus = read_syllabus(course.registry)
    asked = {text.partition(":")[0] for text in check_placeholders(course, syllabus)}
    topic, _, symbol = name.partition(".")
    assert asked == set(files)
    assert {
        *("exercises/syllabus.toml", "solutions/why.toml", f"solutions/{topic}.py"),
        *(f"tests/visible/test_{topic}.py", f"tests/hidden/{topic}/test_{symbol}.py"),
    } < asked


@pytest.mark.parametrize("name", ["first_steps.Scale", "more.top"])
def test_check_kit_asks_for_what_is_left_and_checks_nothing_yet(course, name):
    run("new-exercise", name)

    done = run("check-kit", "--only", name)

    assert done.exit_code == 1
    assert f"solutions/{name.partition('.')[0]}.py" in done.output
    assert f"{name} needs the solution" in " ".join(done.output.split())
    assert "places to fill in" in done.output


def test_what_another_exercise_lacks_is_not_asked_for(course):
    run("new-exercise", "first_steps.Scale")

    part = read_syllabus(course.registry).only("first_steps.center")

    assert list(check_placeholders(course, part)) == []


def test_a_name_that_check_kit_does_not_know_is_an_error(course):
    done = run("check-kit", "--only", "first_steps.centre")

    assert done.exit_code != 0
    assert "Is it first_steps.center" in str(done.exception)


def test_a_new_exercise_leaves_what_was_written_by_hand(course):
    before = course.registry.read_text()

    files = files_of(course, "first_steps.Scale")

    assert files["exercises/syllabus.toml"].startswith(before.rstrip())
    why = tomllib.loads(files["solutions/why.toml"])
    assert list(why["first_steps"]) == ["center", "Scale"]
    solution = files["solutions/first_steps.py"]
    assert ast.unparse(ast.parse(solution).body[-2]) in ast.unparse(
        ast.parse(course.topic_solution("first_steps").read_text())
    )


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("first_steps.center", "is there already: choose another name"),
        ("first_steps", "write it like topic.Symbol"),
        ("first-steps.Scale", "write it like topic.Symbol"),
    ],
)
def test_an_id_that_cannot_be_used_is_told(course, name, says):
    with pytest.raises(AuthoringError, match=says):
        files_of(course, name)


def test_a_file_that_is_there_is_not_overwritten(course):
    path = course.hidden_tests / "first_steps" / "test_Scale.py"
    path.touch()

    with pytest.raises(AuthoringError, match=r"test_Scale.py is there already"):
        files_of(course, "first_steps.Scale")


def test_a_handout_takes_no_new_exercise(course):
    course.solutions.rename(course.root / "elsewhere")

    with pytest.raises(AuthoringError, match="it is a handout"):
        files_of(course, "first_steps.Scale")


def test_an_entry_goes_to_the_end_of_its_table():
    text = "# head\n[a]\nx = 1\n\n[b]\ny = 2\n"

    def is_a(block):
        return block.startswith("[a]")

    made = insert_table(text, r"\[\w\]$", is_a, "z = 3")

    assert made == "# head\n[a]\nx = 1\nz = 3\n\n[b]\ny = 2\n"


def test_code_brings_the_imports_that_the_module_lacks():
    text = '"""A module."""\n\nimport pytest\n'
    imports = {"torch": "import torch", "pytest": "import pytest", "nn": "import nn"}

    made = append_code(text, "torch.ones(pytest)\n", imports)

    assert made == (
        '"""A module."""\n\nimport pytest\nimport torch\n\n\ntorch.ones(pytest)\n'
    )


def test_a_new_course_has_its_folder_s_name(tmp_path):
    files = course_files(tmp_path / "Linear Algebra 1")

    entry = tomllib.loads(files["exercises/syllabus.toml"].decode())["course"]
    assert (entry["id"], entry["title"]) == ("linear-algebra-1", "Linear algebra 1")


def test_a_new_course_overwrites_nothing(tmp_path):
    (tmp_path / "notes.txt").touch()

    with pytest.raises(AuthoringError, match="is not empty: name a new folder"):
        course_files(tmp_path)


@pytest.mark.parametrize("folder", ["examples/course", "tests/fixtures/course"])
def test_the_stubs_of_the_small_courses_are_those_of_their_solutions(
    monkeypatch, folder
):
    monkeypatch.setenv(VARIABLE, str(KIT.root / folder))

    assert run("stubs", "--check").exit_code == 0
