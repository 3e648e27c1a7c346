"""A fault of the kit is never a student's zero: work is done again, then told."""

import os
import signal
from pathlib import Path

import pytest

from grader.class_run.output import OutputFolder
from grader.class_run.pool import JudgePool
from grader.class_run.result import Status
from grader.class_run.run import ClassRun
from grader.intake import Handin

from .conftest import QUICK

SUITE = """
import pytest
from grader.observe import expect_equal

def answer(ex) -> int:
    return ex.answer()

@pytest.mark.exercise("model_construction.MLP")
def test_it(observe):
    {line}
    expect_equal(observe(answer), 1, "It is not 1.")
"""


@pytest.fixture
def class_run(level, syllabus, tmp_path):
    """Return a function that starts a run of one judge on a suite of one test."""
    opened = []

    def start(line="pass"):
        suite = tmp_path / "suite"
        suite.mkdir()
        (suite / "test_suite.py").write_text(SUITE.format(line=line))
        pool = JudgePool(level, 1, QUICK, suite)
        folder = OutputFolder(tmp_path / "out").opened()
        opened.extend([pool, folder])
        return ClassRun(pool, syllabus, folder.__enter__(), b"secret")

    yield start
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def handin(tmp_path):
    folder = tmp_path / "ana"
    folder.mkdir()
    (folder / "model_construction.py").write_text("def answer(): return 1")
    return Handin("ana", folder)


def children(pid):
    return [
        int(p) for p in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    ]


def judge_of(run):
    return run.pool._free.queue[0]._process.pid


def test_a_judge_that_was_killed_is_replaced(class_run, handin):
    run = class_run()
    os.kill(judge_of(run), signal.SIGKILL)

    result = run.grade(handin)

    assert (result.status, result.score.total) == (Status.GRADED, 1.0)


def test_a_box_that_was_killed_is_replaced(class_run, handin):
    run = class_run()
    for pid in children(judge_of(run)):
        os.kill(pid, signal.SIGKILL)

    result = run.grade(handin)

    assert (result.status, result.score.total) == (Status.GRADED, 1.0)


def test_a_test_that_fails_to_run_gives_no_score(class_run, handin, tmp_path):
    run = class_run("raise KeyError")

    result = run.grade(handin)

    assert (result.status, result.score) == (Status.KIT_ERROR, None)
    assert "KeyError" in result.reason
    assert not list((tmp_path / "out" / "reports").iterdir())
