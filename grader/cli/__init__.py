"""The command `grader`: each module holds a few of its verbs."""

from grader.cli.main import main

__all__ = ["main"]
