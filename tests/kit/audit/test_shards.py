"""A class that is graded in parts has, merged, the results of one run."""

import json
import re
import subprocess
import sys
from collections import Counter
from contextlib import ExitStack, nullcontext
from types import SimpleNamespace

import pytest

import grader.audit.merge
from grader.audit.merge import (
    MergeError,
    ShardScores,
    join,
    join_tables,
    merge,
    read_shard,
)
from grader.audit.recount import RecountError
from grader.class_run.grading_config import GradingConfig
from grader.class_run.pool import JudgePool
from grader.class_run.run import ClassRun
from grader.class_run.shards import WHOLE, Shard, ShardError
from grader.exports.results import to_data
from grader.exports.table import to_csv
from grader.intake import find_submissions
from grader.layout import KIT
from grader.results.output import OutputFolder
from grader.scoring.manifest import Manifest

from ..conftest import QUICK

SUITE = """
import pytest
from grader.observe import expect_equal

def answer(ex) -> int:
    return ex.answer()

@pytest.mark.exercise("alpha.double")
def test_it(observe):
    expect_equal(observe(answer), 1, "It is not 1.")
"""
NAMES = ["ana", "=rui", "Élodie, Jr", "kim", "zoë"]


@pytest.fixture(scope="module")
def graded(level, small, tmp_path_factory):
    """Return a folder with a class graded as a whole, and in two shards."""
    root = tmp_path_factory.mktemp("shards")
    suite = root / "suite"
    suite.mkdir()
    (suite / "test_suite.py").write_text(SUITE)
    for answer, student in enumerate(NAMES):
        (root / "class" / student).mkdir(parents=True)
        source = f"def answer(): return {answer % 2}"
        (root / "class" / student / "alpha.py").write_text(source)
    (root / "class" / "bob.zip").write_bytes(b"broken")
    config = GradingConfig(level, QUICK, suite, small, b"secret")
    with pytest.MonkeyPatch.context() as patch, JudgePool(level, 1, QUICK, suite) as p:
        patch.setattr(GradingConfig, "start_pool", lambda self, jobs: nullcontext(p))
        for name, shard in {"whole": WHOLE, **shards_of(2)}.items():
            grade(root, name, config, shard)
    return root


def shards_of(count):
    return {f"part-{n}": Shard(n, count) for n in range(1, count + 1)}


def grade(root, name, config, shard):
    with OutputFolder(root / name, config.secret).opened() as output:
        run = ClassRun(config, output)
        origins = shard.part(find_submissions(root / "class")).origins
        results = run.grade_all(origins, 1, lambda result: None)
        output.write("scores.csv", to_csv(results, config.syllabus))
        data = to_data(results, config.syllabus, run.environment, run.policy)
        output.write_signed("scores.json", shard.marked(data))


@pytest.fixture
def joined(graded, small, tmp_path, monkeypatch):
    """Return a function that merges the parts, in any order, and gives the folder."""
    layout = type("Layout", (), {"hidden_tests": graded / "suite"})
    monkeypatch.setattr(grader.audit.merge, "find_course", lambda: layout)

    def run(*names, secret=b"secret"):
        shards = [read_shard(graded / name, secret) for name in names]
        with ExitStack() as stack:
            folder = OutputFolder(tmp_path / "out", secret)
            merge(shards, stack.enter_context(folder.opened()), small)
        return tmp_path / "out"

    return run


def test_merged_shards_are_one_run_byte_for_byte(graded, joined):
    out = joined("part-2", "part-1")

    for name in ("scores.csv", "scores.json", "manifest.json"):
        assert (out / name).read_bytes() == (graded / "whole" / name).read_bytes()
    assert contents(out) == contents(graded / "whole")


def contents(folder):
    """Return the reports without what no two runs have in common."""
    return {
        path.name: re.sub(
            r'"(created|duration|signature)": [^\n]*', "", path.read_text()
        )
        for path in (folder / "reports").iterdir()
    }


def test_both_parts_had_work_to_do(graded):
    one, two = (read_shard(graded / n, b"secret").students for n in shards_of(2))

    assert one
    assert two
    assert sorted([*one, *two]) == sorted([*NAMES, "bob"])


def test_a_merged_class_is_not_graded_again(graded, joined, level, small):
    out = joined("part-1", "part-2")
    config = GradingConfig(level, QUICK, graded / "suite", small, b"secret")
    origins = find_submissions(graded / "class").origins

    with OutputFolder(out, b"secret").opened() as output:
        run = ClassRun(config, output, start=None)
        results = run.grade_all(origins, 1, lambda result: None)

    assert {r.student for r in results if r.kept} == set(NAMES)


