"""my_init_ fills in place from its distribution, and draws from the generator given."""

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Generator, Tensor, nn

pytestmark = [
    pytest.mark.exercise("parameters.my_init_"),
    pytest.mark.allows("seed", reason="the scenarios set it"),
]

STRANGERS = "entries that are neither 0 nor (5, 10) in size"


def strangers(t: Tensor) -> int:
    size = t.detach().abs()
    return int((~((size == 0) | ((size >= 5) & (size <= 10)))).sum())


def fill_many(ex: Any, *shape: int) -> list[Tensor]:
    """Return vectors, single entries and a large tensor that were filled."""
    vectors, singles, t = torch.ones(8, 50), torch.ones(60), torch.ones(shape)
    for part in (*vectors, *singles, t):
        ex.my_init_(part)
    return [vectors, singles, t]


def statistics(filled: list[Tensor]) -> Any:
    """Return what is sure of a large tensor, and then what nearly is."""
    vectors, singles, t = filled

    def share(where: Tensor) -> float:
        return round(where.double().mean().item(), 2)

    def independent(t: Tensor) -> bool:
        """Say whether no slices are alike along any axis, for a spread of 1."""
        tables = [t.movedim(i, -1).flatten(0, -2) for i in range(t.dim())]
        return all(
            torch.linalg.eigvalsh(m.T @ m)[-1] < 1.2 * sum(n**0.5 for n in m.shape) ** 2
            for m in tables
        )

    spread, some = torch.where(t == 0, 0, (t.abs() - 7.5) * 0.98), t[t != 0].abs()[::5]
    return {
        STRANGERS: strangers(t),
        "zeros vary in number": len((vectors == 0).sum(1).unique()) > 1,
        "all kinds in single entries": len(singles.sign().unique()),
        "share of 0": share(t == 0),
        "share of (5, 10)": share(t > 0),
        "share of (-10, -5)": share(t < 0),
        "different sizes": round(some.unique().numel() / max(some.numel(), 1), 1),
        "sizes below 6, 7, 8, 9": [share(t[t > 0] < n) for n in (6, 7, 8, 9)],
        "sizes of negative entries": [share(t[t < 0] > -n) for n in (6, 7, 8, 9)],
        "independent": [
            independent(t.sign() * 2**0.5),
            independent(1 - 2.0 * (t == 0)),
            independent(spread),
        ],
    }


def fill_part(
    ex: Any,
    whole: Tensor,
    part: Callable[[Tensor], Tensor] = lambda t: t,
    trained: bool | None = None,
) -> Any:
    """Return what becomes of a part of a tensor, of its surroundings and its state."""
    inside = torch.zeros_like(whole, dtype=torch.bool)
    part(inside).fill_(True)
    before = whole.clone()
    if trained is not None:
        whole = nn.Parameter(whole, requires_grad=trained)
        whole.grad = torch.ones_like(whole)
    t, memory = part(whole), part(whole.detach())

    returned = ex.my_init_(t)

    return {
        STRANGERS: strangers(memory),
        "it returns t": returned is t,
        "dtype and shape": f"{t.dtype} {tuple(t.shape)}",
        "around it all is as before": torch.equal(whole[~inside], before[~inside]),
        "requires_grad": t.requires_grad,
        "is_leaf": t.is_leaf,
        "grad": t.is_leaf and t.grad is not None and bool((t.grad == 1).all()),
    }


def fill_in_turn(ex: Any, drawn_from: str, trained: bool = False) -> list[Tensor]:
    """Return tensors that are filled after some seeds are set, and torch's state."""

    def start(seed: int, other: int) -> dict[str, Generator | None]:
        torch.manual_seed(other if drawn_from == "generator" else seed)
        own = Generator().manual_seed(seed) if drawn_from == "generator" else None
        return {} if drawn_from == "nothing" else {"generator": own}

    def filled(source: dict[str, Generator | None]) -> Tensor:
        t = torch.ones(20, 10).requires_grad_(trained)
        return ex.my_init_(t, **source).detach().clone()

    seed = torch.initial_seed() % (1 << 30)
    source, before = start(seed, 1), torch.get_rng_state()
    first, after = filled(source), torch.get_rng_state()
    second, equal = filled(source), filled(start(seed, 2))
    return [first, second, equal, filled(start(seed + 1, 1)), before, after]


