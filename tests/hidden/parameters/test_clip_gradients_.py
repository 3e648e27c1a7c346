"""clip_gradients_ shrinks all gradients by one factor, or refuses untouched."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_error, say
from parameters_helpers import DISTINCT

pytestmark = pytest.mark.exercise("parameters.clip_gradients_")

Gradients = list[Tensor | None]

LISTED: dict[str, Callable[[list[Any]], Any]] = {
    "a list": list,
    "a generator": lambda ps: (p for p in ps),
    "an iterator": iter,
    "a tuple": tuple,
    "values of a dict": lambda ps: dict(enumerate(ps)).values(),
    "a ParameterList": nn.ParameterList,
    "repeats": lambda ps: [ps[0], *ps[:2], *ps],
    "a generator with repeats": lambda ps: (p for p in [*ps, *ps]),
}


def clip(
    ex: Any,
    gradients: Gradients,
    max_norm: float,
    listed: str = "a list",
    plain: bool = False,
) -> Any:
    """Return the norm, and what becomes of gradients and parameters."""
    parameters = [
        nn.Parameter(torch.ones_like(one(g)), requires_grad=not plain)
        for g in gradients
    ]
    if plain:
        parameters = [p.detach() for p in parameters]
    held = [None if g is None else laid_like(g) for g in gradients]
    for p, g in zip(parameters, held, strict=True):
        p.grad = g

    norm = ex.clip_gradients_(LISTED[listed](parameters), max_norm)

    return {
        "norm": norm.detach().double() if isinstance(norm, Tensor) else norm,
        "gradients": [p.grad for p in parameters],
        "the same tensors": [
            p.grad is g for p, g in zip(parameters, held, strict=True)
        ],
        "parameters": [bool((p == 1).all()) for p in parameters],
        "trainable": [p.requires_grad for p in parameters],
    }


def one(g: Tensor | None) -> Tensor:
    return torch.ones(2) if g is None else g


def laid_like(g: Tensor) -> Tensor:
    """Return a copy; a matrix lies transposed in memory, without a flat view."""
    return g.mT.contiguous().mT if g.dim() == 2 else g.clone()


def clip_and_catch(ex: Any, gradients: list[Tensor], max_norm: float) -> Any:
    """Return whether it refuses, and whether gradients are, bit by bit, as before."""
    parameters = [nn.Parameter(torch.zeros_like(g)) for g in gradients]
    for p, g in zip(parameters, gradients, strict=True):
        p.grad = g.clone()
    try:
        ex.clip_gradients_(parameters, max_norm)
    except ValueError:
        refused = True
    else:
        refused = False
    kept = [
        torch.equal(p.grad.nan_to_num(7, 8, 9), g.nan_to_num(7, 8, 9))
        for p, g in zip(parameters, gradients, strict=True)
    ]
    return {"refused": refused, "as before": kept}


def draw_gradients(rng) -> list[Tensor]:
    a, b, c = rng.sample(DISTINCT, 3)
    return [
        torch.randn(a, b),
        5 * torch.randn(c) + 1,
        torch.tensor(rng.uniform(1, 3)),
    ]


def norm_of(gradients: Gradients) -> Tensor:
    return torch.cat([g.reshape(-1) for g in gradients if g is not None]).norm()


def slips_of(gradients: list[Tensor], max_norm: float) -> dict[str, Any]:
    """Return causes with their evidence, the norm or the gradients that they give."""
    norms = [g.norm() for g in gradients]
    norm = norm_of(gradients)
    factor = max_norm / norm
    repeats = [gradients[0], *gradients[:2], *gradients]

    def gives(wrong: Any) -> Callable[[Any], bool]:
        wrong = torch.as_tensor(wrong).double()
        return lambda seen: torch.allclose(seen["norm"], wrong, rtol=1e-4)

    def leaves(wrong: list[Tensor]) -> Callable[[Any], bool]:
        return lambda seen: all(
            torch.allclose(got, g, rtol=1e-4)
            for got, g in zip(seen["gradients"], wrong, strict=True)
        )

    shrunk = [g * factor for g in gradients]
    return {
        "the norm is a 0-dim tensor, no Python number": (
            lambda seen: not isinstance(seen["norm"], Tensor)
        ),
        "a parameter that is listed twice counts once": gives(norm_of(repeats)),
        "norms do not add up: their squares do": gives(sum(norms)),
        "that is the largest norm of one gradient, not the norm of all": (
            gives(max(norms))
        ),
        "take the root of the sum of squares": gives(norm**2),
        "take the norm before you shrink the gradients": gives(norm_of(shrunk)),
        "each gradient is clipped on its own; one factor keeps the direction": leaves(
            [g * (max_norm / g.norm()).clamp(max=1) for g in gradients]
        ),
        "entries are clamped one by one; one factor keeps the direction": leaves(
            [g.clamp(-max_norm, max_norm) for g in gradients]
        ),
        "a parameter that is listed twice is shrunk twice": (
            lambda seen: norm_of(seen["gradients"]) < 0.99 * max_norm
        ),
        "`p.grad = …` is not in place: another tensor may be held elsewhere": (
            lambda seen: leaves(shrunk)(seen) and not all(seen["the same tensors"])
        ),
        "the gradients are left as they are: a generator is empty after one loop, and "
        "p.grad = … is not in place": leaves(gradients),
    }


LOOSE = 1e-4, 1e-6
"""torch's own divides by norm + 1e-6, and right norms differ in their rounding."""


