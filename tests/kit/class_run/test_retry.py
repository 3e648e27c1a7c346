"""A fault of the kit is tried once more, by another judge, and never without end."""

import pytest

from grader.class_run import pool as pool_module
from grader.class_run.executors import judge_twice
from grader.class_run.pool import JudgePool
from grader.judge import JudgeError
from grader.judge.messages import Job
from grader.sandbox.isolation import Level
from grader.sandbox.limits import Limits
from grader.scoring.manifest import Manifest
from grader.scoring.score import KitFaultError
from grader.scoring.submission import Submission

JOB = Job(Submission("ana", {}), "seed", frozenset({"model_construction.MLP"}))
FAILED = {
    "nodeid": "t",
    "outcome": "failed",
    "user_properties": [{"outcome": "failed"}],
}
WHOLE = {"environment": {"exercises": []}, "unpassed": {}, "tests": [FAILED]}
BROKEN = {"tests": [{"nodeid": "t", "outcome": "error"}]}


@pytest.fixture
def judged(monkeypatch, tmp_path):
    """Who judged, by number of the judge, while replies are given one by one."""
    judges = []

    def play(*replies):
        left, asked = list(replies), []

        class Suite:
            manifest = Manifest((), "", {})

            def __init__(self, *_):
                pass

            def close(self):
                pass

        class Judge:
            def __init__(self, _suite):
                self.number = len(judges)
                judges.append(self)

            def grade(self, *_):
                asked.append(self.number)
                reply = left.pop(0)
                if isinstance(reply, Exception):
                    raise reply
                return reply

            def close(self):
                pass

        monkeypatch.setattr(pool_module, "WarmSuite", Suite)
        monkeypatch.setattr(pool_module, "Judge", Judge)
        with JudgePool(Level.PROCESS, 1, Limits(), tmp_path) as pool:
            try:
                return asked, judge_twice(pool, JOB)
            except (JudgeError, KitFaultError) as error:
                return asked, error

    return play


def test_a_submission_without_a_fault_is_judged_once(judged):
    assert judged(WHOLE) == ([0], WHOLE)


def test_after_a_judge_that_failed_another_one_tries(judged):
    assert judged(JudgeError("gone"), WHOLE) == ([0, 1], WHOLE)


def test_after_a_test_that_failed_to_run_the_same_judge_tries(judged):
    assert judged(BROKEN, WHOLE) == ([0, 0], WHOLE)


@pytest.mark.parametrize("first", [JudgeError("one"), BROKEN])
@pytest.mark.parametrize("second", [JudgeError("two"), BROKEN])
def test_no_submission_is_judged_three_times(judged, first, second):
    asked, error = judged(first, second, WHOLE, WHOLE)

    assert len(asked) == 2
    assert isinstance(error, KitFaultError if second is BROKEN else JudgeError)
