"""How a course counts points: weights, bonus, due dates, attempts; pure functions."""

from grader.policy.adjust import Adjusted, adjust
from grader.policy.course import NO_RULES, Attempts, CourseError, Policy
from grader.policy.given import find_part, find_rules, given
from grader.policy.read_course import parse_policy, read_policy

__all__ = [
    "NO_RULES",
    "Adjusted",
    "Attempts",
    "CourseError",
    "Policy",
    "adjust",
    "find_part",
    "find_rules",
    "given",
    "parse_policy",
    "read_policy",
]
