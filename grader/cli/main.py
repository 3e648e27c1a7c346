"""Put the verbs together and run them."""

from __future__ import annotations

import sys

import typer

from grader.box.isolation import NoIsolationError
from grader.box.limits import LimitError
from grader.check_kit import VariantError
from grader.ci import CiError
from grader.class_run.output import OutputError
from grader.cli import ci, doctor, export, grade, intake, kit, similar, student, verify
from grader.cli.screen import print_error
from grader.exports.plain import ExportError
from grader.gradebook import GradebookError
from grader.handout import HandoutError
from grader.intake import HandinError, IntakeError, RosterError
from grader.judge import JudgeError
from grader.policy import CourseError
from grader.scoring import KitFaultError
from grader.similarity import SimilarityError
from grader.stubs import StubError
from grader.syllabus import SyllabusError
from grader.verify import VerifyError

KNOWN_ERRORS = (
    CiError,
    CourseError,
    ExportError,
    GradebookError,
    HandinError,
    HandoutError,
    IntakeError,
    JudgeError,
    KitFaultError,
    LimitError,
    NoIsolationError,
    OutputError,
    RosterError,
    SimilarityError,
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
app.command("intake")(intake.intake)
app.command("similar")(similar.similar)
app.command("verify")(verify.verify)
app.command("export")(export.export)
app.command("init-ci")(ci.init_ci)
app.command("doctor")(doctor.doctor)
app.command("test")(student.check)
app.command("stubs")(kit.stubs)
app.command("notebooks")(kit.notebooks)
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
