"""Exercises of a course, their tests, and a grader.

This file is also visible inside the sandbox, so it imports nothing.
"""

__version__ = "0.1.0"


class NotStarted(NotImplementedError):  # noqa: N818 - it reads as a state, not a fault
    """Raised by an exercise that is still as it was handed out."""
