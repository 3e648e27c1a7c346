"""Reports of pytest-json-report, typed: taken apart and put together."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NotRequired, TypedDict, cast

from grader.scoring.message import Message
from grader.scoring.outcome import Outcome

OUTCOME, MESSAGE = "outcome", "message"
"""What the kit adds to a test of the report, among pytest's user properties."""


class Stage(TypedDict):
    """Setup, call or teardown of a test."""

    duration: float
    outcome: str
    longrepr: NotRequired[str]


class TestEntry(TypedDict):
    """One test of a report."""

    nodeid: str
    outcome: str
    """As pytest counts it: passed, failed, skipped, error."""
    user_properties: NotRequired[list[dict[str, Any]]]
    setup: NotRequired[Stage]
    call: NotRequired[Stage]
    teardown: NotRequired[Stage]


class Report(TypedDict):
    """What pytest-json-report writes, with the kit's entries in its environment."""

    created: NotRequired[float]
    duration: float
    exitcode: int
    root: NotRequired[str]
    environment: dict[str, Any]
    summary: dict[str, int]
    tests: list[TestEntry]
    unpassed: NotRequired[dict[str, str]]
    """Outcomes of the tests that were not passed; where it stands, others were."""


def with_tests(report: Report, tests: Sequence[TestEntry]) -> Report:
    """Return a report with other tests, and what follows from them."""
    outcomes = Counter(test["outcome"] for test in tests)
    made = {
        **report,
        "exitcode": int("failed" in outcomes),
        "summary": {**outcomes, "total": len(tests), "collected": len(tests)},
        "tests": tests,
    }
    return cast(Report, made)


def joined(parts: Sequence[Report]) -> Report:
    """Return one report of what was judged of a submission in parts."""
    if len(parts) == 1:
        return parts[0]
    made = with_tests(parts[0], [test for part in parts for test in part["tests"]])
    made["duration"] = sum(part["duration"] for part in parts)
    exercises = {e for part in parts for e in part["environment"]["exercises"]}
    made["environment"] = {**made["environment"], "exercises": sorted(exercises)}
    return made


def with_unpassed(report: Report, unpassed: Mapping[str, str]) -> Report:
    """Return a report with the outcomes of the tests that were not passed.

    The tests come behind them, so that who needs outcomes alone need not read them.
    """
    rest = {name: value for name, value in report.items() if name != "tests"}
    made = {**rest, "unpassed": dict(unpassed), "tests": report["tests"]}
    return cast(Report, made)


def noted(test: TestEntry, name: str) -> Any:
    """Return what the kit noted last of a test under a name; None if nothing."""
    properties = test.get("user_properties", [])
    return next((p[name] for p in reversed(properties) if name in p), None)


def outcome_of(test: TestEntry) -> Outcome:
    """Return what became of one test of a report."""
    name = noted(test, OUTCOME)
    outcome = Outcome(name) if name else Outcome.KIT_ERROR
    if (outcome is Outcome.PASSED) != (test["outcome"] == "passed"):
        return Outcome.KIT_ERROR
    return outcome


def message_of(test: TestEntry) -> Message | None:
    """Return what a test says; None if it passed, was skipped, or failed to run."""
    data = noted(test, MESSAGE)
    return None if data is None else Message.from_data(data)


def messages_of(report: Report) -> dict[str, Message]:
    """Return the message of each test that has one, by node id."""
    said = ((test["nodeid"], message_of(test)) for test in report["tests"])
    return {nodeid: message for nodeid, message in said if message is not None}


def first_message(
    nodeids: Iterable[str], messages: Mapping[str, Message]
) -> Message | None:
    """Return what the first test that says something says; None if none does."""
    return next((messages[n] for n in nodeids if n in messages), None)


def text_of(test: TestEntry) -> str:
    """Return what a test says as it reads, a traceback if it failed to run."""
    message = message_of(test)
    return traceback_of(test) if message is None else message.render()


def traceback_of(test: TestEntry) -> str:
    """Return the text of a test that failed to run."""
    stages = (test.get("setup"), test.get("call"), test.get("teardown"))
    texts = (stage.get("longrepr", "") for stage in stages if stage)
    return str(next(filter(None, texts), ""))
