"""first_mismatch names the first layer, as forward runs, that does not fit."""

from collections import OrderedDict
from itertools import pairwise
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import (
    DISTINCT,
    Build,
    Shape,
    expect_same_values,
    flags_of,
    shapes_of,
    values_of,
)
from grader.observe import expect_equal, say

pytestmark = pytest.mark.exercise("deferred_init.first_mismatch")


class Backwards(nn.Module):
    """A network whose layers are registered in another order than they run."""

    def __init__(self, last: nn.Module, first: nn.Module) -> None:
        super().__init__()
        self.last = last
        self.first = first

    def forward(self, x: Tensor) -> Tensor:
        return self.last(self.first(x))


def lazy_in_the_middle(sizes: list[int], wrong: int) -> nn.Module:
    """Return a network in which Linear layers from number `wrong` on do not fit."""
    layers: list[nn.Module] = []
    for i, (inner, out) in enumerate(pairwise(sizes)):
        if i == 1:
            layers += [nn.LazyLinear(out), nn.ReLU()]
        else:
            layers += [nn.Linear(inner + (i >= wrong), out), nn.ReLU()]
    return nn.Sequential(*layers)


def nested_blocks(sizes: list[int], wrong: int) -> nn.Module:
    """Return the same layers two levels deep, with names."""
    layers = lazy_in_the_middle(sizes, wrong)
    rest = nn.Sequential(OrderedDict(tail=layers[2:]))
    return nn.Sequential(layers[:2], rest)


def norm_that_does_not_fit(kind: str, width: int) -> nn.Module:
    layer = {
        "LayerNorm": nn.LayerNorm(width + 1),
        "BatchNorm1d": nn.BatchNorm1d(width + 1),
        "Conv1d": nn.Conv1d(width + 1, 2, 1),
    }[kind]
    return nn.Sequential(nn.LazyLinear(width), nn.Sequential(nn.Tanh(), layer))


def lazy_layer_that_does_not_fit(width: int) -> nn.Module:
    """Return a network in which a lazy convolution gets rows instead of images."""
    return nn.Sequential(
        nn.LazyLinear(width), nn.Sequential(nn.Tanh(), nn.LazyConv2d(2, 1))
    )


def network_that_fits(sizes: list[int]) -> nn.Module:
    return nn.Sequential(
        nn.LazyLinear(sizes[0]),
        nn.BatchNorm1d(sizes[0]),
        nn.Sequential(nn.ReLU(), nn.LazyLinear(sizes[1])),
        nn.LayerNorm(sizes[1]),
    )


def mismatch_in(ex: Any, build: Build, args: list[Any], x: Tensor) -> str | None:
    return ex.first_mismatch(build(*args), x)


def mismatch_backwards(ex: Any, d: int, x: Tensor) -> str | None:
    return ex.first_mismatch(Backwards(nn.Linear(d + 2, d), nn.Linear(d + 1, d)), x)


def state_around_first_mismatch(
    ex: Any, sizes: list[int], wrong: int, x: Tensor
) -> tuple[
    str | None,
    tuple[dict[str, Shape | None], dict[str, bool], dict[str, Tensor]],
    tuple[dict[str, Shape | None], dict[str, bool], dict[str, Tensor]],
]:
    net = nn.Sequential(
        nn.BatchNorm1d(sizes[0]), nn.Dropout(), lazy_in_the_middle(sizes, wrong)
    )
    net[1].eval()
    before = shapes_of(net), flags_of(net), values_of(net)
    name = ex.first_mismatch(net, x)
    return name, before, (shapes_of(net), flags_of(net), values_of(net))


def mismatch_twice(
    ex: Any, width: int, first: Tensor, second: Tensor
) -> tuple[str | None, str | None, Shape]:
    net = nn.Sequential(nn.Linear(width, 3), nn.LazyLinear(2))
    names = ex.first_mismatch(net, first), ex.first_mismatch(net, second)
    return *names, tuple(net(second).shape)


@pytest.mark.weight(2)
@pytest.mark.parametrize(("wrong", "name"), [(0, "0"), (2, "4"), (3, "6")])
def test_mismatch_is_the_first_layer_that_does_not_fit(observe, rng, wrong, name):
    sizes = rng.sample(DISTINCT, 6)
    x = torch.randn(3, sizes[0])

    found = observe(
        mismatch_in,
        lazy_in_the_middle,
        [sizes, wrong],
        x,
        call=say(
            "first_mismatch(net, x), where layer {name} and all later ones of a "
            "Sequential with a LazyLinear at '2' do not fit",
            name=repr(name),
        ),
    )

    expect_equal(
        found,
        name,
        "first_mismatch does not name the first layer that does not fit.",
        slips={
            "layer 2 is lazy: it takes any width": "2",
            "this is the layer before it, whose output does not fit": (
                str(int(name) - 1)
            ),
            "a layer before this one does not fit: stop at the first": (
                lambda found: found is not None and found > name
            ),
            "None says that all fits, but a layer does not": None,
        },
    )


