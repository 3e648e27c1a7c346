"""my_init_ fills in place from its distribution, and draws from the generator given."""

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


def fill(ex: Any, t: Tensor) -> tuple[Tensor, bool]:
    returned = ex.my_init_(t)
    return t, returned is t


def fill_view(ex: Any, t: Tensor) -> Tensor:
    ex.my_init_(t[:, ::2])
    return t


def fill_parameter(ex: Any, values: Tensor) -> tuple[Tensor, bool, bool]:
    weight = nn.Parameter(values)
    ex.my_init_(weight)
    return weight, weight.requires_grad, weight.is_leaf


def fill_from_generator(
    ex: Any, n: int, seed: int
) -> tuple[Tensor, Tensor, Tensor, bool]:
    generator = torch.Generator().manual_seed(seed)
    torch.manual_seed(1)
    before = torch.get_rng_state()
    first = ex.my_init_(torch.empty(n), generator=generator).clone()
    untouched = torch.equal(before, torch.get_rng_state())
    second = ex.my_init_(torch.empty(n), generator=generator).clone()
    torch.manual_seed(2)
    again = ex.my_init_(
        torch.empty(n), generator=torch.Generator().manual_seed(seed)
    ).clone()
    return first, second, again, untouched


def fill_from_global_state(ex: Any, n: int, seed: int) -> tuple[Tensor, Tensor, Tensor]:
    torch.manual_seed(seed)
    first = ex.my_init_(torch.empty(n)).clone()
    second = ex.my_init_(torch.empty(n)).clone()
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
    t, _ = observe(
        fill, torch.ones(300, 300), call="my_init_(t) with t (300, 300), all 1"
    )

    expect_equal(list(t.shape), [300, 300], "my_init_ changes the tensor's shape.")
    expect_support(t)
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
    shares = {"0": share(t == 0), "(5, 10)": share(t > 0), "(-10, -5)": share(t < 0)}
    odds = {"0": 0.5, "(5, 10)": 0.25, "(-10, -5)": 0.25}
    thirds = all(abs(p - 1 / 3) < 0.02 for p in shares.values())
    expect_true(
        all(abs(shares[part] - odds[part]) < 0.012 for part in odds),
        "The entries are not shared out as 1/2, 1/4 and 1/4.",
        expected=", ".join(f"{part}: {p}" for part, p in odds.items()),
        got=", ".join(f"{part}: {p:.2g}" for part, p in shares.items()),
        cause="the three parts are not equally likely: 0 has half of the entries"
        if thirds
        else "-U(5, 10) is missing: keep the negative half too"
        if shares["(-10, -5)"] == 0
        else None,
    )
    sizes = t[t != 0].abs().double()
    expect_true(
        all(abs(share(sizes < 5 + q) - q / 5) < 0.02 for q in (0.5, 1, 2, 3, 4)),
        "The entries that are not 0 are not uniform.",
        expected="as many in every part of (5, 10)",
        got=say(
            "a mean size of {mean:.3g}, and {numel} values",
            mean=sizes.mean().item(),
            numel=sizes.unique().numel(),
        ),
        cause="randint draws whole numbers" if sizes.unique().numel() < 20 else None,
    )


@pytest.mark.parametrize("dims", [0, 1, 3], ids=["scalar", "vector", "three_dims"])
def test_my_init_works_in_place_and_returns_its_argument(observe, rng, dims):
    shape = tuple(rng.sample(DISTINCT, dims))
    before = torch.ones(shape, dtype=torch.float64)

    t, is_same = observe(
        fill, before, call=say("my_init_(t) with t float64 {shape}", shape=shape)
    )

    expect_equal(
        f"{t.dtype} {tuple(t.shape)}",
        f"{before.dtype} {shape}",
        "my_init_ changes the tensor's shape or dtype.",
    )
    expect_support(t)
    expect_true(
        is_same,
        "my_init_ does not return the tensor it is given.",
        expected="t itself",
        got="something else",
        cause="end with `return t`, as in-place methods of torch do",
    )


def test_my_init_fills_a_view(observe, rng):
    rows, columns = rng.sample(DISTINCT, 2)

    t = observe(fill_view, torch.ones(rows, 2 * columns), call="my_init_(t[:, ::2])")

    expect_equal(list(t.shape), [rows, 2 * columns], "my_init_ changes the shape.")
    expect_support(t[:, ::2])
    expect_equal(
        t[:, 1::2],
        torch.ones(rows, columns),
        "my_init_ changes entries that are not part of the view.",
    )


def test_my_init_keeps_a_parameter_a_trainable_leaf(observe, rng):
    shape = rng.sample(DISTINCT, 2)

    weight, requires_grad, is_leaf = observe(
        fill_parameter, torch.ones(*shape), call="my_init_(nn.Parameter(…))"
    )

    expect_support(weight)
    expect_true(
        requires_grad,
        "A parameter does not require gradients any more.",
        expected="requires_grad True",
        got="requires_grad False",
        cause="torch.no_grad() allows in-place changes and keeps requires_grad",
    )
    expect_true(
        is_leaf,
        "A parameter is not a leaf any more.",
        expected="is_leaf True",
        got="is_leaf False",
        cause="change it in place under torch.no_grad()",
    )


@pytest.mark.weight(2)
def test_my_init_draws_from_the_generator_alone(observe, rng):
    seed = rng.randrange(1000)

    first, second, again, untouched = observe(
        fill_from_generator,
        200,
        seed,
        call="my_init_(t, generator=g), three times",
    )

    expect_support(first)
    expect_equal(
        again,
        first,
        "Equal generators give other entries.",
        slips={
            "every random draw inside needs generator=generator": lambda _: True,
        },
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
