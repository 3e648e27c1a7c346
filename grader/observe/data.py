"""Check observed data against the type that a scenario promises.

The return annotation of a scenario says what the test may rely on, so a test body never
meets a value of an unexpected type, however odd the submission.
"""

from __future__ import annotations

import types
import typing
from collections.abc import Callable
from functools import reduce
from typing import Any

from torch import Tensor

from grader.observe.causes import NO_RETURN
from grader.observe.describe import describe
from grader.observe.finding import Finding
from grader.words import Text, Words, as_text, say


def check_form(value: Any, scenario: Callable[..., Any]) -> None:
    """Compare `value` with the scenario's return annotation.

    Raises:
        Finding: the value is of another form.
        TypeError: the scenario has no return annotation.
    """
    hints = typing.get_type_hints(scenario)
    if "return" not in hints:
        raise TypeError(f"scenario {scenario.__name__} has no return annotation")
    unlike = find_unlike(value, hints["return"])
    if unlike is not None:
        got, form = unlike
        raise Finding(
            "The result is not of the expected kind.",
            expected=name_of(form),
            got=describe(got),
            cause=NO_RETURN if got is None else None,
        )


def find_unlike(value: Any, form: Any) -> tuple[Any, Any] | None:
    """Return the first part of `value` that is not of its form, with that form."""
    if form is Any:
        return None
    origin, args = typing.get_origin(form), typing.get_args(form)
    if origin in (typing.Union, types.UnionType):
        fits = any(find_unlike(value, option) is None for option in args)
        return None if fits else (value, form)
    kind: Any = (
        Tensor if form is Tensor else type(None) if form is None else origin or form
    )
    if not (type(value) is kind or (kind is float and type(value) is int)):
        return value, form
    parts: list[tuple[Any, Any]] = []
    if kind is list and args:
        parts = [(item, args[0]) for item in value]
    elif kind is dict and args:
        parts = [
            pair for k, v in value.items() for pair in ((k, args[0]), (v, args[1]))
        ]
    elif kind is tuple and args and args[-1] is Ellipsis:
        parts = [(item, args[0]) for item in value]
    elif kind is tuple and args:
        if len(value) != len(args):
            return value, form
        parts = list(zip(value, args, strict=True))
    return next((bad for part in parts if (bad := find_unlike(*part))), None)


def name_of(form: Any) -> Words:
    """Return a form in a learner's words."""
    if form is Tensor:
        return "a tensor"
    if form is type(None):
        return "None"
    args = typing.get_args(form)
    parts = [as_text(name_of(arg)) for arg in args if arg is not Ellipsis]
    if typing.get_origin(form) in (typing.Union, types.UnionType):
        return reduce(either, parts)
    if typing.get_origin(form) is list and args:
        return say("a list, each of it {part}", part=parts[0])
    if typing.get_origin(form) is dict and args:
        return say("a dict, each value {part}", part=parts[1])
    if typing.get_origin(form) is tuple and args:
        if args[-1] is Ellipsis:
            return say("a tuple, each of it {part}", part=parts[0])
        holes = ", ".join(f"{{_{i}}}" for i in range(len(parts)))
        return say(f"({holes})", **{f"_{i}": part for i, part in enumerate(parts)})
    names = {"str": "a text", "int": "an int", "float": "a float", "bool": "a bool"}
    return names.get(getattr(form, "__name__", ""), str(form))


def either(one: Text, other: Text) -> Text:
    """Return one form or the other, in words."""
    return say("{one} or {other}", one=one, other=other)
