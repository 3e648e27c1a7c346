"""The judge's verdicts: what a suite of hidden tests makes of a submission."""

import contextlib
import os
import select
import signal
import textwrap
from multiprocessing.connection import Connection

import pytest

from grader.class_run.pool import JudgePool
from grader.judge import JudgeError
from grader.judge.messages import Part
from grader.judge.session import JudgeSession
from grader.scoring.outcome import Outcome
from grader.scoring.report import outcome_of, text_of
from grader.scoring.submission import Submission

from ..conftest import QUICK

pytestmark = pytest.mark.usefixtures("small_course")

HEAD = """
import pytest
import torch
from grader.observe import expect_close, expect_equal, expect_error

exercise = pytest.mark.exercise

def answer(ex) -> int:
    return ex.answer()
"""


@pytest.fixture
def judge_suite(level, tmp_path):
    """Return a function that judges a module by a suite, both given as text."""

    def judge(suite, source, topic="alpha", **more):
        path = tmp_path / "test_suite.py"
        path.write_text(HEAD + textwrap.dedent(suite))
        submission = Submission(
            "ana", {topic: textwrap.dedent(source).encode()}, **more
        )
        with JudgePool(level, 1, QUICK, tmp_path) as started:
            report = started.grade(submission, "seed", {f"{topic}.double"})
        tests = {t["nodeid"].partition("::")[2]: t for t in report["tests"]}
        return report, {
            name: (outcome_of(test), text_of(test)) for name, test in tests.items()
        }

    return judge


def test_every_kind_of_outcome_is_told_apart(judge_suite):
    suite = """
        def do(ex, name) -> int:
            return getattr(ex, name)()

        @exercise("alpha.double")
        @pytest.mark.parametrize("name", [
            "right", "wrong", "nothing", "stub", "fails", "loops", "leaves", "odd"
        ])
        def test_it(observe, name):
            expect_equal(observe(do, name, call=f"{name}()"), 1, "It is not 1.")

        @exercise("alpha.double")
        def test_broken_itself(observe):
            observe(do, "right")
            raise KeyError("of the kit")

        @exercise("alpha.double")
        def test_without_annotation(observe):
            observe(lambda ex: 1)

        @exercise("alpha.double")
        @pytest.mark.cuda
        def test_for_a_gpu(observe):
            observe(do, "right")
    """
    source = """
        import os
        from grader import NotStarted

        def right(): return 1
        def wrong(): return 2
        def nothing(): pass
        def stub(): raise NotStarted
        def fails(): return missing
        def odd(): return os
        def loops():
            while True: pass
        def leaves(): os._exit(0)
    """

    report, tests = judge_suite(suite, source)

    outcomes = {name: outcome for name, (outcome, _) in tests.items()}
    assert outcomes == {
        "test_it[right]": Outcome.PASSED,
        "test_it[wrong]": Outcome.FAILED,
        "test_it[nothing]": Outcome.FAILED,
        "test_it[stub]": Outcome.NOT_STARTED,
        "test_it[fails]": Outcome.FAILED,
        "test_it[loops]": Outcome.TIMED_OUT,
        "test_it[leaves]": Outcome.KILLED,
        "test_it[odd]": Outcome.FAILED,
        "test_broken_itself": Outcome.KIT_ERROR,
        "test_without_annotation": Outcome.KIT_ERROR,
        "test_for_a_gpu": Outcome.NO_GPU,
    }
    assert tests["test_it[wrong]"][1].splitlines() == [
        "It is not 1.",
        "  call      wrong()",
        "  expected  1",
        "  got       2",
        "  read      Alpha, “Sums”",
    ]
    assert "got       None" in tests["test_it[nothing]"][1]
    assert "without return gives None" in tests["test_it[nothing]"][1]
    assert "an object of type module" in tests["test_it[odd]"][1]
    assert tests["test_it[stub]"][1] == "Not started."
    assert "line 9 in fails: def fails(): return missing" in tests["test_it[fails]"][1]
    assert {"created", "duration", "exitcode", "root", "environment", "summary"} <= set(
        report
    )
    assert {
        "kit",
        "torch",
        "suite",
        "submission",
        "seed",
        "isolation",
        "limits",
    } <= set(report["environment"])


def test_a_module_that_cannot_be_imported_is_imported_once(judge_suite, tmp_path):
    suite = """
        @exercise("alpha.double")
        @pytest.mark.parametrize("i", range(5))
        def test_it(observe, i):
            expect_equal(observe(answer), 1, "It is not 1.")
    """

    _, tests = judge_suite(suite, "def answer(:\n    pass\n")

    assert {outcome for outcome, _ in tests.values()} == {Outcome.NO_IMPORT}
    message = tests["test_it[0]"][1]
    assert message.startswith("alpha.py cannot be imported.")
    assert "line 1: def answer(:" in message


