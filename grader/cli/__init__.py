"""The command `grader`: each module holds a few of its verbs."""

import sys
from contextlib import suppress

from grader.speech import _, speak

OLDEST = (3, 11)
OF_UNIX = ("fcntl", "pwd", "resource", "termios")
"""Modules that Windows lacks."""


def main() -> None:
    """Run the command, once this Python is known to be fit for it."""
    if sys.version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        said = _("Python {version} or later is needed: make PYTHON=python{version}")
        give_up(said.format(version=needed))  # in English: it is too old for the rest
    try:
        from grader.cli.main import run

        run()
    except ModuleNotFoundError as error:
        if not error.name or error.name.startswith("grader"):
            raise
        speak_of_course()
        if error.name in OF_UNIX:
            give_up(_("This verb works on Linux and macOS alone; on Windows, use WSL."))
        said = _("{package} is not installed there: remove .venv, then make test")
        give_up(said.format(package=error.name))


def speak_of_course() -> None:
    """Speak the language of the course or of the machine, which needs no package."""
    from grader.errors import GraderError
    from grader.language import choose_language
    from grader.layout import find_course

    with suppress(GraderError):
        speak(choose_language(None, find_course()))


def give_up(problem: str) -> None:
    """Say what is wrong with this Python; exit with status 2."""
    version = ".".join(map(str, sys.version_info[:2]))
    said = _("this is Python {version} in {folder}.")
    said = said.format(version=version, folder=sys.prefix)
    print(f"{_('error')}: {said}", file=sys.stderr)
    print(problem, file=sys.stderr)
    sys.exit(2)
