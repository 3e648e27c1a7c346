"""Put the verbs together and run the one that is asked for."""

from __future__ import annotations

import importlib
import sys

import typer

from grader.cli.screen import print_error

STUDENTS, INSTRUCTORS, AUTHORS = "For students", "For instructors", "For authors"

VERBS = {
    "watch": ("watch.watch", STUDENTS),
    "test": ("student.check", STUDENTS),
    "next": ("student.next_exercise", STUDENTS),
    "progress": ("student.progress", STUDENTS),
    "hint": ("lesson.hint", STUDENTS),
    "solution": ("lesson.solution", STUDENTS),
    "reset": ("work.reset", STUDENTS),
    "submit": ("work.submit", STUDENTS),
    "doctor": ("doctor.doctor", STUDENTS),
    "grade": ("grade.grade", INSTRUCTORS),
    "grade-one": ("grade.grade_one", INSTRUCTORS),
    "intake": ("intake.intake", INSTRUCTORS),
    "similar": ("similar.similar", INSTRUCTORS),
    "merge": ("merge.merge", INSTRUCTORS),
    "verify": ("verify.verify", INSTRUCTORS),
    "export": ("export.export", INSTRUCTORS),
    "init-ci": ("ci.init_ci", INSTRUCTORS),
    "handout": ("kit.handout", INSTRUCTORS),
    "notebooks": ("kit.notebooks", INSTRUCTORS),
    "stubs": ("kit.stubs", AUTHORS),
    "check-kit": ("kit.check_kit", AUTHORS),
}
"""Where each verb is, and who needs it."""

KNOWN_ERRORS = {
    "grader.sandbox.isolation.NoIsolationError",
    "grader.sandbox.limits.LimitError",
    "grader.check_kit.variants.VariantError",
    "grader.release.ci.CiError",
    "grader.class_run.executors.ClusterError",
    "grader.results.output.OutputError",
    "grader.class_run.shards.ShardError",
    "grader.student.StudentError",
    "grader.exports.plain.ExportError",
    "grader.nbgrader.cell_grades.GradebookError",
    "grader.release.handout.HandoutError",
    "grader.intake.candidate.SubmissionError",
    "grader.intake.find.IntakeError",
    "grader.intake.roster.RosterError",
    "grader.judge.process.JudgeError",
    "grader.audit.merge.MergeError",
    "grader.policy.course.CourseError",
    "grader.scoring.score.KitFaultError",
    "grader.similarity.SimilarityError",
    "grader.stubs.module.StubError",
    "grader.syllabus.SyllabusError",
    "grader.audit.verify.VerifyError",
}
"""Errors whose message says it all; by name, so that none has to be loaded."""


def make_app(asked: str) -> typer.Typer:
    """Return the command with the verb that is asked for; with all, if it is none.

    What one verb needs is not loaded for another: torch alone takes a second.
    """
    app = typer.Typer(
        help="Exercises for the chapter Deep Learning Computation, and their grader.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        callback=lambda: None,
    )
    for verb in [asked] if asked in VERBS else VERBS:
        address, who = VERBS[verb]
        module, _, name = address.partition(".")
        function = getattr(importlib.import_module(f"grader.cli.{module}"), name)
        app.command(verb, rich_help_panel=who)(function)
    return app


def is_known(error: BaseException) -> bool:
    """Say whether an error's message says what to do."""
    kinds = {f"{kind.__module__}.{kind.__qualname__}" for kind in type(error).__mro__}
    return not kinds.isdisjoint(KNOWN_ERRORS)


def run() -> None:
    """Run the command; a known error is one message and exit status 2."""
    try:
        make_app(sys.argv[1] if len(sys.argv) > 1 else "")()
    except KeyboardInterrupt:
        print_error("interrupted")
        sys.exit(130)
    except Exception as error:
        if not is_known(error):
            raise
        print_error(str(error))
        sys.exit(2)