def test_an_import_that_hangs_costs_its_time_once(judge_suite):
    suite = """
        @exercise("alpha.double")
        @pytest.mark.parametrize("i", range(40))
        def test_it(observe, i):
            expect_equal(observe(answer), 1, "It is not 1.")
    """

    report, tests = judge_suite(suite, "while True: pass")

    assert {outcome for outcome, _ in tests.values()} == {Outcome.TIMED_OUT}
    assert report["duration"] < 40 * QUICK.test_seconds / 2


def test_a_topic_without_a_file_says_why(judge_suite):
    suite = """
        @exercise("alpha.double")
        def test_it(observe):
            expect_equal(observe(answer), 1, "It is not 1.")
    """

    _, tests = judge_suite(suite, "", problems={"alpha": "It is missing."})

    assert tests["test_it"] == (Outcome.NO_IMPORT, "It is missing.")


def test_the_reports_of_two_topics_become_one(level, tmp_path):
    suite = """
        @exercise("alpha.double")
        def test_right(observe):
            expect_equal(observe(answer), 1, "It is not 1.")

        @exercise("beta.top")
        def test_wrong(observe):
            expect_equal(observe(answer), 1, "It is not 1.")
    """
    (tmp_path / "test_suite.py").write_text(HEAD + textwrap.dedent(suite))
    exercises = ["alpha.double", "beta.top"]
    submission = Submission(
        "ana",
        {
            "alpha": b"def answer(): return 1",
            "beta": b"def answer(): return 2",
        },
    )

    with JudgePool(level, 1, QUICK, tmp_path) as judge:
        both = judge.grade(submission, "seed", exercises)
        none = judge.grade(submission, "seed", exercises, Part.CUDA)

    found = {t["nodeid"].partition("::")[2]: outcome_of(t) for t in both["tests"]}
    assert found == {"test_right": Outcome.PASSED, "test_wrong": Outcome.FAILED}
    counts = {"passed": 1, "failed": 1, "total": 2, "collected": 2}
    assert (both["summary"], both["exitcode"]) == (counts, 1)
    assert both["environment"]["exercises"] == exercises
    stages = [t[s]["duration"] for t in both["tests"] for s in ("setup", "call")]
    assert both["duration"] > sum(stages)
    assert (none["tests"], none["exitcode"]) == ([], 0)


def test_files_of_pytest_beside_the_suite_are_not_read(judge_suite, tmp_path):
    hook = "def pytest_collection_modifyitems(items): items.clear()"
    (tmp_path / "conftest.py").write_text(hook)
    (tmp_path / "pytest.ini").write_text("[pytest]\naddopts = -k nothing")
    suite = """
        @exercise("alpha.double")
        def test_it(observe):
            expect_equal(observe(answer), 1, "It is not 1.")
    """

    _, found = judge_suite(suite, "def answer(): return 1")

    assert found == {"test_it": (Outcome.PASSED, "")}


def test_the_same_seed_gives_the_same_inputs_and_another_does_not(level, tmp_path):
    (tmp_path / "test_suite.py").write_text(
        HEAD
        + textwrap.dedent("""
        def say(ex, x, n) -> None:
            raise ValueError(f"{x.tolist()} {n} {torch.rand(1).item()}")

        @exercise("alpha.double")
        def test_it(observe, rng):
            observe(say, torch.randn(2), rng.random())
        """)
    )
    submission = Submission("ana", {"alpha": b""})

    with JudgePool(level, 1, QUICK, tmp_path) as judge:
        said = [
            text_of(judge.grade(submission, seed, {"alpha.double"})["tests"][0])
            for seed in ("a", "a", "b")
        ]

    assert said[0] == said[1]
    assert said[0] != said[2]


def test_the_same_test_in_another_file_draws_the_same_inputs(level, tmp_path):
    suite = HEAD + textwrap.dedent("""
        def say(ex, x, n) -> None:
            raise ValueError(f"{x.tolist()} {n} {torch.rand(1).item()}")

        @exercise("alpha.double")
        @pytest.mark.parametrize("case", [1, 2])
        def test_it(observe, rng, case):
            observe(say, torch.randn(2), rng.random())
    """)
    (tmp_path / "folder").mkdir()
    (tmp_path / "test_here.py").write_text(suite)
    (tmp_path / "folder" / "test_there.py").write_text(suite)
    submission = Submission("ana", {"alpha": b""})

    with JudgePool(level, 1, QUICK, tmp_path) as judge:
        report = judge.grade(submission, "seed", {"alpha.double"})

    said = {t["nodeid"].split("/", 2)[2]: text_of(t) for t in report["tests"]}
    one, two = (f"test_here.py::test_it[{case}]" for case in (1, 2))
    assert said[one] == said[f"folder/{one.replace('here', 'there')}"]
    assert said[two] == said[f"folder/{two.replace('here', 'there')}"]
    assert said[one] != said[two]


