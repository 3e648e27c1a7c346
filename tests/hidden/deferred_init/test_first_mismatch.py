"""first_mismatch names the first layer, as forward runs, that does not fit."""

from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules.module import register_module_forward_hook

from deferred_init_helpers import (
    DISTINCT,
    Build,
    Counts,
    OwnError,
    Refuses,
    Seen,
    Twice,
    look,
    used_twice,
)
from grader.sandbox.laws import hooks_of_all_modules
from grader.words import say

pytestmark = pytest.mark.exercise("deferred_init.first_mismatch")


class Backwards(nn.Module):
    """A network whose layers are registered in another order than they run."""

    def __init__(self, last: nn.Module, first: nn.Module) -> None:
        super().__init__()
        self.last = last
        self.first = first

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.first(x))


class RaisesItself(nn.Sequential):
    """A network whose leaves fit, but which raises itself after them."""

    def forward(self, x: Tensor) -> Tensor:
        raise OwnError(str(super().forward(x).shape))


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


def behind_a_lazy_layer(layer: nn.Module) -> nn.Module:
    return nn.Sequential(nn.LazyLinear(4), nn.Sequential(nn.Tanh(), layer))


def network_that_fits(d: int) -> nn.Module:
    inside = nn.Sequential(nn.ReLU(), nn.LazyLinear(3))
    return nn.Sequential(nn.LazyLinear(d), nn.BatchNorm1d(d), inside, nn.LayerNorm(3))


def all_kinds(sizes: list[int], wrong: int) -> nn.Module:
    """Return a network with statistics, modes, a gradient, a hook, a frozen layer."""
    layers = lazy_in_the_middle(sizes, wrong)
    net = nn.Sequential(nn.BatchNorm1d(sizes[0]), Counts().eval(), layers)
    net[0].weight.grad = torch.ones(sizes[0])
    net[0].bias.requires_grad_(requires_grad=False)
    net[2].register_forward_hook(lambda *_: None)
    return net


def refuse(*_: Any) -> None:
    raise OwnError("from a hook")


def hook_the_first(net: nn.Module) -> None:
    net[0].register_forward_pre_hook(refuse)


@contextmanager
def some_hooks() -> Iterator[Callable[[], int]]:
    """Give what counts hooks of all modules, when there are some."""
    number = int(torch.randint(1, 99, ()))
    hooks = [register_module_forward_hook(lambda *_: None) for _ in range(number)]
    try:
        yield hooks_of_all_modules
    finally:
        for hook in hooks:
            hook.remove()


def names_in(ex: Any, build: Build, *xs: Any) -> tuple[list[str | None], str]:
    """Return the names for some inputs, none if the network itself raises; and hooks.

    What is no input is done to the network between two calls.
    """
    net = build()
    names = []
    with some_hooks() as of_all:
        for x in xs:
            if callable(x):
                x(net)
                continue
            try:
                names.append(ex.first_mismatch(net, x))
            except Exception:
                if type(net) is not RaisesItself:
                    raise
                names.append(None)
        return names, f"{of_all()} hooks of all modules"


def state_around(ex: Any, build: Build, *xs: Tensor) -> Seen:
    """Return the names for several inputs, and what is to see of the network then."""
    net = build()
    with some_hooks() as of_all:
        names = [ex.first_mismatch(net, x) for x in xs]
        return {"names": names, "hooks of all modules": of_all(), **look(net)}


def gives(names: list[str | None]) -> Callable[[Any], bool]:
    return lambda got: got[0] == names


ANY_CLASS = {"not this one": "any class of exception counts: except Exception"}


