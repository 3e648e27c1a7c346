"""The code of one file, by what it defines: found, digested, compared.

Comments, layout and docstrings do not count: they change nothing about a result.
"""

from __future__ import annotations

import ast
import hashlib
import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from typing import TypeGuard

from grader.source import BrokenCodeError


@dataclass(frozen=True)
class Statement:
    """One statement at the top level of a file."""

    names: frozenset[str]
    """What it binds; nothing for a statement that runs for its effect."""
    mentions: frozenset[str]
    """Every name that stands in it, in its texts too."""
    first: int
    last: int
    """Its lines, decorators included."""
    is_import: bool
    digest: bytes


@dataclass(frozen=True)
class Code:
    """A file's text and its statements, in order."""

    text: str
    statements: tuple[Statement, ...]
    imports: frozenset[str] = field(default=frozenset())
    """Names of the modules that it imports anywhere, up to the first dot."""

    @property
    def names(self) -> frozenset[str]:
        """Return all names that the file binds, imports left out."""
        bound = (s.names for s in self.statements if not s.is_import)
        return frozenset().union(*bound)

    def defining(self, names: Collection[str]) -> tuple[Statement, ...]:
        """Return the statements that bind one of `names`."""
        return tuple(s for s in self.statements if not s.names.isdisjoint(names))

    def reached_from(
        self, names: Collection[str], *, stop: Collection[str] = ()
    ) -> tuple[Statement, ...]:
        """Return what `names` may use, in the file's order, their own code included.

        Args:
            names: where to start.
            stop: names whose code is not entered.
        """
        reached = {s for s in self.statements if not s.names}
        wanted, met = set(names), set(stop) - set(names)
        wanted |= {name for s in reached for name in s.mentions}
        while new := wanted - met:
            met |= new
            found = {s for s in self.defining(new) if s not in reached}
            reached |= found
            wanted |= {name for s in found for name in s.mentions}
        return tuple(s for s in self.statements if s in reached)

    def lines(self, statement: Statement) -> list[str]:
        """Return the lines of a statement."""
        return self.text.splitlines()[statement.first - 1 : statement.last]


def read_code(text: str) -> Code:
    """Return the code in a text.

    Raises:
        BrokenCodeError: it is no Python.
    """
    try:
        tree = ast.parse(text)
    except SyntaxError as error:
        raise BrokenCodeError(
            "line {line}: {error}", line=error.lineno, error=error.msg
        ) from error
    except (ValueError, RecursionError, MemoryError) as error:
        raise BrokenCodeError(str(error)) from error
    statements = tuple(
        make_statement(node)
        for position, node in enumerate(tree.body)
        if not is_inert(node, position)
    )
    return Code(text, statements, frozenset(find_imports(tree)))


def is_inert(node: ast.stmt, position: int) -> bool:
    """Say whether a statement does nothing when the file is imported."""
    match node:
        case ast.Expr(ast.Constant(str())):
            return position == 0
        case ast.If(
            ast.Compare(ast.Name("__name__"), [ast.Eq()], [ast.Constant("__main__")]),
            orelse=[],
        ):
            return True
    return False


def make_statement(node: ast.stmt) -> Statement:
    """Return what is known of a statement."""
    for inner in ast.walk(node):
        if is_documented(inner):
            del inner.body[0]
    decorators = getattr(node, "decorator_list", [])
    return Statement(
        frozenset(find_bound(node)),
        frozenset(find_mentions(node)),
        min([node.lineno, *(d.lineno for d in decorators)]),
        node.end_lineno or node.lineno,
        isinstance(node, (ast.Import, ast.ImportFrom)),
        hashlib.sha256(ast.dump(node).encode()).digest(),
    )


Documented = ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef


def is_documented(node: ast.AST) -> TypeGuard[Documented]:
    """Say whether a node is a function or a class with a docstring."""
    return (
        isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef))
        and ast.get_docstring(node, clean=False) is not None
    )


def find_bound(node: ast.stmt) -> Iterator[str]:
    """Yield the names that a statement binds; none if it does more than that."""
    match node:
        case ast.FunctionDef(name) | ast.AsyncFunctionDef(name) | ast.ClassDef(name):
            yield name
        case ast.Assign(targets) if all(map(is_plain, targets)):
            yield from (
                part.id
                for target in targets
                for part in ast.walk(target)
                if isinstance(part, ast.Name)
            )
        case ast.AnnAssign(ast.Name(name)):
            yield name
        case ast.Import(aliases) | ast.ImportFrom(names=aliases):
            if all(alias.name != "*" for alias in aliases):
                yield from (a.asname or a.name.partition(".")[0] for a in aliases)


def is_plain(target: ast.expr) -> bool:
    """Say whether an assignment's target is a name, or several."""
    if isinstance(target, (ast.Tuple, ast.List)):
        return all(map(is_plain, target.elts))
    return isinstance(target, ast.Name)


def find_mentions(node: ast.stmt) -> Iterator[str]:
    """Yield every name in a statement that may stand for something in the file."""
    for part in ast.walk(node):
        match part:
            case ast.Name(name) | ast.Attribute(attr=name):
                yield name
            case ast.Constant(str(text)):
                yield from re.findall(r"\w+", text)


def asks_somebody(text: str) -> bool:
    """Say whether code calls a debugger, or `input`: then it needs a terminal."""
    try:
        nodes = list(ast.walk(ast.parse(text)))
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return False
    called = [node.func for node in nodes if isinstance(node, ast.Call)]
    names = {f.id for f in called if isinstance(f, ast.Name)}
    methods = {f.attr for f in called if isinstance(f, ast.Attribute)}
    return not {"input", "breakpoint"}.isdisjoint(names) or not {
        "set_trace",
        "post_mortem",
        "embed",
    }.isdisjoint(names | methods)


def find_imports(tree: ast.Module) -> Iterator[str]:
    """Yield the first part of the name of each module that is imported."""
    for node in ast.walk(tree):
        match node:
            case ast.Import(aliases):
                yield from (alias.name.partition(".")[0] for alias in aliases)
            case ast.ImportFrom(module=str(module)):
                yield module.partition(".")[0]
