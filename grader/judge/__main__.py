"""The judge's process.

python -m grader.judge CONTROL_FD LEVEL LIMITS COURSE TESTS
"""

import json
import os
import sys
import warnings
from multiprocessing.connection import Connection
from pathlib import Path

from grader import gpu
from grader.judge.messages import Fault
from grader.judge.options import options
from grader.layout import Layout
from grader.sandbox.isolation import Level
from grader.sandbox.launch import Sandbox
from grader.sandbox.limits import Limits
from grader.words import say

PLUGINS = ("pytest_metadata.plugin", "pytest_jsonreport.plugin")


def main() -> int:
    """Start a sandbox, then pytest around it."""
    control, level, limits, root_of_course, tests = sys.argv[1:]
    course = Layout(Path(root_of_course))
    owner = Connection(int(control))
    warnings.simplefilter("ignore")
    has_gpu = gpu.is_needed(Path(tests).rglob("*.py"))
    sandbox = Sandbox(Level(level), Limits(**json.loads(limits)), gpu=has_gpu)
    os.environ["CUDA_VISIBLE_DEVICES"] = ""  # what is expected comes from the CPU
    arguments = [
        *options(course, Path(tests), *PLUGINS),
        *("--json-report-omit", "collectors", "keywords", "log", "streams", "warnings"),
        *("--json-report", "--json-report-file=none"),
        tests,
    ]
    try:
        # What these import takes as long as the start of the sandbox: at the same time.
        import pytest  # noqa: PLC0415

        from grader.judge.session import JudgeSession  # noqa: PLC0415

        status = pytest.main(arguments, plugins=[JudgeSession(owner, sandbox)])
    finally:
        sandbox.close()
    if status:
        sys.stdout.flush()
        owner.send(
            Fault(
                say(
                    "the hidden suite does not run: pytest exit status {status}",
                    status=int(status),
                )
            )
        )
    return int(status)


sys.exit(main())
