"""A class graded by a Dask cluster: the same scores, whoever dies; errors at once.

A real scheduler and three workers, processes of their own on this machine. One worker
offers the resource GPU; a suite that only pretends to need one takes its word for it.
"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import threading
import time
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import Mock

import distributed
import pytest

from grader import gpu
from grader.class_run import cluster as clusters
from grader.class_run import dask_worker
from grader.class_run.cluster import Cluster, ClusterJudges, connected
from grader.class_run.executors import ClusterError, as_done
from grader.class_run.grading_config import GradingConfig, Task
from grader.class_run.run import ClassRun, start_here
from grader.class_run.suite import Suite
from grader.cli.backend import backend, print_open
from grader.intake import find_submissions
from grader.judge.versions import versions
from grader.layout import KIT
from grader.results.output import OutputFolder
from grader.results.result import Status
from grader.sandbox.isolation import Level
from grader.sandbox.processes import children
from grader.scoring.score import Score
from grader.scoring.submission import Submission

from ..conftest import QUICK

SUITE = """
import os, pytest
from grader import gpu
from grader.observe import expect_equal
from use_gpu_helpers import EXPECTED

gpu.is_available = lambda: "PRETEND_GPU" in os.environ

def answer(ex) -> int:
    return ex.answer()

@pytest.mark.exercise("use_gpu.try_gpu")
def test_anywhere(observe):
    expect_equal(observe(answer), EXPECTED, "It is not 1.")

@pytest.mark.exercise("use_gpu.try_gpu")
@pytest.mark.cuda
def test_on_a_gpu(observe):
    assert "PRETEND_GPU" in os.environ
    expect_equal(observe(answer), EXPECTED, "It is not 1.")
