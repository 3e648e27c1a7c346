"""clip_gradients_ shrinks all gradients by one factor, or refuses untouched."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import say
from grader.words import as_text
from parameters_helpers import DISTINCT

pytestmark = pytest.mark.exercise("parameters.clip_gradients_")

Gradients = list[Tensor | None]

LISTED: dict[str, Callable[[list[Any]], Any]] = {
    "a list": list,
    "a generator": lambda ps: (p for p in ps),
    "a list with repeats": lambda ps: [ps[0], *ps[:2], *ps],
    "a generator with repeats": lambda ps: (p for p in [*ps, *ps]),
}
LOOSE = 1e-4, 1e-6
"""torch's own divides by norm + 1e-6, and right norms differ in their rounding."""


def clip(
    ex: Any,
    gradients: Gradients,
    max_norm: float,
    listed: str = "a list",
    plain: bool = False,
) -> Any:
    """Return the norm or ValueError, and what becomes of gradients and parameters."""
    kinds = [torch.ones(2) if g is None else torch.ones_like(g) for g in gradients]
    parameters = kinds if plain else list(map(nn.Parameter, kinds))
    held = [None if g is None else laid_like(g) for g in gradients]
    for p, g in zip(parameters, held, strict=True):
        p.grad = g
    try:
        norm = ex.clip_gradients_(LISTED[listed](parameters), max_norm)
    except ValueError:
        if all(g is None or g.isfinite().all() for g in gradients):
            raise
        norm = "ValueError"
    return {
        "norm": norm.detach().double() if isinstance(norm, Tensor) else norm,
        "gradients": [p.grad for p in parameters],
        "as they were": [
            g is None or torch.equal(g.nan_to_num(7, 8, 9), before.nan_to_num(7, 8, 9))
            for g, before in zip(held, gradients, strict=True)
        ],
        "held": held,
        "the same": [p.grad is g for p, g in zip(parameters, held, strict=True)],
        "parameters": [bool((p == 1).all()) for p in parameters],
        "trainable": [p.requires_grad for p in parameters],
    }


def laid_like(g: Tensor) -> Tensor:
    """Return a copy; a matrix lies transposed in memory, without a flat view."""
    return g.mT.contiguous().mT if g.dim() == 2 else g.clone()


def draw_gradients(rng) -> list[Tensor]:
    a, b, c = rng.sample(DISTINCT, 3)
    return [torch.randn(a, b), 5 * torch.randn(c) + 1, torch.tensor(rng.uniform(1, 3))]


def norm_of(gradients: Gradients) -> Tensor:
    return torch.cat([g.reshape(-1) for g in gradients if g is not None]).norm()


def gives(wrong: Any) -> Callable[[Any], bool]:
    """Return evidence: the norm."""
    return lambda seen: torch.allclose(seen["norm"].float(), torch.as_tensor(wrong))


def leaves(wrong: list[Tensor]) -> Callable[[Any], bool]:
    """Return evidence: the gradients."""
    return lambda seen: all(map(torch.allclose, seen["gradients"], wrong))


def slips_of(gradients: list[Tensor], max_norm: float) -> dict[str, Any]:
    """Return causes with their evidence, the norm or the gradients that they give."""
    norm = norm_of(gradients)
    repeats = [gradients[0], *gradients[:2], *gradients]
    shrunk = [g * (max_norm / norm) for g in gradients]
    return {
        "the norm is a 0-dim tensor, no Python number": (
            lambda seen: type(seen["norm"]) in (float, int)
        ),
        "a parameter that is listed twice counts once": gives(norm_of(repeats)),
        "norms do not add up: their squares do": gives(sum(map(torch.norm, gradients))),
        "take the root of the sum of squares": gives(norm**2),
        "take the norm before you shrink the gradients": gives(norm_of(shrunk)),
        "each gradient is clipped on its own; one factor keeps the direction": leaves(
            [g * (max_norm / g.norm()).clamp(max=1) for g in gradients]
        ),
        "entries are clamped one by one; one factor keeps the direction": leaves(
            [g.clamp(-max_norm, max_norm) for g in gradients]
        ),
        "a parameter that is listed twice is shrunk twice": leaves(
            [
                g * (max_norm / norm) ** times
                for g, times in zip(gradients, (3, 2, 1), strict=True)
            ]
        ),
        "`p.grad = …` is not in place: another tensor may be held elsewhere": (
            lambda seen: leaves(shrunk)(seen) and not all(seen["the same"])
        ),
        "g = g * … is not in place": leaves(gradients),
    }