def what_holds(filled: list[Tensor]) -> dict[str, Any]:
    first, second, equal, other, before, after = filled
    return {
        STRANGERS: strangers(first),
        "equal seeds give equal entries": torch.equal(first, equal),
        "other seeds give other entries": not torch.equal(first, other),
        "the next call gives other entries": not torch.equal(first, second),
        "torch's global random state stays": torch.equal(before, after),
    }


@pytest.mark.weight(2)
def test_my_init_draws_from_its_distribution(sweep):
    def kinds(seen: Any) -> list[float]:
        return [seen[f"share of {part}"] for part in ("0", "(5, 10)", "(-10, -5)")]

    sweep.cases(
        fill_many,
        {"": (50, 40, 45)},
        reads=statistics,
        call="t = torch.ones(50, 40, 45); my_init_(t)",
        fault="my_init_ does not draw from its distribution.",
        tolerance=(0.0, 0.025),
        slips={
            "the tensor is not filled in place: t = … only gives a name to a new one": (
                lambda seen: seen[STRANGERS] == 90000
            ),
            "entries of U(-10, 10) below 5 in size become 0": (
                lambda seen: 44000 < seen[STRANGERS] < 46000
            ),
            "the three parts are not equally likely: 0 has half of the entries": (
                lambda seen: all(abs(share - 1 / 3) < 0.02 for share in kinds(seen))
            ),
            "one sign is missing: each entry has a sign of its own": (
                lambda seen: 0.0 in kinds(seen)[1:]
            ),
            "the entries are not drawn one by one: the draw that decides needs the "
            "shape of t": (lambda seen: not all(seen["independent"][:2])),
            "randint draws whole numbers": (
                lambda seen: (
                    seen["different sizes"] == 0
                    and abs(seen["sizes below 6, 7, 8, 9"][2] - 0.5) < 0.02
                )
            ),
            "numbers that were drawn are used again": (
                lambda seen: seen["different sizes"] < 1
            ),
        },
    )


@pytest.mark.weight(2)
def test_my_init_works_in_place_on_tensors_of_any_kind(sweep, rng):
    ones = torch.ones(*rng.sample(range(4, 12), 3))
    leaf = "torch.no_grad() allows in-place changes and keeps requires_grad"

    sweep.cases(
        fill_part,
        {
            "for a tensor": (ones,),
            "for a view of every other column": (ones, lambda t: t[:, ::2]),
            "for a transposed view": (ones, lambda t: t.mT),
            "for another order of axes": (ones, lambda t: t.permute(2, 0, 1)),
            "for some rows": (ones, lambda t: t[1:3]),
            "for a diagonal": (ones, lambda t: t.diagonal(dim1=0, dim2=1)),
            "for a vector": (torch.ones(100),),
            "for a single entry": (torch.ones(1, 1),),
            "for a 0-dim tensor": (torch.ones(()),),
            "for no entries": (torch.ones(0, 3),),
            "for NaN before": (ones * torch.nan,),
            "for float64": (ones.double(),),
            "for bfloat16": (ones.bfloat16(),),
            "for float16": (ones.half(),),
            "for a parameter": (ones, lambda t: t, True),
            "for a parameter that is frozen": (ones, lambda t: t, False),
            "for some rows of a parameter": (ones, lambda t: t[1:3], True),
        },
        call="t = torch.ones(…); my_init_(t) is t",
        fault="my_init_ does not fill t in place, or does not return it.",
        slips={
            "end with `return t`, as in-place methods of torch do": (
                lambda seen: seen[STRANGERS] == 0 and not seen["it returns t"]
            ),
            "the tensor is not filled in place: t = … only gives a name to a new one": (
                lambda seen: seen[STRANGERS] == ones.numel()
            ),
        },
        because={"for a parameter": leaf, "for a parameter that is frozen": leaf},
    )


@pytest.mark.weight(2)
def test_my_init_draws_from_the_generator_alone(sweep):
    sweep.cases(
        fill_in_turn,
        {
            "": ("generator",),
            "for a parameter": ("generator", True),
            "without a generator": ("nothing",),
            "for the generator None": ("None",),
        },
        reads=what_holds,
        call="my_init_(t, generator=g), several times",
        fault="my_init_ does not draw from its generator alone.",
        slips={
            "every random draw inside needs generator=generator": (
                lambda seen: (
                    not seen["equal seeds give equal entries"]
                    or not seen["torch's global random state stays"]
                )
            ),
            "draw from the generator itself: do not seed it or copy it": (
                lambda seen: not seen["the next call gives other entries"]
            ),
        },
        because={
            "without a generator": "torch.manual_seed decides what is drawn without "
            "one: no new generator, no seed inside"
        },
    )
