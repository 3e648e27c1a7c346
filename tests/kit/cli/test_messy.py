"""A class as it comes in: everybody has a row, every reason is told, no silent zero."""

import csv
import json
import re
import shutil

import pytest
from typer.testing import CliRunner

from grader.cli.main import make_app
from grader.layout import VARIABLE

from ...fixtures.messy.build import ALPHA, CLASS, COURSE, HERE, build

FULL = ("graded", "9")
NOTHING = ("not graded", "")
READ = {
    "folder": "",
    "zip": "",
    "zip-of-windows": "",
    "zip-of-a-mac": "",
    "tar": "",
    "tar-gz": "",
    "tar-xz": "",
    "tgz-in-a-folder": "",
    "tar-called-zip": "",
    "zip-in-zip-in-folder": "",
    "notebooks-of-the-kit": "",
    "module-and-notebook": "",
    "downloaded-twice": "alpha (1).py is taken for alpha.py",
    "shouted-text": "beta.py.txt is taken for beta.py",
    "final-final": "alpha_final_FINAL.py is taken for alpha.py",
    "misspelt": "aplha.py is taken for alpha.py",
    "stub-beside-work": "old/beta.py is graded, not beta.py: it answers 2 exercises",
    "less-beside-more": "new/alpha.py is graded, not alpha.py: it answers 2 exercises",
    "renamed-by-map": "b/second.py is graded as beta.py: --renames says so",
    "nbconvert-and-colab": "beta.py was made from a notebook: read as its cells",
    "notebook-called-py": "alpha.py is a notebook under another name: read as one",
    "one-notebook-for-all": "hw 1.ipynb is taken for beta.py",
    "latin-in-comment": "alpha.py is read, though line 1 holds the byte 0xe7",
    "utf-16": "alpha.py is read, though it is UTF-16",
}
"""Who earns all points, and the remark that is told."""
LOOK = {
    "zip-four-deep": (*NOTHING, "level0.zip is not opened: at most 8 archives"),
    "seven-zip": (*NOTHING, "seven-zip.7z is a 7z archive, which is not read"),
    "rar-in-a-folder": (*NOTHING, "hw1.rar is a RAR archive, which is not read"),
    "broken-zip": (*NOTHING, "broken-zip.zip is not a readable zip archive"),
    "empty-folder": (*NOTHING, "no file of the assignment is found: it is empty"),
    "only-a-report": (
        *NOTHING,
        "no file of the assignment is found: it holds report",
    ),
    "two-uploads": (*NOTHING, "two-uploads and two-uploads.zip are of one student"),
    "rar-beside-work": ("graded", "3", "beta: beta.py is missing. rest.rar is a RAR"),
    "two-alike": ("graded", "6", "alpha: alpha (1).py is there more than once (alpha"),
    "latin-in-text": ("graded", "6", "alpha: alpha.py is not UTF-8 text: line 1 holds"),
    "syntax-error": ("graded", "6", "alpha: alpha.py cannot be imported. SyntaxError"),
    "asks-for-input": ("graded", "6", "alpha: alpha.py cannot be imported. EOFError"),
    "missing-package": ("graded", "3", "No module named 'seaborn'"),
    "untouched": ("graded", "0", "all files: they hold no work"),
}
"""Who needs a look: status, points and why."""
READ_OR_NOT = {
    "latin-in-text": ["", "", "", "6"],
    "syntax-error": ["0", "0", "0", "6"],
    "one-missing": ["3", "1", "2", "0"],
}
"""What stands for the parts of alpha, and for beta: nothing for what was not read."""
OTHERS = {"one-missing": ("graded", "3"), "never-came": ("not handed in", "")}
EXPECTED = (
    dict.fromkeys(READ, FULL) | {n: told[:2] for n, told in LOOK.items()} | OTHERS
)


@pytest.fixture(scope="module")
def run():
    """Run the command on the small course."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(VARIABLE, str(COURSE))
        yield lambda *words: CliRunner().invoke(make_app(words), list(map(str, words)))


@pytest.fixture(scope="module")
def graded(run, tmp_path_factory):
    """Grade the class; return the command's end, and the folder of results."""
    root = tmp_path_factory.mktemp("messy")
    (root / "class").mkdir()
    build(root / "class")
    (root / "roster.csv").write_text("student\n" + "\n".join(EXPECTED))
    options = ["--roster", root / "roster.csv", "--renames", HERE / "renames.toml"]
    out = root / "out"
    done = run("grade", root / "class", "--out", out, "--unsandboxed", *options)
    return done, out


