"""A forger knows the suite by heart and claims what it does not do: how far it comes.

Its worker is patched. Whatever an answer must be with every seed, it answers; what
depends on the seed it fills from what the honest part of the submission gives. Honest
parts are two: stubs, and right values that are got in a way that is not promised.
"""

from __future__ import annotations

import base64
import pickle
import re
import subprocess
import sys
import zlib
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.class_run.pool import JudgePool
from grader.layout import KIT
from grader.sandbox.isolation import choose_level
from grader.sandbox.limits import Limits
from grader.scoring.outcome import Outcome
from grader.scoring.score import score
from grader.scoring.submission import Submission
from grader.syllabus import Syllabus

HERE = Path(__file__).parent
FORGER = HERE / "forger"
LEARNT, GRADED = ("one", "another", "fourth", "fifth"), "a third"
"""Seeds."""
MOST = 0.03
"""Of all points: what a submission gets that nobody but itself says it has earned."""
ROW = re.compile(r"^\| `(\w+\.\w+)` \| ([\d.]+) \|$", re.MULTILINE)

Points = dict[str, float]
"""By exercise."""


@pytest.fixture(scope="module")
def patches(tmp_path_factory) -> dict[str, bytes]:
    """Return what is appended to a submission, by topic."""
    path = tmp_path_factory.mktemp("forger") / "lessons"
    command = [sys.executable, "learn.py", path, *LEARNT]
    subprocess.run(command, cwd=FORGER, check=True)
    code = (FORGER / "patch.py").read_text(encoding="utf-8")
    return {
        topic: f"\n\nLESSONS = {packed(lessons)}\n{code}".encode()
        for topic, lessons in pickle.loads(path.read_bytes()).items()
    }


def packed(lessons: Any) -> str:
    text = base64.b85encode(zlib.compress(pickle.dumps(lessons), 9))
    unpack = "__import__('zlib').decompress(__import__('base64').b85decode"
    return f"__import__('pickle').loads({unpack}({text!r})))"


@pytest.fixture(scope="module")
def judge() -> Iterator[JudgePool]:
    level = choose_level([KIT.solutions, KIT.hidden_tests], unsandboxed=True)
    judge = JudgePool(level, 1, Limits(), KIT.hidden_tests, KIT)
    yield judge
    judge.close()


def passed_by(
    judge: JudgePool, sources: dict[str, bytes], syllabus: Syllabus, *exercises: str
) -> set[str]:
    """Return the node ids of the tests that a submission passes."""
    report = judge.grade(Submission("forger", sources), GRADED, exercises)
    manifest = judge.manifest.only(exercises)
    graded = score("forger", report, manifest, syllabus)
    outcomes = {n: o for e in graded.exercises for n, o in e.outcomes.items()}
    return {nodeid for nodeid, outcome in outcomes.items() if outcome == Outcome.PASSED}


@pytest.fixture(scope="module")
def trusted(patches, judge, syllabus) -> Points:
    """Return what is believed of each exercise on trust alone, in points."""
    stubs = {
        topic: KIT.topic_file(topic).read_bytes() + patch
        for topic, patch in patches.items()
    }
    everything = tuple(syllabus.exercises)
    gained = [passed_by(judge, stubs, syllabus, *everything)]
    for name in (FORGER / "lazy.txt").read_text(encoding="utf-8").split():
        topic, symbol, _ = name.split("/")
        variant = (KIT.variants / "wrong" / f"{name}.py").read_bytes()
        source = KIT.topic_solution(topic).read_bytes() + b"\n\n" + variant
        forged, honest = (
            passed_by(judge, {topic: source + more}, syllabus, f"{topic}.{symbol}")
            for more in (patches[topic], b"")
        )
        gained.append(forged - honest)
    points = dict.fromkeys(everything, 0.0)
    for nodeids in gained:
        for exercise, of in points_of(nodeids, judge, syllabus).items():
            points[exercise] = max(points[exercise], of)
    return points


def points_of(nodeids: set[str], judge: JudgePool, syllabus: Syllabus) -> Points:
    """Return what tests are worth, by exercise."""
    shares, points = judge.manifest.shares, Counter[str]()
    for check in judge.manifest.checks:
        if check.nodeid in nodeids:
            worth = syllabus.exercises[check.exercise].points
            points[check.exercise] += float(worth * shares[check.nodeid])
    return {exercise: round(of, 2) for exercise, of in points.items()}


def test_what_is_believed_on_trust_is_little(trusted, judge, syllabus, capsys):
    most = sum(e.points + e.cuda_points for e in syllabus.exercises.values())

    with capsys.disabled():
        shown = "\n".join(f"| `{e}` | {p:g} |" for e, p in trusted.items() if p)
        print(f"\n{shown}\n{sum(trusted.values()):g} of {most} points on trust")
    assert 0 < sum(trusted.values()) <= MOST * most


def test_what_is_believed_on_trust_stands_in_the_promises(trusted):
    text = (KIT.root / "SECURITY.md").read_text(encoding="utf-8")
    table = {exercise: float(points) for exercise, points in ROW.findall(text)}

    assert table == {e: p for e, p in trusted.items() if p}
