"""Put the verbs together and run them."""

from __future__ import annotations

import sys

import typer

from grader.box.isolation import NoIsolationError
from grader.box.limits import LimitError
from grader.check_kit import VariantError
from grader.class_run.executors import ClusterError
from grader.class_run.output import OutputError
from grader.class_run.shards import ShardError
from grader.cli import doctor, grade, kit, merge, student, verify
from grader.cli.screen import print_error
from grader.handout import HandoutError
from grader.intake import HandinError, IntakeError
from grader.judge import JudgeError
from grader.merge import MergeError
from grader.scoring import KitFaultError
from grader.stubs import StubError
from grader.syllabus import SyllabusError
from grader.verify import VerifyError

KNOWN_ERRORS = (
    ClusterError,
    HandinError,
    HandoutError,
    IntakeError,
    JudgeError,
    KitFaultError,
    LimitError,
    MergeError,
    NoIsolationError,
    OutputError,
    ShardError,
    StubError,
    SyllabusError,
    VariantError,
    VerifyError,
)

app = typer.Typer(
    help="Exercises for the chapter Deep Learning Computation, and their grader.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
app.command("grade")(grade.grade)
app.command("grade-one")(grade.grade_one)
app.command("merge")(merge.merge)
app.command("verify")(verify.verify)
app.command("doctor")(doctor.doctor)
app.command("test")(student.check)
app.command("stubs")(kit.stubs)
app.command("check-kit")(kit.check_kit)
app.command("handout")(kit.handout)


def main() -> None:
    """Run the command; a known error is one message and exit status 2."""
    try:
        app()
    except KNOWN_ERRORS as error:
        print_error(str(error))
        sys.exit(2)
    except KeyboardInterrupt:
        print_error("interrupted")
        sys.exit(130)


if __name__ == "__main__":
    main()
