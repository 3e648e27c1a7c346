"""Submissions that are alike beyond what everybody was given: a hint, never a grade."""

from grader.errors import GraderError


class SimilarityError(GraderError):
    """Works cannot be compared or shown; the message names the next step."""
