"""A handout holds what a student needs and nothing that is a secret."""

import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from grader.files import pack_files
from grader.layout import KIT, TEMPLATES
from grader.release import handout
from grader.release.readme import make_readmes
from grader.stubs import make_sources


@pytest.fixture(scope="module")
def files():
    return handout.collect(KIT)


def test_the_handout_tells_no_secret(files):
    handout.refuse_secrets(files, KIT)


def test_notebooks_bring_their_pictures(files, syllabus):
    pictures = [n for n in files if n.startswith("exercises/notebooks/pictures/")]

    assert [Path(n).stem for n in sorted(pictures)] == sorted(syllabus.topic_ids)


@pytest.mark.parametrize("folder", ["solutions/", "tests/hidden/", "tests/variants/"])
def test_no_secret_folder_is_in_it(files, folder):
    assert not [name for name in files if name.startswith(folder)]


@pytest.mark.parametrize(
    "secret",
    [
        b"self.out = nn.Linear(hidden, out_features)",
        b"def test_mlp_maps_the_last_axis(sweep, rng):",
    ],
)
def test_a_line_of_a_solution_or_a_hidden_test_is_found(files, secret):
    with pytest.raises(handout.HandoutError, match="grader/extra.py would tell"):
        handout.refuse_secrets({**files, "grader/extra.py": secret}, KIT)


def test_a_line_of_a_solution_is_found_in_a_notebook(files, syllabus):
    made = make_sources(syllabus, KIT, syllabus)["parameters.ipynb"]
    name = "exercises/notebooks/parameters.ipynb"

    with pytest.raises(handout.HandoutError, match=f"{name} would tell solutions/"):
        handout.refuse_secrets({**files, name: made.encode()}, KIT)


def test_the_archive_is_the_same_for_the_same_files(files):
    turned = dict(reversed(files.items()))

    assert pack_files(files, "unpacked") == pack_files(turned, "unpacked")


def test_the_readme_is_the_course_s_own_in_each_of_its_languages(syllabus):
    course = replace(syllabus.course, title="Tiny", languages=("pt-BR", "en"))

    made = make_readmes(TEMPLATES / "readme", replace(syllabus, course=course), KIT)

    assert made["README.md"].startswith(b"# Tiny: exerc")
    assert b"(README.en.md)" in made["README.md"]
    assert made["README.en.md"].startswith(b"# Tiny: exercises\n")


@pytest.fixture(scope="module")
def unpacked(files, tmp_path_factory):
    """The unpacked handout."""
    folder = tmp_path_factory.mktemp("unpacked")
    (folder / "handout.zip").write_bytes(pack_files(files, "unpacked"))
    with zipfile.ZipFile(folder / "handout.zip") as archive:
        archive.extractall(folder)
    return folder / "unpacked"


def run_test(unpacked, *arguments):
    """Run the handout's own grader, as its Makefile does."""
    command = [sys.executable, "-m", "grader", "test", *arguments]
    return subprocess.run(
        command, cwd=unpacked, capture_output=True, text=True, check=False
    )


def test_everything_fails_at_first(unpacked):
    done = run_test(unpacked)

    assert done.returncode == 1
    *_, counts, saying, following, check = done.stdout.strip().splitlines()
    assert counts.startswith("0 of ")
    assert saying == "Everything fails at first: that is how it starts."
    assert check == "      make test EX=model_construction.MLP"
    assert following.startswith("Next: MLP in exercises/model_construction.py")
    assert "✗" not in done.stdout


def test_one_solved_exercise_turns_green(unpacked):
    path = unpacked / "exercises" / "model_construction.py"
    stub = path.read_text()
    path.write_text(
        f"{stub}\n\ndef chain(make_block, n):\n"
        "    return nn.Sequential(*(make_block() for _ in range(n)))\n"
    )

    one = run_test(unpacked, "model_construction.chain")
    everything = run_test(unpacked)
    path.write_text(stub)

    assert one.returncode == 0
    assert "✓ chain" in one.stdout
    assert everything.returncode == 1


def test_a_slip_is_told_with_the_students_own_line(unpacked):
    path = unpacked / "exercises" / "model_construction.py"
    stub = path.read_text()
    path.write_text(
        f"{stub}\n\ndef chain(make_block, n):\n    return make_block.oops\n"
    )

    done = run_test(unpacked, "model_construction.chain")
    path.write_text(stub)

    assert done.returncode == 1
    assert "AttributeError" in done.stdout
    assert "in chain: return make_block.oops" in done.stdout
    assert "observe" not in done.stdout


def test_all_solutions_turn_everything_green(unpacked):
    for path in KIT.solutions.glob("*.py"):
        Path(unpacked, "exercises", path.name).write_text(path.read_text())

    done = run_test(unpacked)
    for path in KIT.exercises.glob("*.py"):
        Path(unpacked, "exercises", path.name).write_text(path.read_text())

    assert done.returncode == 0, done.stdout


def test_an_unknown_exercise_gets_a_hint(unpacked):
    done = run_test(unpacked, "model_construction.Chain")

    assert done.returncode == 2
    assert "Is it model_construction.chain" in done.stderr


def test_plain_pytest_and_an_editor_run_the_same_tests(unpacked):
    settings = json.loads((unpacked / ".vscode" / "settings.json").read_text())
    arguments = settings["python.testing.pytestArgs"]
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider"]

    done = subprocess.run(
        [*command, *arguments],
        cwd=unpacked,
        capture_output=True,
        text=True,
        check=False,
    )

    assert settings["python.testing.pytestEnabled"] is True
    assert done.returncode == 1
    assert "Not started." in done.stdout
