"""What was given to students: an assignment of the course, or a part that is named."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from grader.layout import Layout
from grader.policy.course import NO_RULES, CourseError, Policy
from grader.policy.read_course import read_policy
from grader.syllabus import Syllabus


def find_rules(
    layout: Layout, registry: Syllabus, rules: Path | None, assignment: str
) -> Policy:
    """Return the course's rules, of the file named or of its own, if it has any.

    Raises:
        CourseError: they are malformed, or name assignments and none of this name.
    """
    if rules is None and not layout.rules.exists():
        return NO_RULES
    return read_policy(rules or layout.rules, registry, assignment)


def find_part(
    layout: Layout, registry: Syllabus, assignment: str, only: Sequence[str] = ()
) -> Syllabus:
    """Return what was given as an assignment, or the parts that are named of it.

    Raises:
        CourseError: the course has no assignment of this name.
        SyllabusError: there is no such part.
    """
    policy = find_rules(layout, registry, None, assignment)
    if assignment and not policy.parts:
        raise CourseError(
            "{rules} names no assignment {assignment!r}: add "
            "[assignment.{assignment}] with topics = [...]",
            rules=layout.rules,
            assignment=assignment,
        )
    return given(registry, policy).only(*only)


def given(registry: Syllabus, policy: Policy) -> Syllabus:
    """Return the part of the registry that the rules are for."""
    return registry.only(*policy.parts.get(policy.assignment, ()))
