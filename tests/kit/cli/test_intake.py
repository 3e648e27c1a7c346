"""What was found is told before anything is graded, and those who lack are listed."""

import csv
import json

import pytest
from typer.testing import CliRunner

from grader.cli import screen
from grader.cli.main import make_app
from grader.intake import IntakeError, RosterError
from grader.layout import KIT

FIXTURES = KIT.root / "tests" / "fixtures"
ROSTER = FIXTURES / "roster.csv"


def run(*arguments):
    """Run the command in this process."""
    done = CliRunner().invoke(make_app([]), [*map(str, arguments)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done


def lines_of(done):
    """Return the words of each line, by its first one."""
    rows = [line.split(maxsplit=1) for line in done.stdout.splitlines() if line.strip()]
    return {first: rest[0] if rest else "" for first, *rest in rows}


@pytest.fixture(autouse=True)
def wide(monkeypatch):
    """Fold no line."""
    monkeypatch.setattr(screen.out, "_width", 300)


def test_intake_tells_who_and_what_came():
    done = run("intake", FIXTURES / "canvas", "--roster", ROSTER)

    rows = lines_of(done)
    assert done.exit_code == 1
    assert rows["conor-obrien"].startswith("2 of 6")
    assert "late; several attempts" in rows["conor-obrien"]
    assert "handed in a link and no file" in rows["joao-nogueira"]
    assert rows[f"{FIXTURES}/canvas:"] == "a Canvas download, 7 handed in"
    assert "they are late is unknown: --times FILE says when" in rows["by"]
    assert rows["late"].split() == ["2", "conor-obrien,", "elodie-martin"]
    assert rows["missing"].split() == ["1", "carla-dias"]
    assert rows["unknown"].split() == ["1", "zhangwei_1099"]
    assert rows["ignored"].split() == ["1", "notes.txt"]


def test_intake_tells_when_a_topic_was_handed_in(tmp_path):
    times = tmp_path / "times.csv"
    times.write_text(
        "student,handed_in,handed_in:read_write\n"
        "conor-obrien,2026-04-27T12:00Z,2026-04-28T12:00Z\nrui,2026-04-27T12:00Z,\n"
    )

    options = ["--roster", ROSTER, "--times", times]
    rows = lines_of(run("intake", FIXTURES / "canvas", *options))

    told = "2026-04-27 12:00:00 UTC, read_write 2026-04-28 12:00:00 UTC"
    assert rows["conor-obrien"].startswith(told)
    assert rows["timed,"].split() == ["but", "not", "there", "1", "rui"]


def test_intake_tells_when():
    done = run("intake", FIXTURES / "git", "--deadline", "2026-04-26T23:00+00:00")

    rows = lines_of(done)
    assert "2026-04-26 20:00:00 UTC" in rows["builders-guide-anasouza"]
    assert "1 commit does not count" in rows["builders-guide-cob"]


def test_intake_of_a_class_in_order_exits_with_zero():
    assert run("intake", KIT.root / "examples" / "class").exit_code == 0


def test_long_lists_are_cut_short(tmp_path):
    for i in range(20):
        (tmp_path / f"note{i:02}.txt").write_text("")
    (tmp_path / "ana").mkdir()

    rows = lines_of(run("intake", tmp_path))

    assert rows["ignored"].startswith("20  note00.txt, ")
    assert rows["ignored"].endswith("note07.txt and 12 more")


def test_names_that_do_not_print_do_no_harm(tmp_path):
    (tmp_path / "a\x1b[2Jna").mkdir()
    (tmp_path / "b\udcffob").mkdir()
    (tmp_path / "no\u202ete.txt").write_text("")

    done = run("intake", tmp_path)

    assert done.exit_code == 1
    assert "a_[2Jna" in done.stdout
    assert "b_ob" in done.stdout
    assert "no\ufffdte.txt" in done.stdout
    assert not {"\x1b", "\u202e"} & set(done.stdout)


@pytest.mark.parametrize("text", ["soon", "2026-04-26", "2026-13-01T10:00"])
def test_a_deadline_that_is_none_is_an_error(text):
    with pytest.raises(IntakeError, match="name day, time and zone"):
        run("intake", FIXTURES / "git", "--deadline", text)


def test_a_roster_that_is_not_there_is_an_error(tmp_path):
    with pytest.raises(RosterError, match="none.csv cannot be read: .* Name a CSV"):
        run("intake", FIXTURES / "git", "--roster", tmp_path / "none.csv")


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    out = tmp_path_factory.mktemp("canvas") / "grades"
    options = ["--unsandboxed", "--only", "model_construction.chain", "--jobs", "1"]
    class_ = ["grade", FIXTURES / "canvas", "--roster", ROSTER, "--out", out]
    return run(*class_, *options), out


def test_a_download_is_graded_under_the_rosters_names(graded):
    done, out = graded

    assert done.exit_code == 1
    with open(out / "scores.csv", newline="") as stream:
        rows = {row["student"]: row for row in csv.DictReader(stream)}
    assert {name: (row["status"], row["total"]) for name, row in rows.items()} == {
        "ana-souza": ("graded", "2"),
        "conor-obrien": ("graded", "2"),
        "elodie-martin": ("not graded", ""),
        "joao-nogueira": ("not graded", ""),
        "john-smith": ("graded", "2"),
        "lucia-pena": ("graded", "2"),
        "zhangwei_1099": ("graded", "2"),
        "carla-dias": ("not handed in", ""),
    }


def test_what_was_found_stands_before_the_scores(graded):
    rows = list(lines_of(graded[0]))

    assert rows.index("missing") < rows.index("student")


def test_results_of_a_download_can_be_verified(graded, tmp_path):
    out = graded[1]
    class_ = [FIXTURES / "canvas", "--roster", ROSTER, "--sample", "0"]

    assert run("verify", out, *class_).exit_code == 0

    scores = (out / "scores.json").read_text()
    late = json.loads(scores)["students"][-1]
    assert (late["student"], late["status"]) == ("carla-dias", "not handed in")


def test_an_export_says_who_did_not_hand_in(graded, tmp_path):
    done = run("export", "--to", "junit", graded[1], "--out", tmp_path / "junit")

    assert "carla-dias has no score (not handed in)" in done.stderr
    assert "elodie-martin has no score (not graded: handed in a" in done.stderr


def test_work_that_came_after_grading_is_told(graded, tmp_path):
    out = graded[1]
    for path in (FIXTURES / "canvas").iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    (tmp_path / "diascarla_1007_9020_parameters.py").write_text("x = 1\n")

    done = run("verify", out, tmp_path, "--roster", ROSTER, "--sample", "0")

    assert done.exit_code == 1
    assert "carla-dias handed in, and the results say otherwise" in done.stdout
