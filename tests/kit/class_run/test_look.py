"""A topic that no test could hear is told apart from one that is wrong."""

import pytest

from grader.class_run.look import find_look
from grader.scoring.message import Line, Message
from grader.scoring.outcome import Outcome
from grader.scoring.report import MESSAGE, OUTCOME
from grader.scoring.score import ExerciseScore, Score
from grader.scoring.submission import Submission

SAID = Message(
    "one.py cannot be imported.",
    got="SyntaxError: invalid syntax",
    at=Line("one.py", 7),
)


def score(*outcomes, topic="one"):
    tests = {f"{topic}::t{i}": outcome for i, outcome in enumerate(outcomes)}
    return Score("ana", (ExerciseScore(f"{topic}.A", 0.0, 0.0, 1.0, tests),))


def report():
    properties = [{OUTCOME: "does not import"}, {MESSAGE: SAID.as_data()}]
    test = {"nodeid": "one::t0", "outcome": "failed", "user_properties": properties}
    return {"tests": [test]}


@pytest.mark.parametrize(
    "outcomes",
    [
        [Outcome.NO_IMPORT] * 2,
        [Outcome.NO_IMPORT, Outcome.NO_GPU],
        [Outcome.TIMED_OUT, Outcome.KILLED],
    ],
)
def test_a_topic_of_which_no_test_was_heard_needs_a_look(outcomes):
    submission = Submission("ana", {"one": b"x ="})

    look = find_look(submission, score(*outcomes), report)

    assert look == {
        "one": "one.py cannot be imported. SyntaxError: invalid syntax (one.py, line 7)"
    }


@pytest.mark.parametrize(
    "outcomes",
    [
        [Outcome.NO_IMPORT, Outcome.FAILED],
        [Outcome.FAILED],
        [Outcome.NOT_STARTED],
        [Outcome.NO_GPU],
        [Outcome.PASSED, Outcome.TIMED_OUT],
    ],
)
def test_a_topic_that_was_heard_needs_none_and_its_report_is_not_read(outcomes):
    submission = Submission("ana", {"one": b"x = 1"})

    assert find_look(submission, score(*outcomes), lambda: 1 / 0) == {}


def test_a_file_that_cannot_be_read_needs_a_look():
    submission = Submission("ana", {}, {"one": "one.py is a link."})

    look = find_look(submission, score(Outcome.NO_IMPORT), report)

    assert look == {"one": "one.py is a link."}


def test_files_without_work_need_a_look():
    submission = Submission("ana", {"one": b""}, untouched=True)

    look = find_look(submission, score(Outcome.NOT_STARTED), lambda: 1 / 0)

    assert look == {"all files": "they hold no work"}


def test_a_file_that_is_not_there_needs_none():
    problems = {"one": "one.py is missing."}
    submission = Submission("ana", {}, problems, frozenset({"one"}))

    assert find_look(submission, score(Outcome.NO_IMPORT), lambda: 1 / 0) == {}
