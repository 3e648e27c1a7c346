"""What tests say to students: faults, causes, calls, cases.

A text is a string with words in it that is neither a docstring, nor code, nor a pattern
that exceptions are searched for.
"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

from grader.catalogues.found import Found, docstrings_of, read_tree

WORDS = re.compile(r"[^\W\d_]{2,}[.,;:]? +\S|\S +[^\W\d_]{2,}")
WORDS_OF_PYTHON = (ast.And, ast.Or, ast.Not, ast.Is, ast.IsNot, ast.In, ast.NotIn)
SYNTAX = (
    *(ast.Module, ast.Expr, ast.Name, ast.Load, ast.Tuple),
    *(ast.BoolOp, ast.UnaryOp, ast.Compare),
)
PATTERNS = re.compile(r"causes\Z", re.IGNORECASE)
"""How a table is called whose keys are patterns."""


def texts_of_tests(path: Path, place: str) -> Iterator[Found]:
    """Yield the texts of a module of tests, or of what tests are made with."""
    tree = read_tree(path)
    silent = {id(node) for node in (*docstrings_of(tree), *patterns_of(tree))}
    for node in ast.walk(tree):
        match node:
            case ast.JoinedStr():
                silent |= {id(part) for part in ast.walk(node)}
            case ast.Constant(value=str(text)) if id(node) not in silent:
                if is_text(text):
                    yield Found(text, place)


def is_text(value: str) -> bool:
    """Say whether a string is made of words, and not of code."""
    if not WORDS.search(value):
        return False
    try:
        return reads_as_words(ast.parse(value))
    except (SyntaxError, ValueError):
        return True


def reads_as_words(tree: ast.Module) -> bool:
    """Say whether what Python takes for code is words, as `not there` is."""
    nodes = list(ast.walk(tree))
    names = [node.id for node in nodes if isinstance(node, ast.Name)]
    return (
        all(isinstance(node, (*SYNTAX, *WORDS_OF_PYTHON)) for node in nodes)
        and any(isinstance(node, WORDS_OF_PYTHON) for node in nodes)
        and all(name.isalpha() and name.islower() for name in names)
    )


def patterns_of(tree: ast.Module) -> Iterator[ast.expr]:
    """Yield what exceptions are searched for, which nobody is told."""
    for node in ast.walk(tree):
        match node:
            case ast.keyword(arg=str(name), value=table):
                pass
            case ast.Assign(targets=[ast.Name(id=name)], value=table):
                pass
            case _:
                continue
        if PATTERNS.search(name):
            for part in ast.walk(table):
                if isinstance(part, ast.Dict):
                    yield from (key for key in part.keys if key is not None)
