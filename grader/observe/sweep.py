"""Sweeps: an answer meets many cases in one round trip, and the reference the same.

The reference plays in this process, which is trusted. Whatever it does is right: value,
dtype, shape, class, exception, gradients, and leaving the arguments alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

import torch

from grader.observe.causes import likely_cause
from grader.observe.columns import COLUMNS, Draw
from grader.observe.compare import is_close, is_equal
from grader.observe.describe import describe, tell_apart
from grader.observe.expect import Slips, fits
from grader.observe.finding import Finding, Raised
from grader.sandbox.states import tensors_in
from grader.sandbox.trials import Make, play_cases, play_trials
from grader.scoring.message import Text, Words, render, say

Played = dict[str, Any]
Tolerance = tuple[float, float] | None
Causes = Mapping[str, Words]
Faults = tuple[str, str]
"""What is wrong always, and what is wrong in some case."""

WRONG = "{symbol} gives a wrong result.", "{symbol} gives a wrong result {when}."
OTHER_CLASS = (
    "{symbol} gives a result of another class.",
    "{symbol} gives a result of another class {when}.",
)
WRONG_GRADIENT = (
    "{symbol} gives wrong gradients.",
    "{symbol} gives wrong gradients {when}.",
)
CHANGED = "{symbol} changes an argument.", "{symbol} changes an argument {when}."
SILENT = "{symbol} does not raise.", "{symbol} does not raise {when}."
ERROR = "{symbol} raises an exception.", "{symbol} raises an exception {when}."
OTHER_ERROR = (
    "{symbol} raises another exception than it must.",
    "{symbol} raises another exception than it must {when}.",
)

CUT_OFF = "detach(), `.data`, item() or no_grad() cuts it off: no gradient arrives"

ROUNDING = {
    torch.float16: (5e-3, 5e-3),
    torch.bfloat16: (4e-2, 4e-2),
    torch.float32: (1e-4, 1e-5),
    torch.float64: (1e-9, 1e-10),
    torch.complex128: (1e-9, 1e-10),
}
"""What two right ways to compute the same may differ by: rtol and atol."""


class Sweep:
    """Plays cases on the submission and on the reference, and compares."""

    def __init__(
        self,
        symbol: str,
        observe: Callable[..., Any],
        refer: Callable[..., Any],
    ) -> None:
        """Take the exercise's name, and what plays on the submission and reference."""
        self.symbol, self.observe, self.refer = symbol, observe, refer
        self.columns: list[str] = []
        """Names of the columns of which something was compared."""

    def __call__(
        self,
        make: Make,
        *init: Any,
        inputs: Draw,
        columns: Iterable[str],
        call: Words,
        fault: Words | None = None,
        slips: Slips | None = None,
        causes: Causes | None = None,
        raises: Sequence[type[Exception]] = (),
        tolerance: Tolerance = None,
    ) -> None:
        """Expect the answer to do what the reference does in every column.

        Args:
            make: what makes the answer: `Function`, `Module`, or a scenario that
                returns what is called.
            *init: what `make` takes beside the student's module.
            inputs: gives the arguments of the call, for a shape of the leading axes.
            columns: names of the catalogue.
            call: what the student's code is asked, in a learner's words.
            fault: what is wrong in the plain case.
            slips: causes with the evidence for them, in the plain case.
            causes: what is behind an exception, by a pattern of `Class: message`.
            raises: the exceptions that the docstring promises. Where the reference
                raises another one, nothing is asked for.
            tolerance: rtol and atol; those of the dtype if left out.

        Raises:
            Finding: the answer does otherwise.
        """
        asked = [
            (n, t) for n in dict.fromkeys(columns) for t in COLUMNS[n].trials(inputs)
        ]
        trials = [trial for _, trial in asked]
        seen = self.observe(play_trials, make, init, trials, call=call)
        wanted = self.refer(play_trials, make, init, trials)
        cases = [
            (name, COLUMNS[name].when, one, other)
            for (name, _), one, other in zip(asked, seen, wanted, strict=True)
        ]
        self.compare(cases, raises, tolerance, fault, slips, causes)

    def cases(
        self,
        scenario: Callable[..., Any],
        cases: Mapping[str, tuple[Any, ...]],
        *,
        call: Words,
        fault: Words | None = None,
        slips: Slips | None = None,
        causes: Causes | None = None,
        because: Causes | None = None,
        raises: Sequence[type[Exception]] = (),
        tolerance: Tolerance = None,
    ) -> None:
        """Expect a scenario to give what it gives on the reference, case by case.

        Args:
            scenario: as `observe` takes it.
            cases: arguments by what completes the sentence "it is wrong …": "for an
                empty list", "when a layer is shared".
            call: as in a sweep over columns.
            fault: what is wrong in the first case.
            slips: causes with the evidence for them, in the first case.
            causes: as in a sweep over columns.
            because: what is behind a failure, by the case.
            raises: as in a sweep over columns.
            tolerance: as in a sweep over columns.

        Raises:
            Finding: the answer does otherwise.
        """
        args = list(cases.values())
        seen = self.observe(play_cases, scenario, args, call=call)
        wanted = self.refer(play_cases, scenario, args)
        triples = zip(cases, seen, wanted, strict=True)
        compared = [(when, when, one, other) for when, one, other in triples]
        self.compare(compared, raises, tolerance, fault, slips, causes, because)

    def compare(
        self,
        cases: Sequence[tuple[str, str, Played, Played]],
        raises: Sequence[type[Exception]],
        tolerance: Tolerance,
        fault: Words | None,
        slips: Slips | None,
        causes: Causes | None,
        because: Causes | None = None,
    ) -> None:
        """Raise the finding of the first case in which both differ.

        Raises:
            Finding: they do.
            AssertionError: the reference raises in the first case, unpromised.
        """
        promised = {kind.__name__ for kind in raises}
        first = True
        for name, when, seen, played in cases:
            wanted = played
            if "error" in wanted:
                kinds = [kind for kind in wanted["error"] if kind in promised]
                assert kinds or not first, f"the reference raises: {wanted['message']}"
                if not kinds:
                    continue
                wanted = {**wanted, "error": kinds}
            self.columns.append(name)
            said = differ(seen, wanted, tolerance)
            if said is not None:
                faults, expected, got = said
                cause: Words | None = COLUMNS[name].cause if name in COLUMNS else None
                cause = (because or {}).get(name, cause)
                if faults == WRONG_GRADIENT and got == "None":
                    cause = CUT_OFF
                if first and faults != WRONG_GRADIENT:
                    shown = seen.get("value")
                    fitting = (c for c, s in (slips or {}).items() if fits(shown, s))
                    cause = next(fitting, cause)
                if faults is ERROR and (causes or cause is None):
                    error = Raised(tuple(seen["error"]), seen["message"])
                    cause = likely_cause(error, causes) or cause
                told = fault if first and faults is not ERROR else None
                raise Finding(
                    told or self.sentence(faults, when),
                    expected=expected,
                    got=got,
                    cause=cause,
                )
            first = False

    def sentence(self, faults: Faults, when: str) -> Text:
        """Return what is wrong, and when."""
        always, then = faults
        if not when:
            return say(always, symbol=self.symbol)
        return say(then, symbol=self.symbol, when=Text(when))


