"""Put the verbs together and run the one that is asked for."""

from __future__ import annotations

import importlib
import sys

import typer

from grader.cli.screen import print_error
from grader.errors import GraderError

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


def run() -> None:
    """Run the command; an error of the kit's own is one message and exit status 2."""
    try:
        make_app(sys.argv[1] if len(sys.argv) > 1 else "")()
    except KeyboardInterrupt:
        print_error("interrupted")
        sys.exit(130)
    except GraderError as error:
        print_error(str(error))
        sys.exit(2)
