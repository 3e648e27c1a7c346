"""Grade answers that nobody wrote a test for: how many of the wrong ones are caught?

    python -m bench.blind C parameters [--only Symbol]

A batch lies in bench/blind/<batch>/<topic>/{right,wrong}/<Symbol>/. Who sharpens a test
does not read a batch before its first grading: only that one measures. Then the slips
are mended by kind, and the answers move to tests/variants.
"""

from __future__ import annotations

import argparse
import ast
import sys
from collections import Counter
from pathlib import Path

from grader.class_run.pool import JudgePool
from grader.layout import KIT
from grader.sandbox.isolation import choose_level
from grader.sandbox.limits import Limits
from grader.scoring.report import first_message, messages_of
from grader.scoring.score import KitFaultError, score
from grader.scoring.submission import Submission
from grader.syllabus import Syllabus, read_syllabus

HERE = Path(__file__).parent


def main() -> int:
    """Grade a batch; print what was missed or refused, and the rates."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("batch", help="its folder beside this file")
    parser.add_argument("topic")
    parser.add_argument("--only", default="", help="the answers to one symbol")
    parser.add_argument("--messages", action="store_true", help="print all of them")
    asked = parser.parse_args()
    syllabus = read_syllabus(KIT.registry)
    folder = HERE / asked.batch / asked.topic
    files = [p for p in folder.rglob("*.py") if asked.only in ("", p.parent.name)]
    if not files:
        print(f"{folder} holds no such answers", file=sys.stderr)
        return 2
    level = choose_level([KIT.solutions, KIT.hidden_tests], unsandboxed=True)
    counts: Counter[str] = Counter()
    with JudgePool(level, 1, Limits(), KIT.hidden_tests) as pool:
        for path in sorted(files):
            became, said = grade(pool, syllabus, asked.topic, path)
            counts[became] += 1
            if became not in ("caught", "accepted"):
                slip = ast.get_docstring(ast.parse(path.read_text("utf-8"))) or ""
                print(f"{became}: {path.relative_to(folder)}: {slip.splitlines()[0]}")
            if asked.messages or became == "refused":
                print(f"    {said}".replace("\n", "\n    "))
    print(", ".join(f"{n} {what}" for what, n in counts.most_common()))
    return bool(counts["missed"] + counts["refused"] + counts["kit error"])


def grade(
    pool: JudgePool, syllabus: Syllabus, topic: str, path: Path
) -> tuple[str, str]:
    """Return what became of an answer, and the first message on it."""
    (exercise,) = (
        known.id
        for known in syllabus.exercises.values()
        if known.topic == topic and path.parent.name in known.symbols
    )
    source = KIT.topic_solution(topic).read_bytes() + b"\n\n" + path.read_bytes()
    try:
        report = pool.grade(Submission(path.stem, {topic: source}), "blind", {exercise})
        (made,) = score(
            path.stem, report, pool.manifest.only({exercise}), syllabus
        ).exercises
    except KitFaultError as error:
        return "kit error", str(error)
    message = first_message(made.outcomes, messages_of(report))
    full = made.points + made.open >= made.max
    right = path.parent.parent.name == "right"
    became = ("accepted" if full else "refused") if right else "missed"
    if not right and not full:
        became = "caught"
    return became, message.render() if message else ""


if __name__ == "__main__":
    sys.exit(main())
