"""Grade a class with the suite of the comparison: `grader grade` with other tests.

python -m bench.peers.inside.grade_ours FOLDER JOBS
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.config import small_config
from grader.class_run.run import ClassRun
from grader.exports.results import to_data
from grader.exports.table import to_csv
from grader.intake import find_submissions
from grader.results.output import OutputFolder


def main(folder: Path, jobs: int) -> None:
    """Grade `class` with `suite` and write `out`."""
    config = small_config(folder)
    origins = find_submissions(folder / "class").origins
    with OutputFolder(folder / "out", config.secret).opened() as output:
        run = ClassRun(config, output)
        results = run.grade_all(origins, jobs, lambda _: None)
        syllabus = config.syllabus
        output.write("scores.csv", to_csv(results, syllabus))
        output.write_signed("scores.json", to_data(results, syllabus, run.environment))


main(Path(sys.argv[1]), int(sys.argv[2]))
