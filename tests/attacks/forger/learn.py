"""What a forger knows of the hidden suite by heart: the answers of the solutions.

    python learn.py FILE SEED SEED…

Writes for each topic the questions in order, and of each answer what is the same with
every seed; so of each case of a sweep whose arguments look the same with every seed.
What differs depends on what is drawn: a hole, to be filled by work.
"""

import pickle
import sys
from collections import defaultdict
from pathlib import Path
from typing import Any

import pytest
from patch import HOLE, cases_of, looks, signature

from grader.judge.session import by_topic, is_cuda
from grader.layout import KIT
from grader.observe.compare import is_equal
from grader.observe.local import LocalObserver
from grader.observe.plugin import OBSERVER, SEED

SECONDS = 60.0
LARGE = 4096
"""Entries of a tensor that no submission of limited size can hold many of."""


class Listener:
    """Plays the suite on the solutions, and writes down each question and answer."""

    def __init__(self, seed: str) -> None:
        self.seed = seed
        self.heard: dict[str, list[Any]] = defaultdict(list)
        self.inner = LocalObserver(KIT.solutions, SECONDS)

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        config.stash[OBSERVER], config.stash[SEED] = self, self.seed

    @pytest.hookimpl(trylast=True)
    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        items[:] = [i for of in by_topic(items).values() for i in of if not is_cuda(i)]

    def prepare(self, *, simulated: bool) -> None:
        self.inner.prepare(simulated=simulated)

    def play(self, topic: str, scenario: Any, args: Any, seed: int) -> Any:
        question, by_looks = signature(scenario, args), {}
        seen = [looks(case) for case in cases_of(question, args)]
        answer = self.inner.play(topic, scenario, args, seed)
        told = answer.get("value", []) if seen else []
        for look, one in zip(seen, told, strict=True):
            by_looks[look] = known([by_looks.get(look, one), one])
        self.heard[topic].append((question, answer, by_looks))
        return answer


def listen(seed: str) -> dict[str, list[Any]]:
    listener = Listener(seed)
    options = ["--import-mode=append", "-pno:cacheprovider", "-pno:terminal"]
    status = pytest.main([*options, str(KIT.hidden_tests)], plugins=[listener])
    assert status == pytest.ExitCode.OK
    return listener.heard


def known(answers: list[Any]) -> Any:
    """Return what all of these have in common."""
    first = answers[0]
    if any(type(a) is not type(first) for a in answers):
        return HOLE
    if isinstance(first, dict):
        if any(list(a) != list(first) for a in answers):
            return HOLE
        return {key: known([a[key] for a in answers]) for key in first}
    if isinstance(first, (list, tuple)):
        if any(len(a) != len(first) for a in answers):
            return HOLE
        return type(first)(map(known, map(list, zip(*answers, strict=True))))
    if getattr(first, "nbytes", 0) > LARGE:
        return HOLE
    return first if all(is_equal(a, first) for a in answers) else HOLE


def shared(one: dict[str, Any], other: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of the cases that look the same with both seeds."""
    return {
        look: known([answer, other[look]])
        for look, answer in one.items()
        if look in other
    }


def main(path: Path, seeds: list[str]) -> None:
    lessons: dict[str, list[Any]] = {}
    for seed in seeds:
        for topic, heard in listen(seed).items():
            before = lessons.get(topic, heard)
            lessons[topic] = [
                (question, known([lesson, answer]), shared(looked, by_looks))
                for (question, lesson, looked), (_, answer, by_looks) in zip(
                    before, heard, strict=True
                )
            ]
    path.write_bytes(pickle.dumps(lessons))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
