"""Mutants of a module: mutmut's operators on expressions, and lost statements.

mutmut's own runner starts Python per mutant and leaves decorated functions alone. Its
operators serve us, its runner does not: the judges are warm, and half of this chapter
is decorated.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import accumulate

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider
from mutmut.mutation.mutators import mutation_operators


@dataclass(frozen=True)
class Mutant:
    """One change to a module."""

    symbol: str
    """The top-level function or class that the change is in."""
    line: int
    removed: str
    added: str
    source: str

    @property
    def change(self) -> tuple[str, str, str]:
        """Return what tells it from others while lines move: symbol, lines out, in."""
        return self.symbol, self.removed, self.added


class Changes(cst.CSTVisitor):
    """Collects pairs of a node and the code that it may turn into."""

    def __init__(self, module: cst.Module) -> None:
        """Take the module that the nodes are from."""
        super().__init__()
        self.module = module
        self.raising = 0
        self.found: list[tuple[cst.CSTNode, str]] = []

    def on_visit(self, node: cst.CSTNode) -> bool:
        """Collect a node's changes; go on to its children unless they carry no code."""
        if isinstance(node, cst.Annotation) or is_docstring(node):
            return False
        if isinstance(node, cst.SimpleString) and self.raising:
            return False  # how a message is worded is free
        self.raising += isinstance(node, cst.Raise)
        for kind, operator in mutation_operators:
            if isinstance(node, kind):
                self.found += [(node, self.code_of(new)) for new in operator(node)]
        self.found += self.lose(node)
        return True

    def on_leave(self, original_node: cst.CSTNode) -> None:
        """Note the end of a raise statement."""
        self.raising -= isinstance(original_node, cst.Raise)

    def code_of(self, node: cst.CSTNode) -> str:
        """Return a node as text."""
        return self.module.code_for_node(node).strip()

    def lose(self, node: cst.CSTNode) -> Iterator[tuple[cst.CSTNode, str]]:
        """Yield a statement without its effect, a branch without its condition."""
        match node:
            case cst.Expr() | cst.Raise() | cst.Del() | cst.AugAssign():
                yield node, "pass"
            case cst.Return(value=cst.BaseExpression()):
                yield node, "return None"
            case cst.If(test=test):
                yield test, f"({self.code_of(test)}) and False"
                yield test, f"({self.code_of(test)}) or True"
            case cst.Decorator():
                yield node, ""


def is_docstring(node: cst.CSTNode) -> bool:
    """Say whether a statement is a string and nothing else."""
    return isinstance(node, cst.SimpleStatementLine) and (
        isinstance(node.body[0], cst.Expr)
        and isinstance(node.body[0].value, cst.SimpleString)
    )


def mutants_of(source: str) -> Iterator[Mutant]:
    """Yield the mutants of a module's functions and classes, each once."""
    wrapper = MetadataWrapper(cst.parse_module(source))
    places = wrapper.resolve(PositionProvider)
    starts = [0, *accumulate(map(len, source.splitlines(keepends=True)))]
    seen = {source}
    for statement in wrapper.module.body:
        if not isinstance(statement, (cst.FunctionDef, cst.ClassDef)):
            continue
        changes = Changes(wrapper.module)
        statement.visit(changes)
        for node, code in changes.found:
            start, end = places[node].start, places[node].end
            head = source[: starts[start.line - 1] + start.column]
            text = head + code + source[starts[end.line - 1] + end.column :]
            if text not in seen and compiles(text):
                seen.add(text)
                removed, added = lines_changed(source, text)
                yield Mutant(statement.name.value, start.line, removed, added, text)


def compiles(source: str) -> bool:
    """Say whether it is Python at all."""
    try:
        compile(source, "mutant.py", "exec")
    except SyntaxError:
        return False
    return True


def lines_changed(before: str, after: str) -> tuple[str, str]:
    """Return the lines taken out and put in, without indentation."""
    out, new = [], []
    for line in difflib.unified_diff(before.splitlines(), after.splitlines(), n=0):
        if line.startswith("-") and not line.startswith("---"):
            out.append(line[1:].strip())
        elif line.startswith("+") and not line.startswith("+++"):
            new.append(line[1:].strip())
    return "\n".join(out), "\n".join(new)
