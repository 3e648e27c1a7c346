"""Grade every mutant of the solutions: `python -m bench.mutants [--only …]`.

A mutant is killed when it loses points. One that is not is either a hole in the tests
or an equivalent: code that does what the solution does. Equivalents are listed, each
with its reason, in equivalent/<topic>.toml beside this file.
"""

from __future__ import annotations

import os
import secrets
import sys
import tomllib
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table

from grader.check_kit.checker import Checker, is_short
from grader.check_kit.independence import users_by_name
from grader.class_run.pool import JudgePool
from grader.cli.screen import out, print_plain, progress_bar
from grader.layout import KIT
from grader.sandbox.isolation import choose_level
from grader.sandbox.limits import Limits
from grader.syllabus import read_syllabus

try:
    from bench.mutants.mutate import Mutant, mutants_of
except ModuleNotFoundError as missing:
    sys.exit(
        f"{missing.name} is not installed in {sys.prefix}: "
        "python -m pip install --constraint constraints.txt --editable '.[bench]'"
    )

BAR = 0.95
EQUIVALENT = Path(__file__).with_name("equivalent")


@dataclass(frozen=True)
class Task:
    """A mutant and the exercises that its code serves."""

    topic: str
    mutant: Mutant
    exercises: frozenset[str]

    @property
    def key(self) -> tuple[str, str, str, str]:
        """Return how a list of equivalents names it."""
        return self.topic, *self.mutant.change


def read_equivalents() -> dict[tuple[str, str, str, str], str]:
    """Return the changes that change nothing, and why."""
    return {
        (path.stem, e["symbol"], e["removed"], e["added"]): e["why"]
        for path in EQUIVALENT.glob("*.toml")
        for e in tomllib.loads(path.read_text(encoding="utf-8"))["equivalent"]
    }


def main(
    only: Annotated[str, typer.Option(help="A topic, or topic.Symbol.")] = "",
    jobs: Annotated[int | None, typer.Option(min=1, help="Judges.")] = None,
    seed: Annotated[str, typer.Option(help="Repeat a run with its seed.")] = "",
) -> None:
    """Grade the mutants, print survivors and a table; exit 1 below the bar."""
    syllabus = read_syllabus(KIT.registry)
    jobs, seed = jobs or os.cpu_count() or 1, seed or secrets.token_hex(8)
    level = choose_level([KIT.solutions, KIT.hidden_tests], unsandboxed=True)
    with JudgePool(level, jobs, Limits(), KIT.hidden_tests) as pool:
        checker = Checker(KIT, syllabus, pool, seed)
        tasks = [
            Task(topic.id, mutant, frozenset(users[mutant.symbol]))
            for topic in syllabus.topics
            for source in [checker.solutions[topic.id].decode()]
            for users in [users_by_name(source, topic)]
            for mutant in mutants_of(source)
            if only in ("", topic.id) or only in users[mutant.symbol]
        ]
        with progress_bar("Mutants") as bar, ThreadPoolExecutor(jobs) as threads:
            results = threads.map(lambda task: is_killed(checker, task), tasks)
            killed = list(bar.track(results, total=len(tasks)))
    good = report(tasks, killed, only)
    print_plain(f"{len(tasks)} mutants (seed {seed}, {level})")
    raise typer.Exit(0 if good else 1)


def is_killed(checker: Checker, task: Task) -> bool:
    """Say whether a mutant loses points in an exercise that it serves."""
    sources = {task.topic: task.mutant.source.encode()}
    result, _ = checker.grade(task.mutant.symbol, sources, task.exercises)
    mine = (e for e in result.exercises if e.exercise in task.exercises)
    return any(map(is_short, mine))


def report(tasks: list[Task], killed: list[bool], only: str) -> bool:
    """Print what survives and the table; say whether every topic is above the bar."""
    equivalents = read_equivalents()
    counts: dict[str, Counter[str]] = {task.topic: Counter() for task in tasks}
    good = True
    for task, dead in zip(tasks, killed, strict=True):
        kind = "killed" if dead else "survived"
        if task.key in equivalents:
            kind = "equivalent"
            if dead:
                good = False
                print_plain(f"listed as equivalent, but killed: {task.key}", "red")
        counts[task.topic][kind] += 1
        if kind == "survived":
            place = f"solutions/{task.topic}.py:{task.mutant.line}"
            print_plain(f"{place} in {task.mutant.symbol}\n  - {task.mutant.removed}")
            print_plain(f"  + {task.mutant.added}")
    if not only:
        for key in equivalents.keys() - {task.key for task in tasks}:
            good = False
            print_plain(f"listed as equivalent, but no mutant: {key}", "red")
    table = Table("topic", "mutants", "equivalent", "killed", "survived", "rate")
    for topic, count in counts.items():
        rate = count["killed"] / max(count["killed"] + count["survived"], 1)
        good &= rate >= BAR
        kinds = (str(count[k]) for k in ("equivalent", "killed", "survived"))
        table.add_row(topic, str(count.total()), *kinds, f"{rate:.1%}")
    out.print(table)
    return good


if __name__ == "__main__":
    typer.run(main)