def differ(
    seen: Played, wanted: Played, tolerance: Tolerance
) -> tuple[Faults, Words, Words] | None:
    """Return in what two plays differ: the faults, what was expected, what was got."""
    got: Words
    if "error" in wanted:
        kind = wanted["error"][0]
        if "error" not in seen:
            return SILENT, kind, describe(seen.get("value"))
        if kind not in seen["error"]:
            got = f"{seen['error'][0]}: {seen.get('message', '')}"
            return OTHER_ERROR, kind, got
        return kept(seen, wanted)
    if "error" in seen:
        got = f"{seen['error'][0]}: {seen.get('message', '')}"
        return ERROR, "a result", got
    one, other = seen.get("value"), wanted["value"]
    if not alike(one, other, tolerance):
        return WRONG, *tell_parts_apart(one, other, tolerance)
    if seen.get("class") != wanted.get("class"):
        names = str(wanted.get("class")), str(seen.get("class"))
        return OTHER_CLASS, *names
    loose = loosened(tolerance)
    mine, theirs = (by_shape(played.get("gradients")) for played in (seen, wanted))
    if "gradients" in wanted and not alike(mine, theirs, loose):
        return WRONG_GRADIENT, *tell_parts_apart(mine, theirs, loose)
    return kept(seen, wanted)


