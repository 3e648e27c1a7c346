"""What authors begin with: a new course, a new exercise."""

from grader.errors import GraderError


class AuthoringError(GraderError):
    """Nothing can be written there; the message names the reason and the next step."""
