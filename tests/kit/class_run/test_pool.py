"""Judges side by side."""

from collections import defaultdict

from grader.judge import Judge
from grader.layout import KIT
from grader.scoring.submission import Submission


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


def without_times(report):
    tests = [
        {
            key: {k: v for k, v in value.items() if k != "duration"}
            if isinstance(value, dict)
            else value
            for key, value in test.items()
        }
        for test in report["tests"]
    ]
    kept = {k: v for k, v in report.items() if k not in ("created", "duration")}
    return {**kept, "tests": tests}