@pytest.mark.weight(2)
def test_clip_shrinks_all_gradients_by_one_factor(sweep, rng):
    gradients = draw_gradients(rng)
    max_norm = rng.uniform(0.3, 0.6) * norm_of(gradients).item()
    cases = {say("for {x}", x=as_text(x)): (gradients, max_norm, x) for x in LISTED}
    slips = slips_of(gradients, max_norm)
    empty = {"a generator is empty after one loop": leaves(gradients)}

    sweep.cases(
        clip,
        cases,
        call=say("clip_gradients_(…, {limit:.3g}) of three", limit=max_norm),
        fault="The gradients are not all multiplied by max_norm / norm, in place, or "
        "the norm is not that of before.",
        slips=slips,
        because=dict.fromkeys(cases, empty | slips),
        tolerance=LOOSE,
    )


@pytest.mark.weight(2)
def test_clip_takes_gradients_of_all_kinds(sweep, rng):
    first, second, third = gradients = draw_gradients(rng)
    zeros, large = [0 * g for g in gradients], [torch.full((2, 3), 9.0)]
    norm, one = norm_of(gradients).item(), torch.ones(2, 3)
    half, max_norm = norm / 2, 1.5 * norm + 1
    missing = "where the grad of some is None"
    zero, nothing = "for zero gradients", "for zero gradients and a limit of 0"

    sweep.cases(
        clip,
        {
            "": (gradients, max_norm),
            zero: (zeros, max_norm),
            nothing: (zeros, 0.0),
            "for an infinite limit": (large, torch.inf),
            "just above the limit": (gradients, 0.98 * norm),
            missing: ([None, first, None, second, third], half),
            "where each grad is None: the norm is 0": ([None, None], 1.0),
            "for no parameters: the norm is 0": ([], 1.0),
            "for no parameters in a generator": ([], 1.0, "a generator"),
            "for an empty gradient": ([torch.zeros(0, 3), first, second], half),
            "for empty gradients alone": ([torch.zeros(0)], half),
            "for equal gradients, which count each": ([first, first.clone()], 0.1),
            "for plain tensors": (gradients, half, "a list", True),
            "for a limit of 0": (gradients, 0),
            "for an int": ([g * 100 for g in gradients], 3),
            "for one negative number": ([torch.tensor(-3.0)], 1.0),
            "beyond what float32 squares, in float64": ([1e30 * one.double()], 1e29),
            "for float64 near 0": ([1e-30 * one.double()], 1e-33),
            "for several dtypes": ([one.half(), 3e5 * one.double(), one], 0.5),
        },
        call=say("clip_gradients_(…, {limit:.3g}) of a smaller norm", limit=max_norm),
        fault="Gradients below the limit do not stay as they are.",
        slips={
            "a factor above 1 makes them larger: only shrink": (
                lambda seen: bool(norm_of(seen["gradients"]) > 1.1 * seen["norm"])
            ),
            "compare the norm with max_norm first: what is divided and multiplied "
            "again is rounded": leaves(gradients),
        },
        because={missing: "a parameter that has no gradient is skipped"}
        | dict.fromkeys((zero, nothing), "0 / 0 is NaN: compare first"),
        tolerance=LOOSE,
    )
    sweep.cases(
        clip,
        {
            "in float16": ([300 * one.half(), first.half()], 20.0),
            "for float16 near 0": ([1e-4 * one.half(), 2e-4 * one.half()], 1e-5),
            "for bfloat16": ([first.bfloat16(), 300 * one.bfloat16()], 20.0),
        },
        call="clip_gradients_(…) of gradients of 300, in float16",
        fault="A norm that float16 can hold is wrong.",
        causes={"ValueError": "300 squared overflows in float16"},
        tolerance=(1e-2, 1e-2),
    )


@pytest.mark.weight(2)
def test_clip_refuses_what_is_not_finite_untouched(sweep, rng):
    gradients = draw_gradients(rng)

    def spoilt(bad: float, i: int) -> list[Tensor]:
        copies = [g.clone() for g in gradients]
        copies[i].view(-1)[-1] = bad
        return copies

    cases: dict[Any, tuple[Any, ...]] = {
        say("for {bad} in gradient {i}", bad=bad, i=i): (spoilt(bad, i), 1.0)
        for bad in (torch.nan, torch.inf, -torch.inf)
        for i in (0, 2)
    }
    first = "check norm.isfinite() before you shrink anything"

    sweep.cases(
        clip,
        {
            "": (spoilt(torch.inf, 1), 1.0),
            "for finite gradients": (gradients, 0.1),
            "for an infinite norm and limit": (spoilt(torch.inf, 1), torch.inf),
            **cases,
        },
        call="clip_gradients_ with an infinity in the second of three gradients",
        fault="A norm that is not finite is not refused with all gradients untouched.",
        slips={
            "check norm.isfinite(), and raise ValueError": (
                lambda seen: seen["norm"] != "ValueError"
            ),
            first: lambda seen: not all(seen["as they were"]),
        },
        causes={"RuntimeError: The total norm": "torch's own raises another class"},
        because=dict.fromkeys(cases, first),
        tolerance=LOOSE,
    )