@pytest.mark.weight(2)
@pytest.mark.parametrize("listed", ["a list", "a generator", "repeats"])
def test_clip_shrinks_all_gradients_by_one_factor(sweep, rng, listed):
    gradients = draw_gradients(rng)
    max_norm = rng.uniform(0.3, 0.6) * norm_of(gradients).item()

    sweep.cases(
        clip,
        {"": (gradients, max_norm, listed)},
        call=say(
            "clip_gradients_({listed} of three parameters, {max_norm:.3g})",
            listed=listed,
            max_norm=max_norm,
        ),
        fault="The gradients are not all multiplied by max_norm / norm, in place, or "
        "the norm is not that of before.",
        slips=slips_of(gradients, max_norm),
        tolerance=LOOSE,
    )


@pytest.mark.parametrize("size", [1.0, 0.0], ids=["small", "zero"])
def test_clip_leaves_small_gradients_alone(sweep, rng, size):
    gradients = [size * g for g in draw_gradients(rng)]
    max_norm = 1.5 * norm_of(gradients).item() + 1
    large = [torch.full((2, 3), 9.0)]

    def unlike(seen: Any) -> bool:
        return not all(map(torch.equal, seen["gradients"], gradients))

    sweep.cases(
        clip,
        {
            "": (gradients, max_norm),
            "for an infinite limit": (large, torch.inf),
            "for a limit far above": (large, 10**9),
            "above the limit": (large, 0.5 * max_norm),
        },
        call=say(
            "clip_gradients_(…, {max_norm:.3g}) with a smaller norm", max_norm=max_norm
        ),
        fault="Gradients below the limit do not stay as they are.",
        slips={
            "0 / 0 is NaN: compare with max_norm first": (
                lambda seen: bool(norm_of(seen["gradients"]).isnan())
            ),
            "a factor above 1 makes them larger: only shrink": unlike,
        },
        tolerance=LOOSE,
    )


def test_clip_takes_gradients_of_all_kinds(sweep, rng):
    first, second, third = draw_gradients(rng)
    all_three = [first, second, third]
    half = 0.5 * norm_of(all_three).item()

    sweep.cases(
        clip,
        {
            "where the grad of some is None": (
                [None, first, None, second, third],
                half,
            ),
            "where each grad is None: the norm is 0": ([None, None], 1.0),
            "for no parameters: the norm is 0": ([], 1.0),
            "for no parameters in a generator": ([], 1.0, "a generator"),
            "for an empty gradient": ([torch.zeros(0, 3), first, second], half),
            "for empty gradients alone": ([torch.zeros(0)], half),
            "for float64": ([g.double() for g in all_three], half),
            "for one gradient": ([first], 0.1),
            "for equal gradients, which count each": ([first, first.clone()], 0.1),
            "for plain tensors": (all_three, half, "a list", True),
            "for a limit of 0": (all_three, 0),
            "for an int": ([g * 100 for g in all_three], 3),
        }
        | {
            say("for {what}", what=what).render(): (all_three, half, what)
            for what in LISTED
        },
        call="clip_gradients_(…)",
        tolerance=LOOSE,
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("bad", [torch.inf, -torch.inf, torch.nan])
def test_clip_refuses_what_is_not_finite(observe, rng, bad):
    gradients = draw_gradients(rng)
    gradients[1][0] = bad

    raised = observe.error(
        clip,
        gradients,
        1.0,
        call=say("clip_gradients_ with {bad} in a gradient", bad=bad),
    )
    observe(clip, [g.nan_to_num(1, 1, 1) for g in gradients], 1.0)

    expect_error(
        raised,
        ValueError,
        "A norm that is not finite is not refused.",
        cause="check norm.isfinite() before you shrink anything",
    )


def test_clip_changes_nothing_when_it_refuses(sweep, rng):
    gradients = draw_gradients(rng)
    cases: dict[str, tuple[Any, ...]] = {"for finite gradients": (gradients, 0.1)}
    for bad in (torch.inf, -torch.inf, torch.nan):
        for i in range(3):
            spoilt = [g.clone() for g in gradients]
            spoilt[i].view(-1)[-1] = bad
            when = say(
                "for {bad} in gradient {i}: check norm.isfinite() before you shrink "
                "anything",
                bad=bad,
                i=i,
            )
            cases[when.render()] = (spoilt, 1.0)
    cases["for an infinite norm and limit"] = (spoilt, torch.inf)

    sweep.cases(
        clip_and_catch, cases, call="clip_gradients_(…), and all gradients after it"
    )