"""
FILES = ["use_gpu/test_try_gpu.py", "use_gpu/use_gpu_helpers.py"]
WAIT_SECONDS = 240


class Secret(bytes):
    """Cannot leave this process."""

    def __reduce__(self):
        raise AssertionError("the course's secret travels")


SECRET = Secret(b"secret")


def start(module, *arguments, **more):
    """Start a Dask process; what it prints goes nowhere."""
    return subprocess.Popen(
        [sys.executable, "-m", f"distributed.cli.{module}", *map(str, arguments)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        env=os.environ | {"DASK_DISTRIBUTED__WORKER__DAEMON": "False"} | more,
    )


class Dask:
    """A scheduler and workers of one thread each, by name."""

    def __init__(self, folder):
        self.folder = folder
        self.processes = {}
        file = folder / "scheduler.json"
        self.scheduler = start(
            "dask_scheduler",
            *("--host", "127.0.0.1", "--port", 0, "--no-dashboard"),
            *("--scheduler-file", file, "--no-show"),
        )
        until(lambda: file.exists() and file.read_text().endswith("}"))
        self.address = json.loads(file.read_text())["address"]

    def add(self, name, *arguments, **more):
        """Start a worker without a nanny: who is killed stays dead."""
        self.processes[name] = start(
            "dask_worker",
            *(self.address, "--name", name, "--nthreads", 1, "--no-nanny"),
            *("--host", "127.0.0.1", "--no-dashboard", "--memory-limit", 0),
            *("--local-directory", self.folder / name, *arguments),
            **more,
        )

    def close(self):
        for process in [*self.processes.values(), self.scheduler]:
            process.terminate()
        for process in [*self.processes.values(), self.scheduler]:
            try:
                process.wait(timeout=60)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def until(happened):
    end = time.monotonic() + WAIT_SECONDS
    while not happened():
        assert time.monotonic() < end
        time.sleep(0.05)


@pytest.fixture(scope="module")
def dask(tmp_path_factory):
    made = Dask(tmp_path_factory.mktemp("dask"))
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def students(tmp_path_factory):
    """Return a class of eight; every third one answers wrongly."""
    root = tmp_path_factory.mktemp("class")
    for number in range(8):
        (root / f"student-{number}").mkdir()
        source = f"def answer(): return {int(number % 3 > 0)}"
        (root / f"student-{number}" / "use_gpu.py").write_text(source)
    return root


@pytest.fixture(scope="module")
def suite(tmp_path_factory):
    folder = tmp_path_factory.mktemp("hidden") / "suite"
    (folder / "use_gpu").mkdir(parents=True)
    for name, text in zip(FILES, (SUITE, "EXPECTED = 1\n"), strict=True):
        (folder / name).write_text(text)
    return folder


@pytest.fixture
def grade(level, syllabus, suite, students, tmp_path):
    """Return a function that grades on a cluster; it gives the results."""

    def run(place, done=lambda result: None, **more):
        part = syllabus.only("use_gpu.try_gpu")
        config = GradingConfig(level, QUICK, suite, part, SECRET, place.gpu)
        with OutputFolder(tmp_path / "out", SECRET).opened() as output:
            found = ClassRun(config, output, start=place.start)
            return found.grade_all(find_submissions(students).origins, 1, done, **more)

    return run


def points(results):
    return [(r.student, r.status, r.score.total, r.score.open) for r in results]


# With two ordinary workers


@pytest.fixture(scope="module")
def workers(dask):
    for name in ("one", "two"):
        dask.add(name)
    with connect(dask, 2):
        yield dask


@contextmanager
def connect(dask, count, **more):
    """Connect when `count` workers are there, as a user would wait for them."""
    with distributed.Client(dask.address, set_as_default=False) as client:
        client.wait_for_workers(count, timeout=WAIT_SECONDS)
        yield Cluster(client, **{"gpu": False} | more)


def test_a_scheduler_without_workers_is_an_error_at_once(dask):
    with pytest.raises(ClusterError, match="has no workers: start some with"):
        connected(dask.address, gpu=False).__enter__()


def test_a_gpu_that_nobody_offers_is_an_error_at_once(workers):
    with pytest.raises(ClusterError, match="no worker offers the resource GPU"):
        connected(workers.address, gpu=True).__enter__()


def test_a_worker_with_other_code_is_named(workers, monkeypatch):
    mine = versions() | {"code": "0" * 64}
    monkeypatch.setattr(clusters, "versions", lambda: mine)

    with (
        connect(workers, 2) as cluster,
        pytest.raises(ClusterError, match=r"worker tcp://127.* code with hash"),
    ):
        cluster.choose_level([], unsandboxed=True)


def test_scores_are_those_of_one_machine_and_points_for_a_gpu_stay_open(
    workers, grade, syllabus, level
):
    with connect(workers, 2) as cluster:
        found = cluster.choose_level([], unsandboxed=True)
        there = grade(cluster)
    here = grade(SimpleNamespace(gpu=False, start=start_here), fresh=True)
    again = grade(SimpleNamespace(gpu=False, start=None))

    exercise = syllabus.exercises["use_gpu.try_gpu"]
    assert found is level
    assert points(there) == points(here) == points(again)
    assert {r.score.open for r in there} == {exercise.cuda_points}
    assert [r.score.total > 0 for r in there] == [n % 3 > 0 for n in range(8)]


# With a third one that has a GPU


def test_a_worker_that_is_killed_midway_loses_nothing(workers, grade, syllabus):
    workers.add("three", "--resources", "GPU=1", PRETEND_GPU="1")
    with connect(workers, 3, gpu=True) as cluster:
        victim = workers.processes["one"]
        lost = []

        def kill():
            address = address_of(cluster, "one")
            until(lambda: any("judge" in k for k in working(cluster, address)))
            lost.extend(working(cluster, address))
            os.kill(victim.pid, signal.SIGKILL)

        killer = threading.Thread(target=kill)
        killer.start()
        results = grade(cluster)
        killer.join()
        left = [workers.processes[name].pid for name in ("two", "three")]

        exercise = syllabus.exercises["use_gpu.try_gpu"]
        full = exercise.points + exercise.cuda_points
        assert victim.wait(timeout=WAIT_SECONDS) == -signal.SIGKILL
        assert lost
        assert points(results) == [
            (f"student-{n}", Status.GRADED, full * (n % 3 > 0), 0) for n in range(8)
        ]
        until(lambda: not any(map(children, left)))


def address_of(cluster, name):
    found = {w["name"]: address for address, w in cluster.workers().items()}
    return found[name]


def working(cluster, address):
    return cluster.client.processing().get(address, ())


# Without a cluster


@pytest.fixture
def packed(suite):
    return Suite.read(KIT, suite)


@pytest.fixture
def worker(tmp_path):
    (tmp_path / "local").mkdir()
    state = SimpleNamespace(nthreads=1)
    folder = str(tmp_path / "local")
    return SimpleNamespace(
        address="tcp://10.0.0.7:1", local_directory=folder, state=state
    )


def test_the_suite_lies_on_a_worker_closed_to_others_and_only_while_needed(
    packed, worker, level
):
    post = dask_worker.DaskWorker(packed, level, QUICK, versions())
    post.setup(worker)
    files = [path for path in post.folder.rglob("*") if path.is_file()]
    modes = {path.stat().st_mode & 0o777 for path in (post.folder, *files)}

    asyncio.run(post.teardown(worker))

    assert {path.relative_to(post.folder).as_posix() for path in files} == {
        "exercises/syllabus.toml",
        *(f"solutions/{path.name}" for path in KIT.solutions.glob("*.py")),
        *(f"hidden0/suite/{name}" for name in FILES),
    }
    assert modes == {0o700, 0o600}
    assert not post.folder.exists()


def test_a_late_worker_with_another_torch_takes_no_work(packed, worker, level):
    theirs = versions() | {"torch": "1.0"}
    post = dask_worker.DaskWorker(packed, level, QUICK, theirs)

    with pytest.raises(
        ClusterError, match=r"tcp://10.0.0.7:1 has torch .* here .* 1.0"
    ):
        post.setup(worker)

    with pytest.raises(ClusterError, match=r"tcp://10.0.0.7:1 has torch"):
        post.judges()


@pytest.mark.parametrize("name", FILES)
def test_a_suite_that_arrives_changed_is_refused(packed, worker, level, name):
    changed = replace(packed, tests=packed.tests | {name: b"EXPECTED = 2\n"})
    post = dask_worker.DaskWorker(changed, level, QUICK, versions())

    with pytest.raises(
        ClusterError, match=r"worker tcp://10.0.0.7:1: a suite with hash"
    ):
        post.setup(worker)


def test_judges_that_start_when_the_run_has_ended_end_too(
    packed, worker, level, monkeypatch
):
    post = dask_worker.DaskWorker(packed, level, QUICK, versions())
    post.setup(worker)
    late = Mock()
    monkeypatch.setattr(dask_worker, "JudgePool", lambda *arguments: late)
    asyncio.run(post.teardown(worker))

    with pytest.raises(ClusterError, match="the class run has ended"):
        post.judges()

    late.close.assert_called_once_with()


def test_what_a_gpu_decided_stands_in_the_place_of_what_was_open():
    def report(**outcomes):
        tests = [{"nodeid": n, "outcome": o} for n, o in outcomes.items()]
        return {"exitcode": 0, "summary": {}, "tests": tests, "duration": 1}

    here = report(a="passed", b="skipped", c="failed")
    here["unpassed"] = {"b": "no GPU here", "c": "failed"}
    there = report(b="failed") | {"unpassed": {"a": "failed", "b": "timed out"}}

    made = dask_worker.overlay(here, there)

    assert made == report(a="passed", b="failed", c="failed") | {
        "exitcode": 1,
        "summary": {"passed": 1, "failed": 2, "total": 3, "collected": 3},
        "unpassed": {"b": "timed out", "c": "failed"},
    }


class Judges:
    """Stand for judges that are nowhere to be had."""

    faults = ClusterJudges.faults
    manifest = None

    def check(self):
        raise ClusterError("nobody is left")


@pytest.fixture
def class_run(level, syllabus, suite, tmp_path, monkeypatch):
    config = GradingConfig(level, QUICK, suite, syllabus, b"secret", False)
    monkeypatch.setattr(
        GradingConfig,
        "finish",
        lambda self, task, report, _: (Score(task.submission.student, ()), report),
    )
    run = ClassRun(config, OutputFolder(tmp_path / "out", b"secret"))
    run.output = Mock()
    return run


def ended(*, result=None, error=None):
    future = Future()
    if error is None:
        future.set_result(result)
    else:
        future.set_exception(error)
    return future


def conclude(run, student, future):
    return run.conclude(Judges(), Task(Submission(student, {})), future)


def test_a_submission_that_kills_its_workers_is_a_kit_error_for_one_student(class_run):
    killed = distributed.KilledWorker("judge-1", Mock(address="tcp://10.0.0.7:1"), 3)

    ana = conclude(class_run, "ana", ended(error=killed))
    rui = conclude(class_run, "rui", ended(result={}))

    assert ana.status is Status.KIT_ERROR
    assert "workers died" in ana.reason
    assert rui.status is Status.GRADED


def test_a_lost_scheduler_ends_the_run_with_what_to_do(class_run):
    lost = Future()
    lost.cancel()

    with pytest.raises(ClusterError, match="run the same command again"):
        conclude(class_run, "ana", lost)


def test_silence_is_looked_into():
    with pytest.raises(ClusterError, match="nobody is left"):
        list(as_done([Future()], Judges().check, 0.01))


@pytest.mark.parametrize(
    ("workers", "pending", "said"),
    [
        ({}, False, "no worker is left"),
        ({"a": {"resources": {}}}, True, "no worker that offers GPU is left"),
    ],
)
def test_work_that_nobody_can_do_does_not_wait_for_ever(
    monkeypatch, workers, pending, said
):
    judges = ClusterJudges(fake_cluster(workers), "name")
    if pending:
        judges.cuda = {Mock(status="pending")}
    monkeypatch.setattr(clusters, "LOST_SECONDS", -1.0)

    with pytest.raises(ClusterError, match=said):
        judges.check()


def test_a_worker_that_is_started_again_meanwhile_is_waited_for():
    workers = {}
    judges = ClusterJudges(fake_cluster(workers), "name")

    judges.check()
    since = judges.lost_since
    workers["a"] = {"resources": {}}
    judges.check()

    assert since is not None
    assert judges.lost_since is None


def fake_cluster(workers):
    client = SimpleNamespace(
        get_executor=lambda **_: None,
        scheduler=SimpleNamespace(address="tcp://10.0.0.1:1"),
        scheduler_info=lambda n_workers: {"workers": workers},
    )
    cluster = object.__new__(Cluster)
    cluster.client, cluster.address = client, "tcp://10.0.0.1:1"
    return cluster


def test_a_level_that_reaches_the_scheduler_must_be_asked_for():
    cluster = fake_cluster({})
    answer = {"versions": versions(), "level": Level.UID, "reason": ""}
    cluster.client.run = lambda *_, **__: {"tcp://a:1": answer}

    with pytest.raises(ClusterError, match="worker tcp://a:1 isolates by uid only"):
        cluster.choose_level([], unsandboxed=False)

    assert cluster.choose_level([], unsandboxed=True) is Level.UID


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        (
            ModuleNotFoundError("no kit"),
            "worker tcp://b:1 cannot grade: .* no kit",
        ),
        ({"level": None, "reason": "no bwrap"}, "worker tcp://b:1: no bwrap"),
        ({"level": Level.PROCESS}, "a:1 isolates by bubblewrap, .*b:1 by process"),
    ],
)
def test_a_worker_that_is_unlike_the_others_is_named(answer, said):
    cluster = fake_cluster({})
    good = {"versions": versions(), "level": Level.BUBBLEWRAP, "reason": ""}
    other = good | answer if isinstance(answer, dict) else answer
    cluster.client.run = lambda *_, **__: {"tcp://a:1": good, "tcp://b:1": other}

    with pytest.raises(ClusterError, match=said):
        cluster.choose_level([], unsandboxed=True)


def test_a_gpu_that_this_machine_lacks_is_an_error_at_once(monkeypatch):
    monkeypatch.setattr(gpu, "is_available", lambda: False)

    with pytest.raises(ClusterError, match="torch finds no GPU here"):
        backend("", gpu=True)


def test_exercises_whose_points_stay_open_are_listed(syllabus, capsys):
    print_open(SimpleNamespace(gpu=False), syllabus.only("use_gpu.try_gpu"))
    told = capsys.readouterr().err
    print_open(SimpleNamespace(gpu=None), syllabus)

    assert "stay open in use_gpu.try_gpu" in " ".join(told.split())
    assert capsys.readouterr().err == ""


def test_without_a_scheduler_dask_is_not_imported():
    look = "import sys, grader.cli.main; sys.exit('distributed' in sys.modules)"

    assert subprocess.run([sys.executable, "-c", look], check=False).returncode == 0
