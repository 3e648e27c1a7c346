"""The findings that need no expectation: code that raises, hangs, dies or lies."""

from __future__ import annotations

import signal
from collections.abc import Mapping

from grader.observe.causes import likely_cause
from grader.observe.finding import Finding, Raised
from grader.scoring.outcome import Outcome


def finding_for(raised: Raised, causes: Mapping[str, str] | None = None) -> Finding:
    """Return the verdict on code that raises where a result is asked for."""
    if raised.not_started:
        return Finding("Not started.", outcome=Outcome.NOT_STARTED)
    return Finding(
        f"The code raises {raised.types[0]}.",
        expected="a result",
        got=str(raised),
        at=raised.place,
        cause=likely_cause(raised, causes),
    )


def import_finding(topic: str, raised: Raised) -> Finding:
    """Return the verdict on a module that cannot be imported."""
    return Finding(
        f"{topic}.py cannot be imported.",
        outcome=Outcome.NO_IMPORT,
        got=str(raised),
        at=raised.place,
        cause=likely_cause(raised),
    )


def missing_finding(reason: str) -> Finding:
    """Return the verdict on a topic without a readable file."""
    return Finding(reason, outcome=Outcome.NO_IMPORT)


def time_up(seconds: float, activity: str = "The test") -> Finding:
    """Return the verdict on code that does not end."""
    return Finding(
        f"{activity} is stopped: it did not end within {seconds:g} seconds.",
        outcome=Outcome.TIMED_OUT,
        expected=f"an end within {seconds:g} seconds",
        got="no end",
        cause="a loop whose condition never becomes false",
    )


def no_time_left(seconds: float) -> Finding:
    """Return the verdict on a test that the submission left no time for."""
    return Finding(
        f"Not run: the {seconds:g} seconds of the whole topic are used up.",
        outcome=Outcome.TIMED_OUT,
        cause="earlier tests that were stopped for taking too long",
    )


def killed(
    activity: str, *, exit_status: int | None, signal_number: int | None, memory: bool
) -> Finding:
    """Return the verdict on a process that ended before it answered."""
    if memory:
        got, cause = "more memory than a submission may use", "tensors far too large"
    elif signal_number is not None:
        got, cause = f"ended by {signal.Signals(signal_number).name}", None
    elif exit_status is not None:
        got = f"ended with status {exit_status}"
        cause = "a call of exit(), quit() or os._exit()"
    else:
        got, cause = "the connection was closed", None
    return Finding(
        f"{activity} ended the whole process.",
        outcome=Outcome.KILLED,
        expected="a result",
        got=got,
        cause=cause,
    )


def lost_sandbox() -> Finding:
    """Return the verdict on a test that broke one sandbox after the other."""
    return Finding(
        "The submission broke the sandbox that it ran in, again and again.",
        outcome=Outcome.KILLED,
        expected="a result",
        got="no answer",
        cause="a change to processes that are not its own",
    )


def broken_protocol(error: Exception) -> Finding:
    """Return the verdict on a process that sends something else than an answer."""
    return Finding(
        "The submission broke the protocol: it sent something else than its result.",
        outcome=Outcome.BROKE_PROTOCOL,
        got=str(error),
    )
