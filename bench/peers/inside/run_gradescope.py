"""What gradescope-utils' manual gives as `run_tests.py`.

python run_gradescope.py TESTS RESULTS
"""

import sys
import unittest
from pathlib import Path

from gradescope_utils.autograder_utils.json_test_runner import JSONTestRunner

tests, results = sys.argv[1:]
suite = unittest.defaultTestLoader.discover(tests)
with Path(results).open("w", encoding="utf-8") as stream:
    JSONTestRunner(visibility="visible", stream=stream).run(suite)
