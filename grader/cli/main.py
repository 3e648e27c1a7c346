"""Put the verbs together and run the one that is asked for."""

from __future__ import annotations

import gettext
import importlib
import os
import sys
from collections.abc import Sequence
from inspect import cleandoc
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup

from grader.cli.screen import print_error
from grader.errors import GraderError
from grader.language import VARIABLE as LANGUAGE
from grader.language import choose_language
from grader.layout import VARIABLE, find_course, use_course
from grader.speech import COMMAND, FOLDER, _, speak
from grader.syllabus import read_syllabus

PANELS = "For students", "For instructors", "For authors"
STUDENTS, INSTRUCTORS, AUTHORS = PANELS

VERBS = {
    "watch": ("watch.watch", STUDENTS),
    "test": ("student.check", STUDENTS),
    "next": ("student.next_exercise", STUDENTS),
    "progress": ("student.progress", STUDENTS),
    "list": ("student.list_exercises", STUDENTS),
    "hint": ("lesson.hint", STUDENTS),
    "debug": ("debug.debug", STUDENTS),
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
    "explain": ("explain.explain", INSTRUCTORS),
    "feedback": ("feedback.feedback", INSTRUCTORS),
    "override": ("override.override", INSTRUCTORS),
    "export": ("export.export", INSTRUCTORS),
    "init-ci": ("ci.init_ci", INSTRUCTORS),
    "handout": ("kit.handout", INSTRUCTORS),
    "notebooks": ("kit.notebooks", INSTRUCTORS),
    "new-course": ("author.new_course", AUTHORS),
    "new-exercise": ("author.new_exercise", AUTHORS),
    "stubs": ("kit.stubs", AUTHORS),
    "check-kit": ("kit.check_kit", AUTHORS),
    "messages": ("messages.messages", AUTHORS),
}
"""Where each verb is, and who needs it."""


class Verbs(TyperGroup):
    """The command; its help begins with the course."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Name the course, which is known once the options before it are read."""
        take(ctx.params.get("kit"), ctx.params.get("language"))
        course = read_syllabus(find_course().registry).course
        for verb in self.commands.values():
            translate_help(verb)
        translate_help(self, ctx)
        said = _("{course}: exercises, and their grader.")
        self.help = said.format(course=_(course.title))
        super().format_help(ctx, formatter)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line on how the command is used."""
        write_usage(self, ctx, formatter)


class Verb(TyperCommand):
    """A verb; its help is in the language that is spoken."""

    def format_help(self, ctx: Any, formatter: Any) -> None:
        """Translate what stands in the code in English."""
        translate_help(self, ctx)
        super().format_help(ctx, formatter)

    def format_usage(self, ctx: Any, formatter: Any) -> None:
        """Write the line on how the verb is used."""
        write_usage(self, ctx, formatter)


def write_usage(command: Any, ctx: Any, formatter: Any) -> None:
    """Write how a command is used, which typer says in English alone."""
    words = " ".join(command.collect_usage_pieces(ctx))
    formatter.write_usage(ctx.command_path, words, prefix=_("Usage: "))


def translate_help(command: Any, ctx: Any = None) -> None:
    """Put a command's help, and that of its parameters, into the language spoken."""
    command.help = _(cleandoc(command.help or ""))
    command.rich_help_panel = _(command.rich_help_panel or "") or None
    for parameter in command.params:
        for name in ("help", "show_default"):
            if isinstance(text := getattr(parameter, name, None), str):
                setattr(parameter, name, with_facts(_(text)))
    if ctx is not None:
        command.get_help_option(ctx).help = _("Show this message and exit.")


def with_facts(text: str) -> str:
    """Return help with what it lists in the place of `{formats}` and the like."""
    if "{" not in text:
        return text
    from grader.cli.options import FACTS

    return text.format_map(FACTS)


def choose_course(
    kit: Annotated[
        Path | None,
        typer.Option(
            help="The course's folder.",
            envvar=VARIABLE,
            show_default="the one you stand in, else the kit's own",
            is_eager=True,
        ),
    ] = None,
    language: Annotated[
        str | None,
        typer.Option(
            help="What is spoken, as pt_BR.",
            envvar=LANGUAGE,
            show_default="that of the course, of the handout or of the machine",
            is_eager=True,
        ),
    ] = None,
) -> None:
    """Take the options that stand before the verb."""
    take(kit, language)


def take(kit: Path | str | None, language: str | None) -> None:
    """Take the course, and speak as asked or as it says; click and typer, too."""
    if kit is not None:
        use_course(Path(kit))
    speech = choose_language(language, find_course())
    speak(speech)
    os.environ["LANGUAGE"] = speech.language
    gettext.bindtextdomain(COMMAND, str(FOLDER))
    gettext.textdomain(COMMAND)


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
        app.command(verb, cls=Verb, rich_help_panel=who)(function)
    return app


def run() -> None:
    """Run the command; an error of the kit's own is one message and exit status 2."""
    try:
        make_app(sys.argv[1:])()
    except KeyboardInterrupt:
        print_error(_("interrupted"))
        sys.exit(130)
    except GraderError as error:
        print_error(str(error))
        sys.exit(2)
