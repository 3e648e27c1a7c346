"""The findings that need no expectation: code that raises, hangs, dies or lies."""

from __future__ import annotations

import signal
from collections.abc import Mapping
from typing import Any

from grader.observe.causes import likely_cause
from grader.observe.describe import describe
from grader.observe.finding import Finding, Raised
from grader.scoring.outcome import Outcome
from grader.words import Text, Words, as_text, say

LAWS = {
    "default_dtype": "the default dtype",
    "default_device": "the default device",
    "grad_mode": "whether gradients are recorded",
    "seed": "the seed of torch's random numbers",
    "num_threads": "the number of threads",
    "autocast": "whether autocast is on",
    "deterministic": "whether torch is deterministic",
    "anomaly": "whether anomalies are looked for",
    "module_hooks": "the hooks of all modules",
    "cwd": "the working directory",
    "environ": "environment variables",
    "warnings": "the filters of warnings",
    "threads": "running threads",
    "open_files": "open files",
}
"""What no call may change, by the name that a worker gives it."""


def finding_for(raised: Raised, causes: Mapping[str, Words] | None = None) -> Finding:
    """Return the verdict on code that raises where a result is asked for."""
    if raised.not_started:
        return Finding("Not started.", outcome=Outcome.NOT_STARTED)
    return Finding(
        say("The code raises {error}.", error=raised.types[0]),
        expected="a result",
        got=str(raised),
        at=raised.line,
        cause=likely_cause(raised, causes),
    )


def import_finding(topic: str, raised: Raised) -> Finding:
    """Return the verdict on a module that cannot be imported."""
    return Finding(
        say("{file} cannot be imported.", file=f"{topic}.py"),
        outcome=Outcome.NO_IMPORT,
        got=str(raised),
        at=raised.line,
        cause=likely_cause(raised),
    )


def missing_finding(reason: Words) -> Finding:
    """Return the verdict on a topic without a readable file."""
    return Finding(reason, outcome=Outcome.NO_IMPORT)


def time_up(seconds: float, activity: Words = "The test") -> Finding:
    """Return the verdict on code that does not end."""
    return Finding(
        say(
            "{activity} is stopped: it did not end within {seconds:g} seconds.",
            activity=as_text(activity),
            seconds=seconds,
        ),
        outcome=Outcome.TIMED_OUT,
        expected=say("an end within {seconds:g} seconds", seconds=seconds),
        got="no end",
        cause="a loop whose condition never becomes false",
    )


def no_time_left(seconds: float) -> Finding:
    """Return the verdict on a test that the submission left no time for."""
    return Finding(
        say(
            "Not run: the {seconds:g} seconds of the whole topic are used up.",
            seconds=seconds,
        ),
        outcome=Outcome.TIMED_OUT,
        cause="earlier tests that were stopped for taking too long",
    )


def killed(
    activity: Words, *, exit_status: int | None, signal_number: int | None, memory: bool
) -> Finding:
    """Return the verdict on a process that ended before it answered."""
    got: Words
    if memory:
        got, cause = "more memory than a submission may use", "tensors far too large"
    elif signal_number is not None:
        name = signal.Signals(signal_number).name
        got, cause = say("ended by {signal}", signal=name), None
    elif exit_status is not None:
        got = say("ended with status {status}", status=exit_status)
        cause = "a call of exit(), quit() or os._exit()"
    else:
        got, cause = "the connection was closed", None
    return Finding(
        say("{activity} ended the whole process.", activity=as_text(activity)),
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


def broken_law(name: str) -> Finding:
    """Return the verdict on code that changes what holds for the whole process."""
    return Finding(
        "The code changes something for the whole program.",
        expected="everything outside the exercise as it was before",
        got=say("a change of {what}", what=Text(LAWS.get(name, "something else"))),
        cause="a setting is not put back, also when an exception is raised",
    )


def unforeseen(value: Any) -> Finding:
    """Return the verdict on an answer that the test cannot even compare."""
    return Finding(
        "The result is not of the expected form.",
        expected="a result as the statement describes it",
        got=describe(value),
        cause="another number of parts, another length or another shape",
    )
