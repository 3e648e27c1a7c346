"""What judges hold, each with its sandbox, forked from one suite.

    python -m bench.cold.judges COUNT

Prints, as JSON, the bytes of all processes before the first submission, at the highest
point while each judge grades one, and after that.
"""

from __future__ import annotations

import json
import sys
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing

from bench.config import full_config, solutions
from bench.measure import Samples, held_below, watched
from grader.judge import Judge, WarmSuite

LOOK_SECONDS = 0.1


def main(count: int) -> None:
    """Start judges, let all of them grade the solutions at once, and look."""
    config = full_config()
    submission, exercises = solutions(config), config.syllabus.exercises
    with ExitStack() as stack:
        suite = WarmSuite(config.level, config.limits, config.tests)
        stack.enter_context(closing(suite))
        judges = [stack.enter_context(closing(Judge(suite))) for _ in range(count)]

        def grade(judge: Judge) -> None:
            report = judge.grade(submission, "bench", exercises)
            if failed := report["summary"].get("failed"):
                sys.exit(f"{failed} tests fail on the solutions")

        fresh = held_below()
        samples: Samples = []
        with (
            watched(samples, LOOK_SECONDS, held_below),
            ThreadPoolExecutor(count) as threads,
        ):
            list(threads.map(grade, judges))
        work = max(held for _, held in samples)
        print(json.dumps({"fresh": fresh, "work": work, "idle": held_below()}))


main(int(sys.argv[1]))
