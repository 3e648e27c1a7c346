"""What changed is judged again, and nothing else: topic by topic."""

import json
from contextlib import nullcontext

import pytest

from grader.class_run.grading_config import GradingConfig
from grader.class_run.pool import JudgePool
from grader.class_run.reuse import merge, topics_that_hold
from grader.class_run.run import ClassRun
from grader.intake import find_submissions
from grader.results.output import OutputFolder
from grader.scoring.manifest import Check, Manifest
from grader.scoring.submission import Submission

from ..conftest import QUICK

ONE, TWO = "alpha", "beta"
SUITE = """
import pytest
from grader.observe import expect_equal
from {topic}_helpers import EXPECTED

def answer(ex) -> int:
    return ex.answer()

@pytest.mark.exercise("{exercise}")
def test_it(observe):
    expect_equal(observe(answer), EXPECTED, "It is another number.")
"""


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    folder = tmp_path_factory.mktemp("suite")
    for exercise in (f"{ONE}.double", f"{TWO}.top"):
        topic, _, symbol = exercise.partition(".")
        path = folder / topic / f"test_{symbol}.py"
        path.parent.mkdir()
        path.write_text(SUITE.format(exercise=exercise, topic=topic))
        (path.parent / f"{topic}_helpers.py").write_text("EXPECTED = 1\n")
    return folder


@pytest.fixture
def change(suite):
    """Return a function that changes a file of the suite until the test ends."""
    before = {path: path.read_text() for path in suite.rglob("*.py")}

    def write(name, old, new):
        path = suite / name
        path.write_text(before[path].replace(old, new))

    yield write
    for path, text in before.items():
        path.write_text(text)


@pytest.fixture(scope="module")
def warm_pool(level, suite, small_course):
    with JudgePool(level, 1, QUICK, suite) as judges:
        yield judges


@pytest.fixture
def students(tmp_path):
    for student in ("ana", "rui"):
        folder = tmp_path / "class" / student
        folder.mkdir(parents=True)
        for topic in (ONE, TWO):
            (folder / f"{topic}.py").write_text("def answer(): return 1")
    return tmp_path / "class"


@pytest.fixture
def grade(level, small, suite, warm_pool, students, tmp_path, monkeypatch):
    """Return a function that grades; it tells scores, and who is judged in what."""
    warm = lambda self, jobs: nullcontext(warm_pool)  # noqa: E731
    monkeypatch.setattr(GradingConfig, "start_pool", warm)
    judged = {}
    real = JudgePool.grade

    def spy(self, submission, seed, exercises, part):
        judged[submission.student] = {e.partition(".")[0] for e in exercises}
        return real(self, submission, seed, exercises, part)

    monkeypatch.setattr(JudgePool, "grade", spy)
    whole = small.restricted({f"{ONE}.double", f"{TWO}.top"})

    def run(only=""):
        judged.clear()
        config = GradingConfig(level, QUICK, suite, whole.only(only), b"secret")
        with OutputFolder(tmp_path / "out", b"secret").opened() as output:
            origins = find_submissions(students).origins
            results = ClassRun(config, output).grade_all(origins, 1, lambda _: None)
        return {r.student: r.score.total for r in results}, dict(judged)

    return run


@pytest.fixture
def report(tmp_path):
    def read(student):
        path = tmp_path / "out" / "reports" / f"{student}.json"
        return json.loads(path.read_text())

    return read


def test_a_changed_file_is_judged_again_alone(grade, students, report):
    before, _ = grade()
    (students / "rui" / f"{TWO}.py").write_text("def answer(): return 2")

    after, judged = grade()

    assert judged == {"rui": {TWO}}
    assert after["rui"] < before["rui"] == after["ana"]
    assert report("rui")["summary"] == {
        "passed": 1,
        "failed": 1,
        "total": 2,
        "collected": 2,
    }


