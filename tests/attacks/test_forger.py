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
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from grader.judge import Judge
from grader.layout import KIT
from grader.sandbox.isolation import choose_level
from grader.sandbox.limits import Limits
from grader.scoring.score import score
from grader.scoring.submission import Submission
from grader.syllabus import Syllabus

HERE = Path(__file__).parent
FORGER = HERE / "forger"
LEARNT, GRADED = ("one", "another", "fourth"), "a third"
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
def judge() -> Iterator[Judge]:
    level = choose_level([KIT.solutions, KIT.hidden_tests], unsandboxed=True)
    judge = Judge(level, Limits(), KIT.hidden_tests, KIT)
    yield judge
    judge.close()


def points_of(
    judge: Judge, sources: dict[str, bytes], syllabus: Syllabus, *exercises: str
) -> Points:
    submission = Submission("forger", sources)
    report = judge.grade(submission, GRADED, exercises)
    manifest = judge.manifest.only(exercises)
    graded = score("forger", report, manifest, syllabus)
    return {e.exercise: e.points for e in graded.exercises}


@pytest.fixture(scope="module")
def trusted(patches, judge, syllabus) -> Points:
    """Return what is believed of each exercise on trust alone, in points."""
    stubs = {
        topic: KIT.topic_file(topic).read_bytes() + patch
        for topic, patch in patches.items()
    }
    found = points_of(judge, stubs, syllabus, *syllabus.exercises)
    for name in (FORGER / "lazy.txt").read_text(encoding="utf-8").split():
        topic, symbol, _ = name.split("/")
        variant = (KIT.variants / "wrong" / f"{name}.py").read_bytes()
        source = KIT.topic_solution(topic).read_bytes() + b"\n\n" + variant
        exercise = f"{topic}.{symbol}"
        honest, forged = (
            points_of(judge, {topic: source + more}, syllabus, exercise)[exercise]
            for more in (b"", patches[topic])
        )
        print(name, honest, forged, level_of(judge)) if 0 else print(name, honest, forged)
        found[exercise] = max(found[exercise], forged - honest)
    return {exercise: round(points, 2) for exercise, points in found.items()}


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
