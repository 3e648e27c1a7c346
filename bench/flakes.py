"""Grade the kit's own answers again and again, each time with other random inputs.

    python -m bench.flakes [--seeds 50] [--variants] [--only …]

A test that judges rightly judges every draw of its sizes, values and seeds alike.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Annotated

import typer

from grader.check_kit import Checker, read_variants
from grader.check_kit.variants import Variant
from grader.class_run.pool import JudgePool
from grader.cli.screen import print_plain, progress_bar
from grader.layout import KIT
from grader.sandbox.isolation import choose_level
from grader.sandbox.limits import Limits
from grader.syllabus import read_syllabus


def main(
    seeds: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    variants: Annotated[
        bool, typer.Option(help="Right and wrong answers too, not only the solutions.")
    ] = False,
    only: Annotated[str, typer.Option(help="Variants of a topic or exercise.")] = "",
    jobs: Annotated[int | None, typer.Option(min=1, help="Judges.")] = None,
    seed: Annotated[str, typer.Option(help="Repeat a run with its seed.")] = "",
) -> None:
    """Print each answer that some seed judges wrongly; exit 1 if there is one."""
    syllabus = read_syllabus(KIT.registry)
    jobs, seed = jobs or os.cpu_count() or 1, seed or secrets.token_hex(8)
    level = choose_level([KIT.solutions, KIT.hidden_tests], unsandboxed=True)
    answers: list[Variant | None] = [None]
    if variants:
        answers += [
            v
            for v in read_variants(KIT.variants, syllabus)
            if only in ("", v.exercise.topic, v.exercise.id)
        ]
    with JudgePool(level, jobs, Limits(), KIT.hidden_tests) as pool:
        checkers = [
            Checker(KIT, syllabus, pool, f"{seed}-{i}") for i in range(1, seeds + 1)
        ]
        tasks = [(checker, answer) for checker in checkers for answer in answers]
        failures = 0
        with progress_bar("Runs") as bar, ThreadPoolExecutor(jobs) as threads:
            runs = threads.map(lambda task: list(judge(*task)), tasks)
            for problems in bar.track(runs, total=len(tasks)):
                failures += len(problems)
                for problem in problems:
                    print_plain(problem, style="red")
    print_plain(
        f"{failures} failures in {len(tasks)} runs of {len(pool.manifest.checks)} "
        f"tests, {seeds} seeds ({seed}-1 to -{seeds}, {level})"
    )
    raise typer.Exit(1 if failures else 0)


def judge(checker: Checker, answer: Variant | None) -> Iterator[str]:
    """Yield what is wrong about the verdict on one answer, with its seed."""
    if answer:
        problems = checker.check_variant(answer)
    else:
        problems = checker.check_solutions(checker.syllabus.exercises)
    yield from (f"--seed {checker.seed}: {problem}" for problem in problems)


if __name__ == "__main__":
    typer.run(main)
