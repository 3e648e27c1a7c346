"""first_mismatch names the first layer, as forward runs, that does not fit."""

from collections import OrderedDict
from functools import partial
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import (
    DISTINCT,
    Backwards,
    Build,
    OwnError,
    Refuses,
    Seen,
    look,
)
from grader.observe import expect_equal, say

pytestmark = pytest.mark.exercise("deferred_init.first_mismatch")


class Keywords(nn.Module):
    """A network that calls a layer with a keyword, and another one twice."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.twice = nn.Linear(d, d + 1)
        self.named = nn.Linear(d + 1, d + 1)

    def forward(self, x: Tensor) -> Tensor:
        return self.twice(self.named(input=self.twice(x)))


class ByKeyword(Keywords):
    """The same, where the keyword's layer does not fit."""

    def forward(self, x: Tensor) -> Tensor:
        return self.named(input=x)


class EvalOnly(nn.Module):
    """A layer that works in eval mode alone."""

    def forward(self, x: Tensor) -> Tensor:
        if self.training:
            raise OwnError("not in training mode")
        return x


def lazy_in_the_middle(sizes: list[int], wrong: int) -> nn.Module:
    """Return a network in which Linear layers from number `wrong` on do not fit."""
    layers: list[nn.Module] = []
    for i, (inner, out) in enumerate(pairwise(sizes)):
        linear = nn.LazyLinear(out) if i == 1 else nn.Linear(inner + (i >= wrong), out)
        layers += [linear, nn.ReLU()]
    return nn.Sequential(*layers)


def nested_blocks(sizes: list[int], wrong: int) -> nn.Module:
    """Return the same layers two levels deep, with names."""
    layers = lazy_in_the_middle(sizes, wrong)
    rest = nn.Sequential(OrderedDict(tail=layers[2:]))
    return nn.Sequential(OrderedDict(head=layers[:2], rest=rest))


def behind_a_lazy_layer(layer: nn.Module, width: int) -> nn.Module:
    return nn.Sequential(nn.LazyLinear(width), nn.Sequential(nn.Tanh(), layer))


def backwards(d: int) -> nn.Module:
    return Backwards(nn.Linear(d + 2, d), nn.Linear(d + 1, d))


def network_that_fits(d: int, e: int) -> nn.Module:
    inside = nn.Sequential(nn.ReLU(), nn.LazyLinear(e))
    return nn.Sequential(nn.LazyLinear(d), nn.BatchNorm1d(d), inside, nn.LayerNorm(e))


def shared_layer(d: int) -> nn.Module:
    layer = nn.Linear(d, d + 1)
    return nn.Sequential(nn.Sequential(layer), nn.ReLU(), nn.Sequential(layer))


def all_kinds(sizes: list[int], wrong: int) -> nn.Module:
    """Return a network with statistics, modes, a gradient, a hook, a frozen layer."""
    layers = lazy_in_the_middle(sizes, wrong)
    net = nn.Sequential(nn.BatchNorm1d(sizes[0]), nn.Dropout().eval(), layers)
    net[0].weight.grad = torch.ones(sizes[0])
    net[0].bias.requires_grad_(requires_grad=False)
    net[2].register_forward_hook(lambda *_: None)
    return net


def mismatch_in(ex: Any, build: Build, args: list[Any], x: Tensor) -> str | None:
    return ex.first_mismatch(build(*args), x)


def mismatches_in(ex: Any, build: Build, d: int, x: Tensor) -> tuple[str | None, ...]:
    """Return the name in one network, and in one whose layer '1' does not fit."""
    other = nn.Sequential(nn.Linear(d, d), nn.Linear(d + 1, d))
    return ex.first_mismatch(build(d), x), ex.first_mismatch(other, x)


def state_around(ex: Any, build: Build, args: list[Any], xs: list[Tensor]) -> Seen:
    """Return the names for several inputs, and what is to see of the network then."""
    net = build(*args)
    kept = [x.clone() for x in xs]
    names = [ex.first_mismatch(net, x) for x in xs]
    inputs = [torch.equal(x, old) for x, old in zip(xs, kept, strict=True)]
    return {"names": names, "inputs kept": inputs, **look(net)}


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("build", "wrong", "name"),
    [
        (lazy_in_the_middle, 0, "0"),
        (lazy_in_the_middle, 2, "4"),
        (lazy_in_the_middle, 3, "6"),
        (nested_blocks, 0, "head.0"),
        (nested_blocks, 2, "rest.tail.4"),
    ],
    ids=["0", "4", "6", "head.0", "rest.tail.4"],
)
def test_mismatch_is_the_first_layer_that_does_not_fit(
    observe, rng, build, wrong, name
):
    sizes = rng.sample(DISTINCT, 6)

    found = observe(
        mismatch_in,
        build,
        [sizes, wrong],
        torch.randn(3, sizes[0]),
        call=say(
            "first_mismatch(net, x), where layer {name} and all later Linear layers do "
            "not fit",
            name=repr(name),
        ),
    )

    head, _, last = name.rpartition(".")
    expect_equal(
        found,
        name,
        "first_mismatch does not name the first layer that does not fit.",
        slips={
            "None says that all fits, but a layer does not": None,
            "layer 2 is lazy: it takes any width": "2",
            "a container is no leaf: the layer inside it is asked for": (
                lambda found: f"{name}.".startswith(f"{found}.")
            ),
            "the name of a layer starts with the names of what it is in": (
                lambda found: head and found == last
            ),
            "this is the layer before it, whose output does not fit": (
                lambda found: found == str(int(name) - 1)
            ),
            "a layer before this one does not fit: stop at the first": (
                lambda found: found > name
            ),
        },
    )


