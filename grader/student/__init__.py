"""The student's workspace: what is done, what comes next, and checks within a blink."""

from grader.errors import GraderError


class StudentError(GraderError):
    """What a student asks for cannot be done; the message says why and what to do."""
