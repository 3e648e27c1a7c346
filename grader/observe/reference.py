"""The reference solution as an oracle: it plays what the submission played.

It plays in the process of the tests, which is trusted as it is itself. Its values pass
the same encoder and decoder, so that both can be compared.
"""

from __future__ import annotations

import copy
import importlib.util
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from grader.observe.random_numbers import forked_random_numbers
from grader.sandbox import scene, wire


@cache
def load(path: Path) -> ModuleType:
    """Return a solution's module, under a name that no student's module has."""
    name = f"reference_of_{path.stem}"
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ImportError(f"{path} is no module")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # dataclasses look there
    spec.loader.exec_module(module)
    return module


def play(
    path: Path, scenario: Callable[..., Any], args: tuple[Any, ...], seed: int
) -> Any:
    """Return what a scenario, which may change `args`, gives on a solution.

    It comes as it would from a sandbox.
    """
    with forked_random_numbers(seed):
        value = scenario(load(path), *args)
    return wire.decode_frame(wire.encode(value))


class ReferenceObserver:
    """Plays whole tests on a solution: whatever it raises is a fault of the test."""

    def __init__(self, path: Path) -> None:
        """Take the solution's file."""
        self.path = path

    def prepare(self, *, simulated: bool) -> None:
        """Refuse what this process cannot give."""
        if simulated:
            raise NotImplementedError("the reference plays without `sim`")

    def play(
        self,
        _topic: str,
        scenario: Callable[..., Any],
        args: tuple[Any, ...],
        seed: int,
    ) -> dict[str, Any]:
        """Return the scenario's value or its error, as a worker does."""
        try:
            return {"value": play(self.path, scenario, copy.deepcopy(args), seed)}
        except Exception as error:
            return {"error": scene.describe(error, self.path.parent)}