@pytest.mark.parametrize(
    ("build", "name", "slips"),
    [
        (
            backwards,
            "first",
            {"layers run as forward says, not as __init__ registers them": "last"},
        ),
        (
            lambda d: behind_a_lazy_layer(nn.LayerNorm(d + 1), d),
            "1.1",
            {"in_features is a matter of Linear layers: see which call raises": None},
        ),
        (
            lambda d: behind_a_lazy_layer(nn.LazyConv2d(2, 1), d),
            "1.1",
            {
                "a lazy layer looks at its input in a hook of its own, before forward "
                "and before hooks registered without prepend=True": (
                    lambda found: found in (None, "1.0")
                )
            },
        ),
        (
            lambda d: nn.Linear(d + 1, 2),
            "",
            {
                "the empty name counts as False: compare with `is None`, and look at "
                "the network itself, too": None
            },
        ),
        (
            lambda d: network_that_fits(d, 3),
            None,
            {
                "batch norm needs several rows in training mode: net.eval()": "1",
                "a lazy layer takes any width": lambda name: name in ("0", "2.1"),
            },
        ),
        (
            lambda d: nn.Sequential(nn.Linear(d, d), Refuses()),
            "1",
            {"any class of exception counts: except Exception": None},
        ),
    ],
    ids=["order", "norm", "lazy", "single", "fits", "own_error"],
)
def test_mismatch_is_found_in_every_kind_of_network(observe, rng, build, name, slips):
    d = rng.choice(DISTINCT)

    found, other = observe(
        mismatches_in,
        build,
        d,
        torch.randn(1, d),
        call=say("first_mismatch(net, x), which must give {name}", name=repr(name)),
        causes={
            "OwnError|ValueError": "any class of exception counts: except Exception"
        },
    )

    expect_equal(
        found,
        name,
        "first_mismatch does not find the leaf whose call raises.",
        slips=slips,
    )
    expect_equal(other, "1", "first_mismatch does not name a layer that does not fit.")


@pytest.mark.weight(2)
def test_mismatch_leaves_the_network_as_it_is(sweep, rng):
    sizes = rng.sample(DISTINCT, 4)
    d = sizes[0]
    x, wide = torch.randn(5, d), torch.randn(5, d + 1)

    sweep.cases(
        state_around,
        {
            "": (all_kinds, [sizes, 2], [3 + x, 3 + x]),
            "where all fits": (all_kinds, [sizes, 9], [x, x]),
            "for one input that fits not, and one that fits": (
                all_kinds,
                [sizes, 9],
                [wide, x, wide],
            ),
            "where a leaf fails in its second run": (Keywords, [d], [x]),
            "where a leaf gets its input by a keyword": (ByKeyword, [d], [x]),
            "where a leaf has two names": (shared_layer, [d], [x]),
            "where a leaf is an empty Sequential": (
                lambda d: nn.Sequential(nn.Sequential(), nn.Linear(d, d)),
                [d],
                [x, wide],
            ),
            "where a leaf works in eval mode alone": (
                lambda d: nn.Sequential(EvalOnly(), Refuses(in_eval=False)),
                [d],
                [x],
            ),
            "for a network that is a lazy leaf": (
                partial(nn.LazyConv2d, 2),
                [1],
                [x, torch.randn(1, 2, 3, 3)],
            ),
            "for float64": (nn.Linear, [d, d], [x.double(), x]),
            "for integers": (all_kinds, [sizes, 9], [x.long()]),
            "for an empty batch": (all_kinds, [sizes, 9], [x[:0], wide[:0]]),
            "for more axes": (lazy_in_the_middle, [sizes, 2], [x[None, None]]),
            "for an input without axes": (nn.LazyLinear, [d], [x[0, 0], x]),
            **{
                when: (lambda e: nn.Sequential(nn.ReLU(), Refuses(e)), [error], [x])
                for when, error in (
                    ("for a KeyError", KeyError),
                    ("for an AssertionError", AssertionError),
                    ("for a TypeError", TypeError),
                    ("for a NotImplementedError", NotImplementedError),
                )
            },
        },
        call="first_mismatch(net, x), twice, then all that there is to see of net",
        fault="first_mismatch gives another name, or changes the network.",
        slips={
            "x went through net itself, which gives shapes to the lazy layers before "
            "the mismatch: use a copy": lambda seen: seen["2.2.weight"] is not None,
            "net.eval() switches every module: use a copy": (
                lambda seen: not seen[".training"]
            ),
        },
    )
