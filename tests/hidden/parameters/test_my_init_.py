"""my_init_ fills in place from its distribution, and draws from the generator given."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_equal, expect_true, say
from parameters_helpers import DISTINCT

pytestmark = [
    pytest.mark.exercise("parameters.my_init_"),
    pytest.mark.allows("seed", reason="the scenarios set it"),
]


def fill(ex: Any, t: Tensor) -> Tensor:
    ex.my_init_(t)
    return t


def fill_part(
    ex: Any,
    whole: Tensor,
    part: Callable[[Tensor], Tensor],
    state: str = "",
    **options: Any,
) -> Any:
    """Return what becomes of a part of a tensor, of its surroundings and its state."""
    inside = torch.zeros_like(whole, dtype=torch.bool)
    part(inside).fill_(True)
    before = whole.clone()
    if state:
        whole = nn.Parameter(whole, requires_grad=state == "trained")
        whole.grad = torch.ones_like(whole)
    t = whole if state else part(whole)

    returned = ex.my_init_(t, **options)

    now, size = t.detach(), t.detach().abs()
    good = (now == 0) | ((size >= 5) & (size <= 10))
    outside = whole.detach()[~inside]
    return {
        "entries that are neither 0 nor (5, 10) in size": int((~good).sum()),
        "filled in place": bool(good.all()),
        "it returns t": returned is t,
        "dtype and shape": f"{t.dtype} {tuple(t.shape)}",
        "around it all is as before": torch.equal(outside, before[~inside]),
        "requires_grad": t.requires_grad,
        "is_leaf": t.is_leaf,
        "grad": t.is_leaf and t.grad is not None and bool((t.grad == 1).all()),
    }


def fill_from_generator(
    ex: Any, shape: list[int], seed: int, trained: bool
) -> tuple[Tensor, Tensor, Tensor, bool]:
    def filled(generator: torch.Generator) -> Tensor:
        t = torch.empty(shape).requires_grad_(trained)
        return ex.my_init_(t, generator=generator).detach().clone()

    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = filled(generator)
    untouched = torch.equal(before, torch.get_rng_state())
    second = filled(generator)
    torch.manual_seed(2)
    again = filled(torch.Generator().manual_seed(seed))
    return first, second, again, untouched


def fill_from_global_state(ex: Any, n: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(seed)
    first = ex.my_init_(torch.empty(n)).clone()
    second = ex.my_init_(torch.empty(n), None).clone()
    torch.manual_seed(seed)
    return first, second, ex.my_init_(torch.empty(n)).clone()


def expect_support(t: Tensor) -> None:
    size = t.abs()
    expect_true(
        bool(((t == 0) | ((size >= 5) & (size <= 10))).all()),
        "An entry is neither 0 nor between 5 and 10 in size.",
        expected="0, (5, 10) or (-10, -5)",
        got="others",
        cause="the tensor is not filled in place: t = … only gives a name to a new one"
        if bool((t == 1).all())
        else "entries of U(-10, 10) below 5 in size become 0"
        if bool((size <= 10).all())
        else None,
    )


def share(of: Tensor) -> float:
    return of.double().mean().item()


@pytest.mark.weight(2)
def test_my_init_draws_from_its_distribution(observe):
    t = observe(fill, torch.ones(300, 300), call="my_init_(t) with t (300, 300), all 1")

    expect_equal(list(t.shape), [300, 300], "my_init_ changes the tensor's shape.")
    expect_support(t)
    shares = {"0": share(t == 0), "(5, 10)": share(t > 0), "(-10, -5)": share(t < 0)}
    odds = {"0": 0.5, "(5, 10)": 0.25, "(-10, -5)": 0.25}
    one_sign = 0 in (shares["(5, 10)"], shares["(-10, -5)"])
    lines = [
        kind.double().mean(axis) - share(kind)
        for kind in (t == 0, t > 0)
        for axis in (0, 1)
    ]
    expect_true(
        all(bool((line.abs() < 0.25).all()) for line in lines),
        "The entries are not drawn one by one.",
        expected="all kinds of entries in every row and column",
        got="rows or columns of one kind",
        cause="the draw that decides needs the shape of t, not of one row",
    )
    expect_true(
        all(abs(shares[part] - odds[part]) < 0.012 for part in odds),
        "The entries are not shared out as 1/2, 1/4 and 1/4.",
        expected=", ".join(f"{part}: {p}" for part, p in odds.items()),
        got=", ".join(f"{part}: {p:.2g}" for part, p in shares.items()),
        cause="the three parts are not equally likely: 0 has half of the entries"
        if all(abs(p - 1 / 3) < 0.02 for p in shares.values())
        else "one sign is missing: each entry has a sign of its own"
        if one_sign
        else None,
    )
    for sizes in (t[t > 0].double(), -t[t < 0].double()):
        expect_true(
            all(abs(share(sizes < 5 + q) - q / 5) < 0.03 for q in (0.5, 1, 2, 3, 4)),
            "The entries that are not 0 are not uniform.",
            expected="as many in every part of (5, 10)",
            got=say(
                "a mean size of {mean:.3g}, and {numel} values",
                mean=sizes.mean().item(),
                numel=sizes.unique().numel(),
            ),
            cause="randint draws whole numbers"
            if sizes.unique().numel() < 20
            else None,
        )
    n, values = int((t != 0).sum()), t[t != 0].abs().unique().numel()
    expect_true(
        values > 0.9 * n,
        "The entries are not drawn each on its own.",
        expected="about as many sizes as entries",
        got=say("{values} sizes of {n} entries", values=values, n=n),
        cause="numbers that were drawn are used again",
    )


def everything(t: Tensor) -> Tensor:
    return t


@pytest.mark.weight(2)
def test_my_init_works_in_place_on_tensors_of_any_kind(sweep, rng):
    a, b, c = rng.sample(range(4, 12), 3)
    ones = torch.ones(a, b, c)

    sweep.cases(
        fill_part,
        {
            "for a tensor": (ones, everything),
            "for a view of every other column": (ones, lambda t: t[:, ::2]),
            "for a transposed view": (ones, lambda t: t.mT),
            "for another order of axes": (ones, lambda t: t.permute(2, 0, 1)),
            "for some rows": (ones, lambda t: t[1:3]),
            "for a diagonal": (ones, lambda t: t.diagonal(dim1=0, dim2=1)),
            "for a vector": (torch.ones(100), everything),
            "for a single entry": (torch.ones(1, 1), everything),
            "for a 0-dim tensor": (torch.ones(()), everything),
            "for no entries": (torch.ones(0, 3), everything),
            "for NaN before": (ones * torch.nan, everything),
            "for infinity before": (ones * torch.inf, everything),
            "for float64": (ones.double(), everything),
            "for bfloat16": (ones.bfloat16(), everything),
            "for float16": (ones.half(), everything),
            "for a float64 view": (ones.double(), lambda t: t[..., 1]),
        },
        call="t = torch.ones(…); my_init_(t) is t",
        fault="my_init_ does not fill t in place, or does not return it.",
        slips={
            "end with `return t`, as in-place methods of torch do": (
                lambda seen: seen["filled in place"]
            ),
            "the tensor is not filled in place: t = … only gives a name to a new one": (
                lambda seen: not seen["filled in place"]
            ),
        },
    )


def test_my_init_keeps_a_parameter_a_leaf(sweep, rng):
    ones = torch.ones(*rng.sample(DISTINCT, 2))

    sweep.cases(
        fill_part,
        {
            "for a parameter": (ones, everything, "trained"),
            "for a parameter that is frozen": (ones, everything, "frozen"),
        },
        call="my_init_(nn.Parameter(…))",
        fault="A parameter is not filled, or no leaf that requires gradients any more.",
        slips={
            "torch.no_grad() allows in-place changes and keeps requires_grad": (
                lambda seen: not (seen["requires_grad"] and seen["is_leaf"])
            ),
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("trained", [False, True], ids=["tensor", "parameter"])
def test_my_init_draws_from_the_generator_alone(observe, rng, trained):
    seed = rng.randrange(1000)

    first, second, again, untouched = observe(
        fill_from_generator,
        [20, 10],
        seed,
        trained,
        call="my_init_(t, generator=g), three times",
    )

    expect_support(first)
    expect_equal(
        again,
        first,
        "Equal generators give other entries.",
        cause="every random draw inside needs generator=generator",
    )
    expect_true(
        untouched,
        "my_init_ changes torch's global random state although it has a generator.",
        expected="the state of before",
        got="another",
        cause="every random draw inside needs generator=generator",
    )
    expect_true(
        not torch.equal(first, second),
        "The same generator gives the same entries at every call.",
        expected="other entries",
        got="the same",
        cause="draw from the generator itself: do not seed it or copy it",
    )


def test_my_init_draws_from_the_global_state_by_default(observe, rng):
    seed = rng.randrange(1000)

    first, second, again = observe(
        fill_from_global_state,
        200,
        seed,
        call="torch.manual_seed(…); my_init_(t), twice; the same seed; my_init_(t)",
    )

    expect_support(first)
    expect_equal(again, first, "torch.manual_seed does not decide the entries.")
    expect_true(
        not torch.equal(first, second),
        "my_init_ gives the same entries at every call.",
        expected="other entries",
        got="the same",
        cause="a seed set inside the function repeats the same numbers",
    )
