"""Answers that do no work: no test may give them a point.

What tests an absence, such as an exception or an unchanged argument, must count only
together with the presence of the work. These answers are made for every exercise from
the names in the registry alone.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass

from grader.speech import _
from grader.syllabus import Exercise

EXCEPTIONS = (
    *("ValueError", "TypeError", "RuntimeError", "KeyError", "IndexError"),
    *("AttributeError", "OSError", "ImportError", "AssertionError"),
)
RESULTS = (
    "None",
    "args[0] if args else None",
    "zeros_like(args)",
    *("[]", "{}", "''", "iter(())"),
    *("0", "1.0", "True", "False"),
    "torch.nn.Identity()",
)
"""What an answer returns in place of a result, in Python."""
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
    body: str
    """What it does in place of the work, in Python."""
    source: str

    @property
    def name(self) -> str:
        """Return what names it in a message."""
        said = _("an answer to {exercise} whose whole work is `{body}`")
        return said.format(exercise=self.exercise.id, body=self.body)


def make_adversaries(exercise: Exercise, solution: str) -> Iterator[Adversary]:
    """Yield answers without work; the solution tells functions from classes."""
    kinds = {s: kind_of(s, solution) for s in exercise.symbols}
    bodies = [(f"raise {error}", f"raise {error}") for error in EXCEPTIONS]
    if FUNCTION not in kinds.values():
        bodies += [("pass", f"raise {error}") for error in EXCEPTIONS]
    bodies += [("pass", f"return {result}") for result in RESULTS]
    for init, body in bodies:
        source = "".join(
            kind.format(symbol=s, body=body, init=init) for s, kind in kinds.items()
        )
        yield Adversary(exercise, f"{init}; {body}", HEAD + source)


def kind_of(symbol: str, solution: str) -> str:
    """Return the template that a symbol's answers are made from."""
    for node in ast.parse(solution).body:
        if isinstance(node, ast.ClassDef) and node.name == symbol:
            bases = {ast.unparse(base).rpartition(".")[2] for base in node.bases}
            return MODULE if "Module" in bases else OTHER
    return FUNCTION