def test_what_the_tests_import_from_beside_them_travels_by_value(level, tmp_path):
    folder = tmp_path / "topic"
    folder.mkdir()
    (folder / "test_suite.py").write_text(
        HEAD
        + textwrap.dedent("""
        from topic_helpers import Box, boxed

        def open_box(ex, box) -> list:
            return [boxed(ex, 2).value, box.value, type(box) is type(boxed(ex, 1))]

        @exercise("alpha.double")
        def test_it(observe):
            expect_equal(observe(open_box, Box(1)), [2, 1, True], "It is another box.")
        """)
    )
    (folder / "topic_helpers.py").write_text(
        textwrap.dedent("""
        class Box:
            def __init__(self, value):
                self.value = value

        def boxed(ex, value):
            return Box(value)
        """)
    )
    submission = Submission("ana", {"alpha": b""})

    with JudgePool(level, 1, QUICK, tmp_path) as judge:
        report = judge.grade(submission, "seed", {"alpha.double"})

    (test,) = report["tests"]
    assert (outcome_of(test), text_of(test)) == (Outcome.PASSED, "")


def test_a_function_counts_as_much_as_its_weight_says(level, tmp_path):
    (tmp_path / "test_suite.py").write_text(
        HEAD
        + textwrap.dedent("""
        pytestmark = exercise("alpha.double")

        def test_one(observe): pass

        @pytest.mark.weight(3)
        def test_three(observe): pass
        """)
    )

    with JudgePool(level, 1, QUICK, tmp_path) as judge:
        weights = {c.nodeid.partition("::")[2]: c.weight for c in judge.manifest.checks}

    assert weights == {"test_one": 1, "test_three": 3}


WEIGHED = '@exercise("alpha.double"{more})\n{mark}\ndef test_it(observe): pass'


@pytest.mark.parametrize(
    ("suite", "says"),
    [
        ("def test_it(observe): pass", "has no exercise: mark it with"),
        (WEIGHED.format(more=", weight=2", mark=""), "has no exercise: mark it with"),
        *(
            (WEIGHED.format(more="", mark=f"@pytest.mark.weight{weight}"), "a weight")
            for weight in ("(0)", "(1.5)", "(number=2)", "")
        ),
        (
            '@exercise("alpha.Nothing")\ndef test_it(observe): pass',
            "checks 'alpha.Nothing', which is not in",
        ),
        ("import nowhere", "No module named 'nowhere'"),
    ],
)
def test_a_suite_that_does_not_run_is_an_error_that_names_it(
    level, tmp_path, suite, says
):
    (tmp_path / "test_suite.py").write_text(f"{HEAD}\n{suite}\n")

    with pytest.raises(JudgeError) as raised:
        JudgePool(level, 1, QUICK, tmp_path)

    assert says in str(raised.value)


def test_a_test_on_the_simulated_accelerator_changes_no_other(judge_suite):
    suite = """
        from grader import sim

        def place(ex, device) -> str:
            with sim.attached():
                return str(ex.made_on(device).device)

        def accelerator(ex) -> str:
            return str(torch.accelerator.current_accelerator())

        @exercise("alpha.double")
        @pytest.mark.sim
        def test_on_it(observe):
            expect_equal(observe(place, "sim"), "sim:0", "It is elsewhere.")

        @exercise("alpha.double")
        def test_beside_it(observe):
            expect_equal(observe(accelerator), "None", "There is one.")
    """
    source = """
        import torch

        def made_on(device):
            return torch.ones(1, device=device, requires_grad=True)
    """

    _, tests = judge_suite(suite, source)

    assert {name: outcome for name, (outcome, _) in tests.items()} == {
        "test_on_it": Outcome.PASSED,
        "test_beside_it": Outcome.PASSED,
    }


def test_a_fork_ends_with_its_judge(monkeypatch):
    """A report fills the pipe, and nobody reads it any more."""
    alive, held = os.pipe()
    judge = os.fork()
    if judge == 0:
        os.setpgrp()
        os.close(alive)
        monkeypatch.setattr(Connection, "recv", lambda _: os._exit(0))
        session = JudgeSession.__new__(JudgeSession)
        session.run = lambda *_: "x" * (1 << 20)
        try:
            session.judge_topic(None, [])
        finally:
            os._exit(1)
    os.close(held)
    with os.fdopen(alive):
        status = os.waitpid(judge, 0)[1]
        ended = select.select([alive], [], [], 10)[0]
    with contextlib.suppress(ProcessLookupError):
        os.killpg(judge, signal.SIGKILL)

    assert status == 0
    assert ended, "the fork still holds the pipe"


def test_what_no_test_foresaw_is_the_submissions_where_the_reference_passes(
    judge_suite,
):
    suite = """
        def count(ex) -> list[int]:
            return list(range(int(ex.double(torch.ones(())))))

        @exercise("alpha.double")
        def test_two(observe):
            one, two = observe(count, call="double(1)")

        @exercise("alpha.double")
        def test_three(observe):
            one, two, three = observe(count, call="double(1)")
    """

    _, tests = judge_suite(suite, "def double(x): return 4 * x")

    outcome, said = tests["test_two"]
    assert outcome is Outcome.FAILED
    assert said.startswith("The result is not of the expected form.")
    assert "got       [0, 1, 2, 3]" in said
    assert tests["test_three"][0] is Outcome.KIT_ERROR
