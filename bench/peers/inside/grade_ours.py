"""Grade a class with the suite of the comparison: `grader grade` with other tests.

python -m bench.peers.inside.grade_ours FOLDER JOBS
"""

from __future__ import annotations

import sys
from pathlib import Path

from bench.setting import small_setting
from grader.class_run.run import ClassRun
from grader.exports.results import to_data
from grader.exports.table import to_csv
from grader.intake import find_submissions
from grader.results.output import OutputFolder


def main(folder: Path, jobs: int) -> None:
    """Grade `class` with `suite` and write `out`."""
    setting = small_setting(folder)
    origins = find_submissions(folder / "class").origins
    with OutputFolder(folder / "out", setting.secret).opened() as output:
        run = ClassRun(setting, output)
        results = run.grade_all(origins, jobs, lambda _: None)
        syllabus = setting.syllabus
        output.write("scores.csv", to_csv(results, syllabus))
        output.write_signed("scores.json", to_data(results, syllabus, run.environment))


main(Path(sys.argv[1]), int(sys.argv[2]))
