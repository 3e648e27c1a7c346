"""Test the tests: stubs, solutions, right and wrong answers through the real grader."""

from __future__ import annotations

import ast
import re
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grader.class_run.pool import JudgePool
from grader.judge import JudgeError
from grader.layout import Layout
from grader.manifest import Manifest
from grader.outcome import Outcome
from grader.scoring import (
    ExerciseScore,
    KitFaultError,
    Score,
    message_of,
    read_outcome,
    score,
)
from grader.submission import Submission
from grader.syllabus import Exercise, Syllabus, Topic

MIN_HIDDEN = 3
MIN_VISIBLE = 1
MIN_RIGHT = 1
MIN_WRONG = 2


class VariantError(Exception):
    """A variant cannot be used; the message names the file and what it lacks."""


@dataclass(frozen=True)
class Variant:
    """An answer to one exercise that is known to be right or wrong."""

    path: Path
    exercise: Exercise
    right: bool
    says: str
    """What the message of a wrong one must say: a regular expression."""
    source: str

    @property
    def name(self) -> str:
        """Return `right/topic/Symbol/name`."""
        return "/".join(self.path.with_suffix("").parts[-4:])


@dataclass
class Findings:
    """What `check_kit` found."""

    problems: list[str] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)


def read_variants(folder: Path, syllabus: Syllabus) -> list[Variant]:
    """Read `right/<topic>/<Symbol>/*.py` and `wrong/<topic>/<Symbol>/*.py`.

    Raises:
        VariantError: an unknown exercise, or a file without its docstring.
    """
    variants = []
    for path in sorted(folder.glob("*/*/*/*.py")):
        side, topic, symbol = path.parts[-4:-1]
        exercise = syllabus.exercises.get(f"{topic}.{symbol}")
        if exercise is None or side not in ("right", "wrong"):
            raise VariantError(f"{path}: {topic}.{symbol} is no exercise")
        source = path.read_text(encoding="utf-8")
        says = re.search(r"^says: (.+)$", docstring_of(path, source), re.MULTILINE)
        if side == "wrong" and says is None:
            raise VariantError(f"{path}: its docstring has no line `says: …`")
        text = says.group(1) if says else ""
        variants.append(Variant(path, exercise, side == "right", text, source))
    return variants


def docstring_of(path: Path, source: str) -> str:
    """Return the docstring that tells what is special about a variant."""
    text = ast.get_docstring(ast.parse(source, filename=str(path)))
    if not text:
        raise VariantError(f"{path}: it has no docstring to say what is special")
    return text


def check_counts(
    syllabus: Syllabus,
    hidden: Manifest,
    visible: Manifest,
    variants: list[Variant],
    only: str,
) -> Iterator[str]:
    """Yield what an exercise lacks of tests and variants."""
    functions = {
        "hidden": count_functions(hidden),
        "visible": count_functions(visible),
        "right": Counter(v.exercise.id for v in variants if v.right),
        "wrong": Counter(v.exercise.id for v in variants if not v.right),
    }
    least = {
        "hidden": (MIN_HIDDEN, "hidden tests"),
        "visible": (MIN_VISIBLE, "visible tests"),
        "right": (MIN_RIGHT, "right variants"),
        "wrong": (MIN_WRONG, "wrong variants"),
    }
    for exercise in syllabus.exercises.values():
        if only not in ("", exercise.topic, exercise.id):
            continue
        for kind, (minimum, words) in least.items():
            count = functions[kind][exercise.id]
            if count < minimum:
                yield f"{exercise.id}: {count} {words}; at least {minimum} are needed"
        has_cuda = any(c.cuda and c.exercise == exercise.id for c in hidden.checks)
        if has_cuda != bool(exercise.cuda_points):
            yield (
                f"{exercise.id}: cuda_points = {exercise.cuda_points} but "
                f"{'some' if has_cuda else 'no'} hidden tests are marked cuda"
            )


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
                    yield f"solutions/{topic.id}.py: {other} uses {symbol}"
    for variant in variants:
        mine = users[variant.exercise.topic]
        for name in sorted(top_level_names(variant.source) & set(mine)):
            if mine[name] - {variant.exercise.id}:
                yield f"{variant.name}: redefines {name}, which others use too"


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


def count_functions(manifest: Manifest) -> Counter[str]:
    """Return how many test functions each exercise has."""
    functions = {(check.exercise, check.function) for check in manifest.checks}
    return Counter(exercise for exercise, _ in functions)


