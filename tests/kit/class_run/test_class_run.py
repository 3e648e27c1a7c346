"""A fault of the kit is never a student's zero: work is done again, then told."""

import contextlib
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from grader.class_run.executors import LocalJudges
from grader.class_run.grading_config import GradingConfig, Task
from grader.class_run.pool import JudgePool
from grader.class_run.run import ClassRun
from grader.class_run.seeds import read_secret
from grader.files import WriteError
from grader.results.output import OutputFolder
from grader.results.result import Status
from grader.sandbox.processes import descendants
from grader.scoring.submission import Submission

from ..conftest import QUICK

SUITE = """
import pytest
from grader.observe import expect_equal

def answer(ex) -> int:
    return ex.answer()

@pytest.mark.exercise("alpha.double")
def test_it(observe):
    {line}
    expect_equal(observe(answer), 1, "It is not 1.")
"""


@pytest.fixture
def class_run(level, small, tmp_path):
    """Return a function that starts a run of one judge on a suite of one test."""
    opened = []

    def start(line="pass"):
        suite = tmp_path / "suite"
        suite.mkdir()
        (suite / "test_suite.py").write_text(SUITE.format(line=line))
        config = GradingConfig(level, QUICK, suite, small, b"secret")
        pool = JudgePool(level, 1, QUICK, suite)
        folder = OutputFolder(tmp_path / "out", b"secret").opened()
        opened.extend([pool, folder])
        return ClassRun(config, folder.__enter__()), pool

    yield start
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def submission():
    return Submission("ana", {"alpha": b"def answer(): return 1"})


def processes_of(pool, kind):
    found = []
    for pid in [pool.pid, *descendants(pool.pid)]:
        with contextlib.suppress(OSError):  # what has made a sandbox ends
            name = Path(f"/proc/{pid}/comm").read_text().strip()
            found += [pid] * (name == f"grader-{kind}")
    return found


def judge(run, pool, submission):
    with ThreadPoolExecutor(1) as threads:
        tasks = {"attempt": Task(submission, "reports/ana.json")}
        [(_, result)] = run.judge_all(LocalJudges(pool, threads), tasks)
    return result


@pytest.mark.parametrize(
    "kinds",
    [
        ("judge",),
        ("server",),
        ("suite",),
        ("zygote",),
        ("zygote", "server"),
        ("suite", "judge"),
        ("zygote", "suite", "judge", "server"),
    ],
    ids=" and ".join,
)
def test_what_was_killed_is_replaced(class_run, submission, kinds):
    run, pool = class_run()
    for pid in [pid for kind in kinds for pid in processes_of(pool, kind)]:
        os.kill(pid, signal.SIGKILL)

    results = [judge(run, pool, submission) for _ in range(2)]

    assert [(r.status, r.score.total) for r in results] == [(Status.GRADED, 1.0)] * 2


def test_a_test_that_fails_to_run_gives_no_score(class_run, submission, tmp_path):
    run, pool = class_run("raise KeyError")

    result = judge(run, pool, submission)

    assert (result.status, result.score) == (Status.KIT_ERROR, None)
    assert "KeyError" in result.reason
    assert not list((tmp_path / "out" / "reports").iterdir())


def test_a_secret_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    def die(descriptor):
        raise OSError("killed")

    path = tmp_path / "course.secret"
    with monkeypatch.context() as context:
        context.setattr(os, "fsync", die)
        with pytest.raises(WriteError, match="cannot be written into"):
            read_secret(path)
    assert not path.exists()

    assert read_secret(path) == read_secret(path) != b""
    assert path.stat().st_mode & 0o777 == 0o600
