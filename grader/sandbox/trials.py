"""Play many trials of one answer in one round trip, beside the student's code.

A trial makes the answer anew, brings it into some state, calls it, and gives back as
plain data what came of it: value or exception, gradients, and what became of the
arguments. The judge plays the same on the reference and compares.
"""

from __future__ import annotations

import zlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor, nn

from grader import NotStarted
from grader.sandbox.copies import deep_copy
from grader.sandbox.own_line import find_line
from grader.sandbox.states import (
    CASTING,
    LAYOUTS,
    MODES,
    MOMENTS,
    map_tensors,
    tensors_in,
    wave,
    weighted_sum,
)

Make = Callable[..., Any]
"""Takes the student's module and what to begin with, gives what is called."""


@dataclass(frozen=True)
class Trial:
    """One call of an answer, and in what state."""

    args: tuple[Any, ...]
    layout: str = ""
    """How tensors lie in memory, a name of `LAYOUTS`."""
    mode: str = ""
    """What holds during the call, a name of `MODES`."""
    moment: str = ""
    """What happens before the call, a name of `MOMENTS`."""
    grad: bool = False
    """Whether gradients are asked for, too."""


class Function:
    """Makes nothing: the answer is a function of the student's module."""

    def __init__(self, name: str) -> None:
        """Take the function's name."""
        self.name = name

    def __call__(self, ex: Any) -> Any:
        """Return the function."""
        return getattr(ex, self.name)


class Module:
    """Makes an `nn.Module` whose parameters hold values that only shapes decide."""

    def __init__(self, name: str, *, filled: bool = True) -> None:
        """Take the name of its class, and whether to fill its parameters."""
        self.name, self.filled = name, filled

    def __call__(self, ex: Any, *init: Any) -> Any:
        """Return a new one."""
        made = getattr(ex, self.name)(*init)
        return fill(made) if self.filled else made


def fill(module: nn.Module) -> nn.Module:
    """Give parameters values that follow from their shapes alone.

    Two answers with parameters of the same shapes then compute the same, whatever the
    names. Where two parameters have one shape, they get the same values.
    """
    with torch.no_grad():
        for parameter in module.parameters():
            parameter.copy_(wave(parameter.shape, 0.7) / max(parameter.dim(), 1))
    return module


def play_trials(
    ex: Any, make: Make, init: tuple[Any, ...], trials: list[Trial]
) -> list[dict[str, Any]]:
    """Scenario: play trials one after the other, each on an answer of its own.

    Each draws the numbers of the scenario's seed anew, as `play_cases` does.
    """
    return play_each(
        lambda trial, seed: play_trial(ex, make, init, trial, seed), trials
    )


def play_cases(
    ex: Any, scenario: Callable[..., Any], cases: list[tuple[Any, ...]]
) -> list[dict[str, Any]]:
    """Scenario: play another one with different arguments, one after the other.

    The seed is drawn for each submission, so that nobody knows by heart what comes of
    a case that draws numbers.
    """
    return play_each(lambda args, seed: play_case(ex, scenario, args, seed), cases)


def play_each(
    play: Callable[[Any, int], dict[str, Any]], several: list[Any]
) -> list[dict[str, Any]]:
    """Play several with the scenario's seed; what they draw leaves no trace.

    A seed that one of them sets stays, so that whoever looks at the laws sees it.
    """
    seed, left, found = torch.initial_seed(), set(), []
    with torch.random.fork_rng(devices=[]):
        for one in several:
            found.append(play(one, seed))
            left.add(torch.initial_seed())
    for other in left - {seed}:
        torch.default_generator.manual_seed(other)
    return found


def play_case(
    ex: Any, scenario: Callable[..., Any], args: tuple[Any, ...], seed: int
) -> dict[str, Any]:
    """Return what a scenario gives, as plain data; no case sees another's changes."""
    torch.default_generator.manual_seed(seed)
    args = deep_copy(args, {})
    try:
        return {"value": scenario(ex, *args)}
    except Exception as error:
        return raised(error)


def play_trial(
    ex: Any, make: Make, init: tuple[Any, ...], trial: Trial, seed: int
) -> dict[str, Any]:
    """Return what came of one trial, as plain data."""
    torch.default_generator.manual_seed(seed)
    args = deep_copy(trial.args, {})
    if trial.layout:
        args = map_tensors(LAYOUTS[trial.layout], args)
    leaves = [t for t in tensors_in(args) if t.is_floating_point() or t.is_complex()]
    if trial.grad:
        for leaf in leaves:
            leaf.requires_grad_()
    before = [leaf.detach().clone() for leaf in tensors_in(args)]
    try:
        with MODES[trial.mode]():
            apply = make(ex, *deep_copy(init, {}))
            moment = MOMENTS[trial.moment]
            apply, args = moment(lambda: make(ex, *deep_copy(init, {})), apply, args)
            value = apply(*args)
        played = {"value": value, "class": type(value).__name__}
        if trial.grad:
            played |= gradients(value, leaves, apply)
    except Exception as error:
        played = raised(error)
    after = list(tensors_in(args))
    if trial.moment not in CASTING:
        pairs = zip(before, after, strict=False)
        played["kept"] = [same(a, b) and checksum(b) for a, b in pairs]
    return played


def raised(error: Exception) -> dict[str, Any]:
    """Return an exception as plain data; one that says "not started" goes on.

    Raises:
        NotStarted: the stub is untouched.
    """
    if isinstance(error, NotStarted):
        raise error
    return {
        "error": [kind.__name__ for kind in type(error).__mro__][:20],
        "message": str(error)[:500],
        "where": find_line(error),
    }


def gradients(value: Any, leaves: list[Tensor], apply: Any) -> dict[str, Any]:
    """Return the gradients of a weighted sum of all results, in inputs and parameters.

    Those of parameters come with their shapes, as their names are the student's own.
    """
    results = [t for t in tensors_in(value) if t.requires_grad]
    if not results:
        return {"gradients": None}
    total = torch.stack([weighted_sum(t) for t in results]).sum()
    own = list(apply.parameters()) if isinstance(apply, nn.Module) else []
    own = [p for p in own if p.requires_grad]
    found = torch.autograd.grad(
        total,
        [*leaves, *own],
        allow_unused=True,
    )
    inputs, parameters = found[: len(leaves)], found[len(leaves) :]
    pairs = zip((tuple(p.shape) for p in own), parameters, strict=True)
    return {"gradients": [list(inputs), [list(pair) for pair in pairs]]}


def same(before: Tensor, after: Tensor) -> bool:
    """Say whether a tensor is as it was: dtype, shape and every bit."""
    if before.dtype != after.dtype or before.shape != after.shape:
        return False
    return bool(torch.equal(bits_of(before), bits_of(after)))


def checksum(tensor: Tensor) -> int:
    """Return what the judge finds only if the entries are those that it sent."""
    return zlib.crc32(bits_of(tensor).numpy().tobytes())


def bits_of(tensor: Tensor) -> Tensor:
    """Return the bytes of a tensor's entries."""
    whole = tensor.detach().clone(memory_format=torch.contiguous_format)
    return whole.reshape(-1).view(torch.uint8)
