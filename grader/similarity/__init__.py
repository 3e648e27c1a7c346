"""Submissions that are alike beyond what everybody was given: a hint, never a grade."""


class SimilarityError(Exception):
    """Works cannot be compared or shown; the message names the next step."""