def test_a_file_that_another_one_imports_counts_for_both(grade, students):
    source = f"from {ONE} import answer"
    (students / "rui" / f"{TWO}.py").write_text(source)
    grade()
    (students / "rui" / f"{ONE}.py").write_text("def answer(): return 3")

    after, judged = grade()

    assert judged == {"rui": {ONE, TWO}}
    assert after["rui"] == 0


def test_a_part_graded_first_is_not_judged_again_in_the_whole(grade):
    _, first = grade(ONE)
    _, second = grade()
    _, third = grade(ONE)
    _, fourth = grade()

    assert first == {"ana": {ONE}, "rui": {ONE}}
    assert second == {"ana": {TWO}, "rui": {TWO}}
    assert third == fourth == {}


def test_what_holds_is_kept_beside_what_is_new():
    manifest = Manifest((Check("f::a", "x.A", 1), Check("g::b", "y.B", 1)), "", {})
    test = {"nodeid": "f::a", "outcome": "failed"}
    old = {
        "tests": [test, {"nodeid": "g::b", "outcome": "failed"}],
        "environment": {"exercises": ["x.A", "y.B"], "topics": {"x": "1", "y": "2"}},
        "unpassed": {"f::a": "timed out", "g::b": "failed"},
    }
    new = {
        "created": 7,
        "tests": [{"nodeid": "g::b", "outcome": "passed"}],
        "environment": {
            "exercises": ["y.B"],
            "topics": {"x": "?", "y": "3"},
            "seed": 1,
        },
        "unpassed": {},
    }

    merged = merge(old, new, {"x"}, manifest)

    assert merged == {
        "created": 7,
        "exitcode": 1,
        "summary": {"failed": 1, "passed": 1, "total": 2, "collected": 2},
        "tests": [test, {"nodeid": "g::b", "outcome": "passed"}],
        "environment": {
            "exercises": ["x.A", "y.B"],
            "topics": {"x": "1", "y": "3"},
            "seed": 1,
        },
        "unpassed": {"f::a": "timed out"},
    }
    assert list(merged)[-1] == "tests"


def test_another_environment_or_seed_holds_nothing(small):
    keys = dict.fromkeys(small.topic_ids, "key")
    then = {"torch": "2", "seed": "s", "topics": keys, "suite": "old"}
    old = {"environment": then | {"exercises": list(small.exercises)}}
    now = {"torch": "2", "seed": "s", "suite": "new"}

    held = topics_that_hold(old, now, keys, small)
    other_torch = topics_that_hold(old, now | {"torch": "3"}, keys, small)
    other_seed = topics_that_hold(old, now | {"seed": "t"}, keys, small)
    other_key = topics_that_hold(old, now, keys | {ONE: "new"}, small)

    assert held == set(small.topic_ids)
    assert other_torch == other_seed == set()
    assert other_key == set(small.topic_ids) - {ONE}


def test_a_submissions_hash_of_a_topic_follows_what_it_mentions():
    def digest(**sources):
        return Submission("ana", {k: v.encode() for k, v in sources.items()}).digest_of(
            "one"
        )

    alone = digest(one="x = 1", two="x = 1")
    mentioned = digest(one="import two", two="import three", three="x = 1")

    assert alone == digest(one="x = 1", two="x = 2")
    assert mentioned != digest(one="import two", two="import three", three="x = 2")
    assert alone != digest(one="x = 2", two="x = 1")


@pytest.mark.parametrize(
    ("name", "old", "new"),
    [("test_double.py", "EXPECTED,", "3,"), (f"{ONE}_helpers.py", "= 1", "= 1 + 2")],
    ids=["test", "helper"],
)
def test_a_topic_whose_tests_change_is_judged_again_alone(
    grade, suite, change, level, monkeypatch, name, old, new
):
    before, _ = grade()
    change(f"{ONE}/{name}", old, new)
    with JudgePool(level, 1, QUICK, suite) as judges:
        again = lambda self, jobs: nullcontext(judges)  # noqa: E731
        monkeypatch.setattr(GradingConfig, "start_pool", again)

        after, judged = grade()

    assert judged == {"ana": {ONE}, "rui": {ONE}}
    assert after["ana"] < before["ana"]