@pytest.fixture(scope="module")
def rows(graded):
    with open(graded[1] / "scores.csv", newline="") as stream:
        return {row["student"]: row for row in csv.DictReader(stream)}


def test_the_class_has_forty_students_in_forty_states():
    assert len(EXPECTED) == 40
    assert {re.sub(r"\.(zip|7z|tar.*)$", "", n) for n in CLASS} == (
        EXPECTED.keys() - {"never-came"}
    )


def test_everybody_has_a_row_with_the_points_of_what_could_be_read(rows):
    assert {n: (row["status"], row["total"]) for n, row in rows.items()} == EXPECTED


def test_what_is_not_graded_ends_the_run_with_1_and_is_counted(graded):
    done, _ = graded

    assert done.exit_code == 1
    assert "not graded, or not all of it: 10 of 40" in done.stderr


@pytest.mark.parametrize("student", LOOK)
def test_a_reason_stands_before_the_points_in_the_table_and_in_the_scores(
    graded, rows, student
):
    done, out = graded
    why = LOOK[student][2]
    scores = json.loads((out / "scores.json").read_text())
    (entry,) = (e for e in scores["students"] if e["student"] == student)

    head = done.stdout[done.stdout.index("needs a look") :].partition("total")[0]
    (line,) = (one for one in head.splitlines() if one.startswith(f"  {student}: "))
    assert why in line
    assert why in rows[student]["needs_a_look"]
    assert why.partition(": ")[2] in json.dumps([entry["reason"], entry.get("look")])


def test_nobody_else_needs_a_look(rows):
    assert {n for n, row in rows.items() if row["needs_a_look"]} == LOOK.keys()


@pytest.mark.parametrize("student", [name for name, note in READ.items() if note])
def test_a_choice_is_told(graded, student):
    (line,) = (
        line
        for line in graded[0].stdout.splitlines()
        if line.startswith(f"{student}: ") and READ[student] in line
    )

    assert line


def test_a_gradebook_gets_every_reason_and_no_zero_for_what_was_not_read(graded, run):
    run("export", graded[1], "--to", "moodle")

    with open(graded[1] / "exports" / "moodle.csv", newline="") as stream:
        rows = {row["student"]: row for row in csv.DictReader(stream)}
    grades = {name: row["grade"] for name, row in rows.items()}
    assert grades == {name: points for name, (_, points) in EXPECTED.items()}
    assert all(why in rows[name]["feedback"] for name, (_, _, why) in LOOK.items())


def test_a_file_that_was_not_read_has_no_zero_and_one_that_was_read_has(graded, rows):
    names = ("alpha", "alpha.double", "alpha.Scale", "beta")

    cells = {n: [rows[n][name] for name in names] for n in READ_OR_NOT}

    assert cells == READ_OR_NOT
    table = graded[0].stdout.partition("\nstudent ")[2]
    (line,) = re.findall("\nlatin-in-text +(.*)", table)
    assert line.split()[:2] == ["-", "6"]
    assert "7 not graded, 1 not handed in, 3 with files not read" in table


def test_a_sheet_without_comments_leaves_no_look_untold(graded, run, tmp_path):
    sheet = tmp_path / "canvas.csv"
    names = "".join(f"{name},,,,A,\n" for name in EXPECTED)
    sheet.write_text(f"Student,ID,SIS User ID,SIS Login ID,Section,PS (1)\n{names}")

    filled = run("export", graded[1], "--to", "canvas", "--fill", sheet)

    graded_so = {n for n, told in LOOK.items() if told[0] == "graded"}
    told = re.findall("error: (.*) needs a look: ", filled.stderr)
    assert (set(told), filled.exit_code) == (graded_so, 1)


def test_one_student_graded_again_leaves_the_class_in_the_table(
    graded, run, rows, tmp_path
):
    shutil.copytree(graded[1], tmp_path / "out")
    (tmp_path / "class" / "utf-16").mkdir(parents=True)
    (tmp_path / "class" / "utf-16" / "alpha.py").write_bytes(ALPHA)

    run(
        *("grade", tmp_path / "class", "--fresh"),
        *("--out", tmp_path / "out", "--unsandboxed"),
    )

    with open(tmp_path / "out" / "scores.csv", newline="") as stream:
        again = {row["student"]: row["total"] for row in csv.DictReader(stream)}
    assert again == {n: row["total"] for n, row in rows.items()} | {"utf-16": "3"}
