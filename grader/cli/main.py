"""Put the verbs together and run the one that is asked for."""

from __future__ import annotations

import importlib
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from grader.cli.screen import print_error
from grader.errors import GraderError
from grader.layout import VARIABLE, find_course, use_course
from grader.syllabus import read_syllabus

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
    "compare": ("compare.compare", INSTRUCTORS),
    "merge": ("merge.merge", INSTRUCTORS),
    "verify": ("verify.verify", INSTRUCTORS),
    "report": ("report.report", INSTRUCTORS),
    "override": ("override.override", INSTRUCTORS),
    "export": ("export.export", INSTRUCTORS),
    "init-ci": ("ci.init_ci", INSTRUCTORS),
    "handout": ("kit.handout", INSTRUCTORS),
    "notebooks": ("kit.notebooks", INSTRUCTORS),
    "new-course": ("author.new_course", AUTHORS),
    "new-exercise": ("author.new_exercise", AUTHORS),
    "stubs": ("kit.stubs", AUTHORS),
    "check-kit": ("kit.check_kit", AUTHORS),
}
"""Where each verb is, and who needs it."""


class Verbs(TyperGroup):
    """The command; its help begins with the course."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Name the course, which is known once the options before it are read."""
        course = read_syllabus(find_course().registry).course
        self.help = f"{course.title}: exercises, and their grader."
        super().format_help(ctx, formatter)


def choose_course(
    kit: Annotated[
        Path | None,
        typer.Option(
            help="The course's folder.",
            envvar=VARIABLE,
            show_default="the one you stand in, else the kit's own",
            is_eager=True,
            callback=lambda folder: folder and use_course(folder),
        ),
    ] = None,
) -> None:
    """Take the options that stand before the verb; `kit` has been used by then."""


def make_app(arguments: Sequence[str]) -> typer.Typer:
    """Return the command with the verbs among its arguments; with all, if none is.

    What one verb needs is not loaded for another: torch alone takes a second.
    """
    app = typer.Typer(
        cls=Verbs,
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        callback=choose_course,
    )
    verbs = [word for word in arguments if word in VERBS]
    for verb in verbs or VERBS:
        address, who = VERBS[verb]
        module, _, name = address.partition(".")
        function = getattr(importlib.import_module(f"grader.cli.{module}"), name)
        app.command(verb, rich_help_panel=who)(function)
    return app


def run() -> None:
    """Run the command; an error of the kit's own is one message and exit status 2."""
    try:
        make_app(sys.argv[1:])()
    except KeyboardInterrupt:
        print_error("interrupted")
        sys.exit(130)
    except GraderError as error:
        print_error(str(error))
        sys.exit(2)
