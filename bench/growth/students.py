"""Make a class of any size from the solutions and the variants; no two are alike.

    python -m bench.growth.students FOLDER COUNT ONLY

Prints, as JSON, the exercises that each student answers wrongly.
"""

from __future__ import annotations

import json
import random
import sys
from pathlib import Path

from grader.check_kit import read_variants
from grader.check_kit.independence import top_level_names
from grader.check_kit.variants import Variant
from grader.layout import KIT
from grader.syllabus import read_syllabus

PER_TOPIC = 3
"""Variants that stand after the solutions of a topic, at most."""


def main(folder: Path, count: int, only: str) -> None:
    """Write a folder per student."""
    syllabus = read_syllabus(KIT.registry)
    variants = read_variants(KIT.variants, syllabus)
    rng = random.Random(0)
    wrong: dict[str, list[str]] = {}
    for i in range(count):
        student = f"student-{i:04}"
        wrong[student] = []
        (folder / student).mkdir(parents=True)
        for topic in syllabus.only(only).topic_ids:
            chosen = choose([v for v in variants if v.exercise.topic == topic], rng)
            wrong[student] += [v.exercise.id for v in chosen if not v.right]
            solution = (KIT.solutions / f"{topic}.py").read_text(encoding="utf-8")
            text = "\n\n".join([solution, *(v.source for v in chosen), f"# {student}"])
            (folder / student / f"{topic}.py").write_text(text, encoding="utf-8")
    print(json.dumps(wrong))


def choose(variants: list[Variant], rng: random.Random) -> list[Variant]:
    """Return a few variants of a topic that do not get in each other's way."""
    chosen: list[Variant] = []
    taken: set[str] = set()
    for variant in rng.sample(variants, rng.randint(0, PER_TOPIC)):
        mine = {variant.exercise.id, *top_level_names(variant.source)}
        if not mine & taken:
            chosen.append(variant)
            taken |= mine
    return chosen


main(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3])
