"""What of an earlier report still holds, topic by topic.

The verdict on a topic depends on the environment, the seed, the topic's tests and
registry entry, and the sources that its worker imports. If all of these are what they
were, its tests need not be run again.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from typing import Any

from grader.scoring.manifest import Manifest
from grader.scoring.report import Report, with_tests, with_unpassed
from grader.scoring.submission import Submission
from grader.syllabus import Syllabus

OF_A_RUN = {"suite", "submission", "exercises", "topics"}
"""Entries of a report's environment that do not decide on a topic."""


def topic_keys(submission: Submission, manifest: Manifest) -> dict[str, str]:
    """Return, for each topic with tests, a hash of tests and sources."""
    return {
        topic: digest(f"{suite} {submission.digest_of(topic)}")
        for topic, suite in manifest.topics.items()
    }


def digest(text: str) -> str:
    """Return a hash of a text."""
    return hashlib.sha256(text.encode()).hexdigest()


def topics_that_hold(
    old: Report,
    environment: Mapping[str, Any],
    keys: Mapping[str, str],
    syllabus: Syllabus,
) -> frozenset[str]:
    """Return the topics whose tests in an earlier report need not be run again.

    Args:
        old: the earlier report.
        environment: what the reports of this run have in common, and the seed.
        keys: of the topics as they are now.
        syllabus: the exercises to grade.
    """
    if deciding(old["environment"]) != deciding(environment):
        return frozenset()
    then = old["environment"]
    return frozenset(
        topic.id
        for topic in syllabus.topics
        if then["topics"].get(topic.id) == keys.get(topic.id)
        and {e.id for e in topic.exercises} <= set(then["exercises"])
    )


def deciding(environment: Mapping[str, Any]) -> dict[str, Any]:
    """Return the entries that decide on every topic."""
    return {k: v for k, v in environment.items() if k not in OF_A_RUN}


def merge(
    old: Report,
    new: Report,
    held: Collection[str],
    manifest: Manifest,
) -> Report:
    """Return a new report with the tests that still hold from an earlier one."""
    of_topic = {c.nodeid: c.exercise.partition(".")[0] for c in manifest.checks}
    kept = [t for t in old["tests"] if of_topic.get(t["nodeid"]) in held]
    tests = [*kept, *new["tests"]]
    then = old["environment"]
    exercises = {e for e in then["exercises"] if e.partition(".")[0] in held}
    topics = {topic: key for topic, key in then["topics"].items() if topic in held}
    environment = new["environment"]
    merged = with_tests(new, tests)
    merged["environment"] = {
        **environment,
        "exercises": sorted(exercises | set(environment["exercises"])),
        "topics": {**environment["topics"], **topics},
    }
    lost = {n: o for n, o in old["unpassed"].items() if of_topic.get(n) in held}
    return with_unpassed(merged, lost | new["unpassed"])
