"""Answers that do no work: no test may give them a point.

What tests an absence, such as an exception or an unchanged argument, must count only
together with the presence of the work. These answers are made for every exercise from
the names in the registry alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from grader.syllabus import Exercise

EXCEPTIONS = (
    *("ValueError", "TypeError", "RuntimeError", "KeyError", "IndexError"),
    *("AttributeError", "OSError", "ImportError", "AssertionError"),
)
RESULTS = {
    "None": "None",
    "its input": "args[0] if args else None",
    "zeros": "zeros_like(args)",
    "an empty list": "[]",
    "an empty dict": "{}",
    "an empty text": "''",
    "an empty iterator": "iter(())",
    "zero": "0",
    "one": "1.0",
    "true": "True",
    "false": "False",
    "an identity": "torch.nn.Identity()",
}
HEAD = """
import torch as torch

def zeros_like(args):
    found = [a for a in args if isinstance(a, torch.Tensor)]
    return torch.zeros_like(found[0]) if found else torch.zeros(())
"""
FUNCTION = """
def {symbol}(*args, **kwargs):
    {body}
"""
MODULE = """
class {symbol}(torch.nn.Module):
    def __init__(self, *args, **kwargs):
        super().__init__()
        {init}
    def forward(self, *args, **kwargs):
        {body}
"""
OTHER = """
class {symbol}:
    def __init__(self, *args, **kwargs):
        {init}
    def __call__(self, *args, **kwargs):
        {body}
    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        return self
"""


@dataclass(frozen=True)
class Adversary:
    """An answer without work to one exercise."""

    exercise: Exercise
    does: str
    """What it does in place of the work."""
    source: str

    @property
    def name(self) -> str:
        """Return what names it in a message."""
        return f"an answer to {self.exercise.id} that {self.does}"


def make_adversaries(exercise: Exercise, solution: str) -> Iterator[Adversary]:
    """Yield answers without work; the solution tells functions from classes."""
    kinds = {s: kind_of(s, solution) for s in exercise.symbols}
    for error in EXCEPTIONS:
        source = "".join(
            kind.format(symbol=s, body=f"raise {error}", init=f"raise {error}")
            for s, kind in kinds.items()
        )
        yield Adversary(exercise, f"raises {error}", HEAD + source)
        if FUNCTION not in kinds.values():
            source = "".join(
                kind.format(symbol=s, body=f"raise {error}", init="pass")
                for s, kind in kinds.items()
            )
            yield Adversary(exercise, f"raises {error} when called", HEAD + source)
    for what, result in RESULTS.items():
        source = "".join(
            kind.format(symbol=s, body=f"return {result}", init="pass")
            for s, kind in kinds.items()
        )
        yield Adversary(exercise, f"gives {what}", HEAD + source)


def kind_of(symbol: str, solution: str) -> str:
    """Return the template that a symbol's answers are made from."""
    for node in ast.parse(solution).body:
        if isinstance(node, ast.ClassDef) and node.name == symbol:
            bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
            return MODULE if "Module" in bases else OTHER
    return FUNCTION
