"""Answer every hidden test with random values of the form that it asks for.

    python -m bench.answers [--seeds 20] [--only topic.Symbol]

A submission may send whatever fits the annotation of a scenario: other lengths, shapes,
dtypes, NaN, nothing at all. No such answer may be a fault of the kit.
"""

from __future__ import annotations

import argparse
import random
import sys
import types
import typing
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from grader.layout import KIT
from grader.observe.plugin import OBSERVER, SEED, exercise_of
from grader.sandbox.trials import play_cases, play_trials
from grader.scoring.outcome import Outcome
from grader.scoring.report import OUTCOME

DTYPES = (torch.float32, torch.float64, torch.int64, torch.bool, torch.complex64)
SHAPES = ((), (0,), (1,), (3,), (2, 3), (3, 2), (2, 1, 3))
NUMBERS = (0, 1, -1, 3, 2**40, 0.5, float("nan"), float("inf"))
TEXTS = ("", "a", "weight", "0.weight", "cpu", "{x}", "é" * 300, "(", "\x1b[31m")
KINDS = (Tensor, int, float, str, bool, type(None), list[Any], dict[str, Any])
EXCEPTIONS = ("ValueError", "TypeError", "KeyError", "RuntimeError", "OSError")


class RandomObserver:
    """Answers each question with a value of its form, drawn afresh."""

    def __init__(self, rng: random.Random) -> None:
        """Take the source of all that is drawn."""
        self.rng = rng

    def prepare(self, *, simulated: bool) -> None:
        """Need nothing."""

    def play(
        self, _topic: str, scenario: Callable[..., Any], args: tuple[Any, ...], _: int
    ) -> dict[str, Any]:
        """Return a random value or a random error."""
        if self.rng.random() < 0.1:
            return {"error": self.error()}
        if scenario in (play_trials, play_cases):
            return {"value": [self.played() for _ in args[-1]]}
        return {"value": self.draw(typing.get_type_hints(scenario).get("return", Any))}

    def error(self) -> dict[str, Any]:
        """Return an exception as a worker describes it."""
        name = self.rng.choice(EXCEPTIONS)
        text = self.rng.choice(TEXTS)
        types_ = [name, "Exception"]
        return {"not_started": False, "types": types_, "message": text, "where": None}

    def played(self) -> Any:
        """Return what may come of one trial of a sweep."""
        if self.rng.random() < 0.2:
            return {"error": [self.rng.choice(EXCEPTIONS)], "message": "no"}
        made = {"value": self.draw(Any), "class": "Tensor", "kept": [True]}
        if self.rng.random() < 0.5:
            made["gradients"] = self.draw(Any)
        return {k: v for k, v in made.items() if self.rng.random() < 0.9}

    def draw(self, form: Any, depth: int = 0) -> Any:
        """Return a random value of a form."""
        origin, parts = typing.get_origin(form), typing.get_args(form)
        if origin in (typing.Union, types.UnionType):
            return self.draw(self.rng.choice(parts), depth)
        if form is type(None) or form is None:
            return None
        if origin is tuple and parts and parts[-1] is not Ellipsis:
            return tuple(self.draw(part, depth + 1) for part in parts)
        count = self.rng.choice((0, 1, 2, 3, 5)) if depth < 3 else 0
        if (origin or form) in (list, tuple):
            inner = parts[0] if parts else Any
            return (origin or form)(self.draw(inner, depth + 1) for _ in range(count))
        if (origin or form) is dict:
            key, inner = parts or (str, Any)
            drawn = [
                (self.draw(key, 9), self.draw(inner, depth + 1)) for _ in range(count)
            ]
            return dict(drawn)
        if form is Any:
            kinds = (
                Tensor,
                int,
                float,
                str,
                bool,
                type(None),
                list[Any],
                dict[str, Any],
            )
            return self.draw(self.rng.choice(kinds), depth + 1)
        return self.scalar(form)

    def scalar(self, form: Any) -> Any:
        """Return a random tensor, number, text or truth value."""
        if form is Tensor:
            shape, dtype = self.rng.choice(SHAPES), self.rng.choice(DTYPES)
            return (torch.randn(shape) * 3).to(dtype)
        if form is bool:
            return self.rng.random() < 0.5
        if form is int:
            return int(self.rng.choice(NUMBERS[:5]))
        if form is float:
            return float(self.rng.choice(NUMBERS))
        return b"\x00\xff" if form is bytes else self.rng.choice(TEXTS)


class Watch:
    """Puts the observer in place and notes each fault of the kit."""

    def __init__(self, seed: int, only: str) -> None:
        """Take the seed of all that is drawn, and the exercise, if one is named."""
        self.rng, self.seed, self.only = random.Random(seed), seed, only
        self.faults: list[str] = []
        self.tests = 0

    @pytest.hookimpl(trylast=True)
    def pytest_configure(self, config: pytest.Config) -> None:
        """Take the place of the student's code."""
        config.stash[OBSERVER] = RandomObserver(self.rng)
        config.stash[SEED] = str(self.seed)

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Keep what is asked for."""
        items[:] = [i for i in items if self.only in ("", exercise_of(i).id)]

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Note a fault of the kit."""
        self.tests += report.when == "call"
        noted: dict[str, Any] = dict(report.user_properties)
        if noted.get(OUTCOME) == Outcome.KIT_ERROR:
            last = str(report.longrepr).strip().splitlines()[-1]
            self.faults.append(f"seed {self.seed}: {report.nodeid}: {last}")


def main() -> int:
    """Run the suite with each seed and print the faults."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20)
    parser.add_argument("--only", default="")
    asked = parser.parse_args()
    faults: list[str] = []
    tests = 0
    for seed in range(asked.seeds):
        watch = Watch(seed, asked.only)
        options = ["--import-mode=append", "-pno:cacheprovider", "-pno:terminal"]
        pytest.main([*options, str(KIT.hidden_tests)], plugins=[watch])
        faults += watch.faults
        tests += watch.tests
    print("\n".join(faults))
    print(f"{tests} tests answered at random, {len(faults)} faults of the kit")
    return bool(faults)


if __name__ == "__main__":
    sys.exit(main())
