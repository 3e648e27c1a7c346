"""That an answer to one exercise costs no points in another, shown by names alone."""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping

from grader.check_kit.variants import Variant
from grader.speech import _
from grader.syllabus import Syllabus, Topic


def check_independence(
    syllabus: Syllabus, solutions: Mapping[str, str], variants: list[Variant]
) -> Iterator[str]:
    """Yield where an answer to one exercise could cost points in another.

    A variant is graded in its own exercise. That it changes no other one follows from
    this: no solution uses another exercise of its module, and no variant redefines a
    name that the solutions define, other than its own exercise's.
    """
    users: dict[str, dict[str, set[str]]] = {}
    for topic in syllabus.topics:
        users[topic.id] = users_by_name(solutions[topic.id], topic)
        for exercise in topic.exercises:
            for symbol in exercise.symbols:
                for other in sorted(users[topic.id][symbol] - {exercise.id}):
                    file = f"solutions/{topic.id}.py"
                    said = _("{file}: {exercise} uses {symbol}")
                    yield said.format(file=file, exercise=other, symbol=symbol)
    for variant in variants:
        mine = users[variant.exercise.topic]
        for name in sorted(top_level_names(variant.source) & set(mine)):
            if mine[name] - {variant.exercise.id}:
                said = _("{variant}: redefines {name}, which others use too")
                yield said.format(variant=variant.name, name=name)


def users_by_name(source: str, topic: Topic) -> dict[str, set[str]]:
    """Return, for each name that a module defines, the exercises that depend on it."""
    uses: dict[str, set[str]] = {name: set() for name in top_level_names(source)}
    for node in ast.parse(source).body:
        inside = {n.id for n in ast.walk(node) if isinstance(n, ast.Name)}
        for name in top_level_names_of(node):
            uses[name] |= inside & set(uses)
    users: dict[str, set[str]] = {name: set() for name in uses}
    for exercise in topic.exercises:
        reached: set[str] = set()
        unseen = set(exercise.symbols)
        while unseen:
            reached |= unseen
            unseen = set().union(*(uses[name] for name in unseen)) - reached
        for name in reached:
            users[name].add(exercise.id)
    return users


def top_level_names(source: str) -> set[str]:
    """Return the names that a module defines; imports do not count."""
    return set().union(*map(top_level_names_of, ast.parse(source).body))


def top_level_names_of(node: ast.stmt) -> set[str]:
    """Return the names that a top-level statement defines."""
    if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        return {node.name}
    targets = getattr(node, "targets", [getattr(node, "target", None)])
    return {target.id for target in targets if isinstance(target, ast.Name)}
