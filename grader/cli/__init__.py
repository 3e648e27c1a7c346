"""The command `grader`: each module holds a few of its verbs."""

import sys

OLDEST = (3, 11)
OF_UNIX = ("fcntl", "pwd", "resource", "termios")
"""Modules that Windows lacks."""


def main() -> None:
    """Run the command, once this Python is known to be fit for it."""
    if sys.version_info < OLDEST:
        needed = ".".join(map(str, OLDEST))
        give_up(f"Python {needed} or later is needed: make PYTHON=python{needed}")
    try:
        from grader.cli.main import run

        run()
    except ModuleNotFoundError as error:
        if not error.name or error.name.startswith("grader"):
            raise
        if error.name in OF_UNIX:
            give_up("This verb works on Linux and macOS alone; on Windows, use WSL.")
        give_up(f"{error.name} is not installed there: remove .venv, then make test")


def give_up(problem: str) -> None:
    """Say what is wrong with this Python; exit with status 2."""
    version = ".".join(map(str, sys.version_info[:2]))
    print(f"error: this is Python {version} in {sys.prefix}.", file=sys.stderr)
    print(problem, file=sys.stderr)
    sys.exit(2)
