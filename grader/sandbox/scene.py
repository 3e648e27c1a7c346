"""Play one scenario beside a student's module; say what came out as plain data.

A worker plays so in a sandbox, and `make test` in the student's own process, on any
system.
"""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from grader import NotStarted
from grader.sandbox import laws, own_line

MAX_MESSAGE = 2_000  # characters of an exception's text


def keep_silent(_error: BaseException) -> None:
    """Show nobody the traceback of an error."""


tell: Callable[[BaseException], None] = keep_silent
"""What is done with an error before it is described."""


def play(
    topic: str, scenario: Callable[..., Any], args: tuple[Any, ...], folder: Path
) -> dict[str, Any]:
    """Return the value of a scenario beside a topic's module, or its error.

    Where the code has changed what holds for the whole process, `broken` names it.
    """
    try:
        module = importlib.import_module(topic)
    except BaseException as error:
        return {"error": describe(error, folder)}
    own_line.use_folder(folder)
    before = laws.look()
    answer: dict[str, Any]
    try:
        answer = {"value": scenario(module, *args)}
    except BaseException as error:
        answer = {"error": describe(error, folder)}
    if broken := laws.broken(before):
        answer["broken"] = broken
    return answer


def describe(error: BaseException, folder: Path) -> dict[str, Any]:
    """Return `error` as plain data: its classes, its text and the student's line."""
    tell(error)
    try:
        text = str(error.msg if isinstance(error, SyntaxError) else error)
    except BaseException:
        text = ""
    return {
        "not_started": isinstance(error, NotStarted),
        "types": [kind.__name__ for kind in type(error).__mro__][:20],
        "message": text[:MAX_MESSAGE],
        "where": own_line.find_line(error, folder),
    }