class Checker:
    """Grades the kit's own answers and judges the grader by them."""

    def __init__(
        self, layout: Layout, syllabus: Syllabus, pool: JudgePool, seed: str
    ) -> None:
        """Take warm judges and the seed of all random inputs."""
        self.layout = layout
        self.syllabus = syllabus
        self.pool = pool
        self.seed = seed
        self.solutions = {
            topic.id: (layout.solutions / f"{topic.id}.py").read_bytes()
            for topic in syllabus.topics
        }

    def grade(
        self, name: str, sources: dict[str, bytes], exercises: Collection[str]
    ) -> tuple[Score, dict[str, Any]]:
        """Return score and report for an answer to some exercises.

        Raises:
            KitFaultError: a test failed to run.
        """
        submission = Submission(name, sources)
        report = self.pool.grade(submission, self.seed, exercises)
        manifest = self.pool.manifest.only(exercises)
        try:
            return score(name, report, manifest, self.syllabus), report
        except KitFaultError as error:
            raise KitFaultError(f"{name}: {error}") from error

    def check_stubs(self) -> Iterator[str]:
        """Yield the tests in which a stub is not told to be not started."""
        stubs = {
            topic: (self.layout.exercises / f"{topic}.py").read_bytes()
            for topic in self.solutions
        }
        _, report = self.grade("the stubs", stubs, self.syllabus.exercises)
        for test in report["tests"]:
            outcome = read_outcome(test)
            if outcome not in (Outcome.NOT_STARTED, Outcome.NO_GPU):
                yield f"stub: {test['nodeid']} is {outcome}: {message_of(test)}"

    def check_solutions(self) -> Iterator[str]:
        """Yield what the solutions do not pass."""
        exercises = self.syllabus.exercises
        result, report = self.grade("the solutions", self.solutions, exercises)
        yield from lost_points("solution", result, report)

    def check_variant(self, variant: Variant) -> Iterator[str]:
        """Yield what is wrong about how a variant is judged."""
        exercise = variant.exercise
        source = self.solutions[exercise.topic] + b"\n\n" + variant.source.encode()
        sources = {exercise.topic: source}
        result, report = self.grade(variant.name, sources, {exercise.id})
        if variant.right:
            yield from lost_points(variant.name, result, report)
            return
        (mine,) = result.exercises
        if not is_short(mine):
            yield f"{variant.name}: not caught"
        messages = messages_for(mine, report)
        if not any(re.search(variant.says, m, re.IGNORECASE) for m in messages):
            shown = "\n".join(messages) or "nothing"
            yield f"{variant.name}: no message says {variant.says!r}, but:\n{shown}"


def is_short(exercise: ExerciseScore) -> bool:
    """Say whether points are lost that a GPU could not decide."""
    return exercise.points + exercise.open < exercise.max


def messages_for(exercise: ExerciseScore, report: dict[str, Any]) -> list[str]:
    """Return the messages of an exercise's tests that do not pass."""
    tests = [t for t in report["tests"] if t["nodeid"] in exercise.outcomes]
    return [m for t in tests if (m := message_of(t)) and t["outcome"] != "skipped"]


def first_message(exercise: ExerciseScore, report: dict[str, Any]) -> str:
    """Return the first message of an exercise's tests."""
    return next(iter(messages_for(exercise, report)), "no message")


def lost_points(name: str, result: Score, report: dict[str, Any]) -> Iterator[str]:
    """Yield the exercises in which a right answer loses points."""
    for exercise in result.exercises:
        if is_short(exercise):
            message = first_message(exercise, report)
            yield f"{name}: {exercise.exercise} loses points: {message}"


def check_all(
    hidden: Checker,
    visible: Checker,
    variants: list[Variant],
    *,
    jobs: int,
    progress: Callable[[int, int], None],
    only: str = "",
) -> Findings:
    """Check everything, or one topic's or exercise's variants.

    Calls `progress(done, total)` after each step.
    """
    found = Findings()
    syllabus = hidden.syllabus
    found.problems += check_counts(
        syllabus, hidden.pool.manifest, visible.pool.manifest, variants, only
    )
    texts = {topic: source.decode() for topic, source in hidden.solutions.items()}
    found.problems += check_independence(syllabus, texts, variants)
    right = [v for v in variants if v.right]
    tasks: list[Callable[[], Iterator[str]]] = [
        hidden.check_stubs,
        visible.check_stubs,
        hidden.check_solutions,
        visible.check_solutions,
        *(lambda v=v: hidden.check_variant(v) for v in variants),
        *(lambda v=v: visible.check_variant(v) for v in right),
    ]

    def run(task: Callable[[], Iterator[str]]) -> list[str]:
        try:
            return list(task())
        except (KitFaultError, JudgeError) as error:
            return [str(error)]

    with ThreadPoolExecutor(jobs) as threads:
        for done, problems in enumerate(threads.map(run, tasks), 1):
            found.problems += problems
            progress(done, len(tasks))
    found.counts = Counter(
        exercises=len(syllabus.exercises),
        hidden_tests=len(hidden.pool.manifest.checks),
        visible_tests=len(visible.pool.manifest.checks),
        right_variants=len(right),
        wrong_variants=len(variants) - len(right),
    )
    return found
