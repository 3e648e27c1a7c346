"""Judges side by side."""

import os
from collections import defaultdict

from grader.class_run.pool import JudgePool
from grader.judge import Judge
from grader.layout import KIT
from grader.scoring.submission import Submission

from ...attacks.arena import without_times
from ..conftest import QUICK


def test_judges_that_are_free_share_the_topics_of_a_submission(
    pool, syllabus, monkeypatch
):
    """The report is the one that a single judge makes, but for its times."""
    sources = {path.stem: path.read_bytes() for path in KIT.solutions.glob("*.py")}
    first = [topic.exercises[0].id for topic in syllabus.topics]
    judged = defaultdict(list)
    whole = Judge.grade

    def grade(judge, submission, seed, exercises, part):
        judged[judge].append(exercises)
        return whole(judge, submission, seed, exercises, part)

    monkeypatch.setattr(Judge, "grade", grade)
    together = pool.grade(Submission("ana", sources), "seed", first)
    shares = [len(topics) for topics in judged.values()]
    spare = pool._take(1)
    alone = pool.grade(Submission("ana", sources), "seed", first)
    pool._free.put(spare.get())

    assert len(shares) == 2
    assert sum(shares) == len(first)
    assert without_times(together) == without_times(alone)


def test_a_pool_leaves_no_file_open(level):
    before = os.listdir("/proc/self/fd")
    with JudgePool(level, 2, QUICK, KIT.hidden_tests):
        during = os.listdir("/proc/self/fd")

    assert len(during) > len(before)
    assert len(os.listdir("/proc/self/fd")) == len(before)