def tell_parts_apart(one: Any, other: Any, tolerance: Tolerance) -> tuple[Words, Words]:
    """Return how two values read; of containers of tensors, the first unlike parts."""
    pairs = parts(one, other) if any(True for _ in tensors_in(other)) else []
    for a, b in pairs:
        if not alike(a, b, tolerance):
            return tell_parts_apart(a, b, tolerance)
    expected, got = tell_apart(one, other)
    if render(expected) == render(got):
        return "the same values", "other values"
    return expected, got


def parts(one: Any, other: Any) -> list[tuple[Any, Any]]:
    """Return the parts of two containers of one form; none of anything else."""
    if type(one) is not type(other) or isinstance(other, torch.Tensor):
        return []
    if isinstance(other, dict):
        return [(one[k], other[k]) for k in other] if list(one) == list(other) else []
    return list(zip(one, other, strict=True)) if len(one) == len(other) else []


def kept(seen: Played, wanted: Played) -> tuple[Faults, Words, Words] | None:
    """Return that an argument was changed which the reference leaves alone."""
    if seen.get("kept") != wanted.get("kept"):
        return CHANGED, "the same tensor", "a changed one"
    return None


def alike(one: Any, other: Any, tolerance: Tolerance) -> bool:
    """Compare plain data by type and value, floating point tensors up to rounding."""
    if isinstance(other, torch.Tensor):
        if not isinstance(one, torch.Tensor) or one.shape != other.shape:
            return False
        if one.dtype != other.dtype:
            return False
        if not (other.is_floating_point() or other.is_complex()):
            return is_equal(one, other)
        rounding: Any = tolerance or ROUNDING.get(other.dtype, (None, None))
        return is_close(one, other, *rounding)
    if type(one) is not type(other):
        return False
    if isinstance(other, dict):
        return list(one) == list(other) and all(
            alike(one[key], other[key], tolerance) for key in other
        )
    if isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(
            alike(a, b, tolerance) for a, b in zip(one, other, strict=True)
        )
    if isinstance(other, float):
        return alike(torch.tensor(one), torch.tensor(other), tolerance)
    return is_equal(one, other)


def loosened(tolerance: Tolerance) -> Tolerance:
    """Return the tolerance of gradients, which add up more roundings than values."""
    rtol, atol = tolerance or (1e-4, 1e-4)
    return max(rtol, 1e-4), max(atol, 1e-4)


def by_shape(gradients: Any) -> Any:
    """Return gradients with those of parameters in the order of their shapes.

    It is done here, since the student's process may have another `sorted`.
    """
    match gradients:
        case [list(inputs), [*pairs]] if all(map(is_shape_with_gradient, pairs)):
            return [inputs, sorted(pairs, key=lambda pair: (pair[0], pair[1] is None))]
    return gradients


def is_shape_with_gradient(pair: Any) -> bool:
    """Say whether this is a parameter's shape, and its gradient or None."""
    match pair:
        case [tuple(shape), None | torch.Tensor()]:
            return all(type(size) is int for size in shape)
    return False
