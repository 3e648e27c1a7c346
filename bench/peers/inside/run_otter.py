"""Grade submissions through otter's API.

python run_otter.py AUTOGRADER RESULTS FILE...
"""

import json
import sys
from pathlib import Path

from otter.api import grade_submission

autograder, results, *files = sys.argv[1:]
found = {}
for file in files:
    grades = grade_submission(file, autograder, quiet=True)
    found[Path(file).parent.name] = {
        "points": grades.total,
        "passed": [
            result.test_case.name
            for test_file in grades.results.values()
            for result in test_file.test_case_results
            if result.passed
        ],
    }
Path(results).write_text(json.dumps(found), encoding="utf-8")