def test_a_missing_shard_is_named(joined):
    with pytest.raises(MergeError, match=r"missing: shard 2/2\. .* --shard 2/2"):
        joined("part-1")


def test_a_shard_given_twice_is_named(joined):
    with pytest.raises(MergeError, match="are both shard 1/2"):
        joined("part-1", "part-1", "part-2")


def test_a_whole_class_is_no_shard(joined):
    with pytest.raises(MergeError, match="whole is no shard"):
        joined("part-1", "whole")


def test_shards_of_another_course_are_refused(joined):
    with pytest.raises(RecountError, match="of another course"):
        joined("part-1", "part-2", secret=b"other")


def test_a_changed_report_is_named(graded, joined, tmp_path):
    path = next((graded / "part-1" / "reports").iterdir())
    true = path.read_text()
    path.write_text(true.replace('"failed"', '"passed"').replace("double", "twice"))
    try:
        with pytest.raises(MergeError, match=rf"reports/{path.name} is missing"):
            joined("part-1", "part-2")
    finally:
        path.write_text(true)

    assert not (tmp_path / "out" / "scores.json").exists()


# Without grading


def scores(shard, *students, **environment):
    data = {
        "shard": shard,
        "environment": {"torch": "2", "gpu": False} | environment,
        "students": [{"student": s, "status": "graded"} for s in students],
    }
    return ShardScores(KIT.root / shard[0], Shard.parse(shard), data)


def of_shard(shard):
    """Return a student who belongs to a shard."""
    return next(n for i in range(99) if shard.holds(n := f"student-{i}"))


def test_shards_that_were_graded_otherwise_are_named():
    with pytest.raises(MergeError, match=r"1 and .*/2 were graded with other gpu"):
        join([scores("1/2"), scores("2/2", gpu=True)])


def test_shards_of_two_runs_are_named():
    with pytest.raises(MergeError, match=r"is shard 1/2, .* is 2/3"):
        join([scores("1/2"), scores("2/3")])


def test_a_student_in_the_wrong_shard_is_named():
    stranger = of_shard(Shard(2, 2))

    with pytest.raises(MergeError, match=f"{stranger} is in .* not belong to"):
        join([scores("1/2", stranger), scores("2/2")])


def test_students_come_in_the_order_of_one_run():
    one, two = of_shard(Shard(1, 2)), of_shard(Shard(2, 2))

    made = join([scores("2/2", two), scores("1/2", one)])

    assert [s["student"] for s in made["students"]] == sorted([one, two])
    assert "shard" not in made


def test_rows_follow_their_students_and_not_what_a_spreadsheet_is_shown():
    tables = ["student,total\n'=b,1\n", 'student,total\n"1\nx, y",2\n']

    made = join_tables(tables, [["=b"], ["1\nx, y"]])

    assert made == 'student,total\n"1\nx, y",2\n\'=b,1\n'


def test_every_student_belongs_to_one_shard():
    students = [f"student-{i}" for i in range(400)]

    held = Counter(s for n in range(1, 8) for s in students if Shard(n, 7).holds(s))

    assert held == Counter(students)
    assert all(map(WHOLE.holds, students))


@pytest.mark.parametrize("text", ["", "1", "0/2", "3/2", "1/0", "-1/2", "a/b", "1/2/3"])
def test_what_is_no_shard_is_refused(text):
    with pytest.raises(ShardError, match="--shard 2/8"):
        Shard.parse(text)


def test_the_command_names_a_missing_shard_folder(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "grader", "merge", tmp_path / "out", tmp_path / "part"],
        capture_output=True,
        text=True,
        cwd=KIT.root,
        check=False,
    )

    assert done.returncode == 2
    assert "part/scores.json is missing" in done.stderr
    assert not (tmp_path / "out").exists()


def test_a_shard_without_students_has_results_too(level, small, tmp_path):
    started = []

    def start(config, jobs):
        started.append(jobs)
        return nullcontext(SimpleNamespace(manifest=Manifest((), "", {})))

    config = GradingConfig(level, QUICK, tmp_path, small, b"secret")
    with OutputFolder(tmp_path / "out", b"secret").opened() as output:
        results = ClassRun(config, output, start=start).grade_all([], 4, print)

    assert (results, started) == ([], [1])
    assert (tmp_path / "out" / "manifest.json").exists()


def test_scores_of_a_shard_say_so(graded):
    whole = json.loads((graded / "whole" / "scores.json").read_text())
    part = json.loads((graded / "part-1" / "scores.json").read_text())

    assert "shard" not in whole
    assert part["shard"] == "1/2"
