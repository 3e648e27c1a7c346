"""How a course counts points: weights, bonus, due dates, attempts; pure functions."""

from grader.policy.adjust import Adjusted, adjust
from grader.policy.course import (
    Attempts,
    CourseError,
    Policy,
    parse_policy,
    read_policy,
)

__all__ = [
    "Adjusted",
    "Attempts",
    "CourseError",
    "Policy",
    "adjust",
    "parse_policy",
    "read_policy",
]