@pytest.mark.parametrize(("wrong", "name"), [(0, "0.0"), (2, "1.tail.4")])
def test_mismatch_has_its_whole_path_as_name(observe, rng, wrong, name):
    sizes = rng.sample(DISTINCT, 5)

    found = observe(
        mismatch_in,
        nested_blocks,
        [sizes, wrong],
        torch.randn(3, sizes[0]),
        call=say("first_mismatch(net, x), where {name} does not fit", name=repr(name)),
    )

    expect_equal(
        found,
        name,
        "first_mismatch does not give the name of the leaf in named_modules().",
        slips={
            "a container is no leaf: the layer inside it is asked for": (
                lambda found: found is not None and name.startswith(f"{found}.")
            ),
            "the name of a layer starts with the names of what it is in": (
                lambda found: found is not None and name.endswith(found)
            ),
            "None says that all fits, but a layer does not": None,
        },
    )


def test_mismatch_follows_the_order_of_forward(observe, rng):
    d = rng.choice(DISTINCT)

    found = observe(
        mismatch_backwards,
        d,
        torch.randn(3, d),
        call="first_mismatch(net, x), where `last` and `first` do not fit, and "
        "forward is last(first(x))",
    )

    expect_equal(
        found,
        "first",
        "first_mismatch does not follow the order of forward.",
        slips={"layers run as forward says, not as __init__ registers them": "last"},
    )


@pytest.mark.parametrize("rows", [1, 3])
def test_mismatch_is_none_if_all_fits(observe, rng, rows):
    sizes = rng.sample(DISTINCT, 2)

    found = observe(
        mismatch_in,
        network_that_fits,
        [sizes],
        torch.randn(rows, rng.choice(DISTINCT)),
        call=say(
            "first_mismatch(net, x) with {rows} rows, all of which fits", rows=rows
        ),
    )

    expect_equal(
        found,
        None,
        "first_mismatch finds a mismatch where there is none.",
        slips={
            "batch norm needs several rows in training mode: net.eval()": (
                lambda name: name == "1" and rows == 1
            ),
            "a lazy layer takes any width": (lambda name: name in ("0", "2.1")),
        },
    )


@pytest.mark.parametrize("kind", ["LayerNorm", "BatchNorm1d", "Conv1d"])
def test_mismatch_is_found_in_other_layers_than_linear(observe, rng, kind):
    width = rng.choice(DISTINCT)
    leading = [3, width] if kind == "Conv1d" else [3]

    found = observe(
        mismatch_in,
        norm_that_does_not_fit,
        [kind, width],
        torch.randn(*leading, 2),
        call=say(
            "first_mismatch(net, x), where the {kind} in net does not fit", kind=kind
        ),
    )

    expect_equal(
        found,
        "1.1",
        say("first_mismatch does not find a {kind} that does not fit.", kind=kind),
        slips={"in_features is a matter of Linear layers: see which call raises": None},
    )


def test_mismatch_is_found_in_a_lazy_layer(observe, rng):
    found = observe(
        mismatch_in,
        lazy_layer_that_does_not_fit,
        [rng.choice(DISTINCT)],
        torch.randn(3, 2),
        call="first_mismatch(net, x), where a LazyConv2d gets rows, not images",
    )

    expect_equal(
        found,
        "1.1",
        "first_mismatch does not find a lazy layer that does not fit.",
        slips={
            "a lazy layer looks at its input in a hook of its own, before forward and "
            "before hooks registered without prepend=True": (
                lambda found: found in (None, "1.0")
            )
        },
    )


def test_mismatch_of_a_single_layer_has_the_empty_name(observe, rng):
    width, out = rng.sample(DISTINCT, 2)

    found = observe(
        mismatch_in,
        nn.Linear,
        [width, out],
        torch.randn(3, width + 1),
        call=say(
            "first_mismatch(Linear({width}, {out}), x) with x (3, {value})",
            width=width,
            out=out,
            value=width + 1,
        ),
    )

    expect_equal(
        found,
        "",
        "first_mismatch does not name a single layer that does not fit.",
        slips={
            "the empty name counts as False: compare with `is None`, and look at the "
            "network itself, too": None
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize("wrong", [2, 9], ids=["a_mismatch", "all_fits"])
def test_mismatch_leaves_the_network_as_it_is(observe, rng, wrong):
    sizes = rng.sample(DISTINCT, 4)

    _, before, after = observe(
        state_around_first_mismatch,
        sizes,
        wrong,
        3 + torch.randn(5, sizes[0]),
        call="first_mismatch(net, x), then placeholders, flags and values of net",
    )

    for found, expected, fault, cause in zip(
        after,
        before,
        (
            "first_mismatch changes placeholders.",
            "first_mismatch changes the training flags.",
        ),
        (
            "x went through net itself, which gives shapes to the lazy layers before "
            "the mismatch: use a copy",
            "net.eval() switches every module: use a copy",
        ),
        strict=False,
    ):
        expect_equal(found, expected, fault, slips={cause: lambda _: True})
    expect_same_values(after[2], before[2], "first_mismatch changes the network.")


def test_mismatch_can_be_asked_again(observe, rng):
    width = rng.choice(DISTINCT)

    first, second, shape = observe(
        mismatch_twice,
        width,
        torch.randn(3, width + 1),
        torch.randn(3, width),
        call="first_mismatch(net, x), once with an x that fits not, once with one that "
        "fits; net(x)",
    )

    expect_equal(first, "0", "first_mismatch misses the first layer.")
    expect_equal(
        second, None, "first_mismatch finds a mismatch where there is none any more."
    )
    expect_equal(shape, (3, 2), "After first_mismatch, the network does not run.")