@pytest.mark.weight(4)
def test_mismatch_is_the_first_leaf_that_does_not_fit(sweep, rng):
    d, *_ = sizes = rng.sample(DISTINCT, 6)
    x, row = torch.randn(3, d), torch.randn(1, d)
    name = "rest.tail.4"
    order = "where forward runs a leaf first that is registered last"
    norm = "where a LayerNorm does not fit"
    bare = "where a leaf without parameters does not fit"
    lazy = "where a lazy leaf gets a wrong number of axes"
    single = "for a network that is itself a leaf"
    fits = "where all fits a single row"
    parent = "where all leaves fit, and the network itself raises"
    hooked = "where a hook of a leaf raises before its forward"

    sweep.cases(
        names_in,
        {
            "": (lambda: nested_blocks(sizes, 2), x),
            "at the end": (lambda: lazy_in_the_middle(sizes, 3), x),
            order: (lambda: Backwards(nn.Linear(d + 2, d), nn.Linear(d + 1, d)), x),
            norm: (lambda: behind_a_lazy_layer(nn.LayerNorm(5)), x),
            bare: (lambda: behind_a_lazy_layer(nn.Unflatten(1, (3, 2))), x),
            lazy: (lambda: behind_a_lazy_layer(nn.LazyConv2d(2, 1)), x),
            single: (lambda: nn.Linear(d, 2), x, torch.randn(3, d + 1)),
            fits: (lambda: network_that_fits(d), row),
            parent: (lambda: RaisesItself(nn.Linear(d, 3), nn.ReLU()), x),
            **{
                say("for a leaf that raises {error}", error=error.__name__): (
                    lambda error=error: nn.Sequential(nn.ReLU(), Refuses(error)),
                    x,
                )
                for error in (KeyError, TypeError, OwnError)
            },
            "where a leaf fails in its second run": (
                lambda: Twice(nn.Linear(d, 12), nn.Linear(12, 13)),
                x,
            ),
            "where a leaf gets its input by a keyword": (
                lambda: Twice(nn.Linear(d, 12), nn.Linear(13, d)),
                x,
            ),
            "where a leaf has two names": (lambda: used_twice(nn.Linear(d, d + 1)), x),
            "for float64": (lambda: nn.Linear(d, d), x.double(), x),
            "for an empty batch": (lambda: nn.Linear(d, d), x[:0], x[:0, 1:]),
            "for an input without axes": (lambda: nn.LazyLinear(d), x[0, 0], x),
            "where a leaf gives no tensor": (
                lambda: nn.Sequential(nn.RNN(d, 3), nn.Linear(3, 2)),
                x,
            ),
            hooked: (lambda: nn.Sequential(nn.Tanh()), hook_the_first, x),
            "where a layer has come to it since": (
                lambda: nn.Sequential(nn.Linear(d, d)),
                *(x, lambda net: net.append(nn.Linear(d + 1, d)), x),
            ),
        },
        call="first_mismatch(net, x)",
        fault="first_mismatch does not name the first leaf that does not fit.",
        slips={
            "None says that all fits, but a layer does not": gives([None]),
            "this layer is lazy: it takes any width": gives(["rest.tail.2"]),
            "a container is no leaf: the layer inside it is asked for": (
                lambda got: f"{name}.".startswith(f"{got[0][0]}.")
            ),
            "the name of a layer starts with the names of what it is in": (
                lambda got: f".{name}".endswith(f".{got[0][0]}")
            ),
            "this is the layer before it, whose output does not fit": gives(
                ["rest.tail.3"]
            ),
            "a layer before this one does not fit: stop at the first": (
                lambda got: got[0][0] > name
            ),
        },
        because={
            order: "layers run as forward says, not as __init__ registers them",
            norm: "in_features is a matter of Linear layers: see which call raises",
            bare: "every module without children is a leaf, with parameters or not",
            lazy: "a lazy layer looks at its input in a hook of its own, before "
            "forward and before hooks registered without prepend=True",
            single: "the empty name counts as False: compare with `is None`, and look "
            "at the network itself, too",
            fits: "batch norm needs several rows in training mode: net.eval()",
            hooked: "the call of a leaf is more than its forward: its hooks belong to "
            "it",
            parent: "a leaf that has ended fits: only one whose call raises does not",
        },
        causes=ANY_CLASS,
    )


@pytest.mark.weight(2)
def test_mismatch_leaves_the_network_as_it_is(sweep, rng):
    sizes = rng.sample(DISTINCT, 4)
    x, wide = torch.randn(5, sizes[0]), torch.randn(5, sizes[0] + 1)
    counts = "where nothing is lazy, but a call changes a buffer and a parameter"

    sweep.cases(
        state_around,
        {
            "": (lambda: all_kinds(sizes, 2), 3 + x, 3 + x),
            "where all fits": (lambda: all_kinds(sizes, 9), x, x),
            "for an input that fits not, then one that fits": (
                lambda: all_kinds(sizes, 9),
                *(wide, x, wide),
            ),
            counts: (lambda: nn.Sequential(Counts(), nn.Linear(1, 2)), x),
            "for integers": (lambda: all_kinds(sizes, 9), x.long()),
            "for more axes": (lambda: lazy_in_the_middle(sizes, 2), x[None, None]),
        },
        call="first_mismatch(net, x), then all that there is to see of net",
        fault="first_mismatch gives another name, or changes the network.",
        slips={
            "x went through net itself, which gives shapes to the lazy layers before "
            "the mismatch: use a copy": lambda seen: seen["2.2.weight"] is not None,
            "net.eval() switches every module, and net.train() too: use a copy": (
                lambda seen: not seen[".training"] or seen["1.training"]
            ),
        },
        because={counts: "x went through net itself: use a copy in any case"},
    )
