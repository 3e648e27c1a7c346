"""pending_parameters lists placeholders of any lazy class; they go on waiting."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter, is_lazy

from deferred_init_helpers import DISTINCT, Build, Seen, look
from grader.observe import expect_equal, say

pytestmark = pytest.mark.exercise("deferred_init.pending_parameters")


class LazyGain(LazyModuleMixin, nn.Module):
    """A lazy module that torch does not know."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = UninitializedParameter()
        self.empty = nn.Parameter(torch.empty(0))
        self.scalar = nn.Parameter(torch.tensor(1.0))

    def initialize_parameters(self, x: Tensor) -> None:
        if is_lazy(self.gain):
            self.gain.materialize((x.shape[-1],))
            nn.init.ones_(self.gain)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gain * self.scalar


class Plain(nn.Module):
    """A module that is no lazy one, but has a placeholder."""

    def __init__(self) -> None:
        super().__init__()
        self.rest = nn.ParameterList([UninitializedParameter(), torch.ones(2)])
        self.own = UninitializedParameter()


def called(net: nn.Module, x: Tensor) -> nn.Module:
    net(x)
    return net


def one_layer_twice(layer: nn.Module) -> nn.Module:
    return nn.Sequential(layer, nn.ReLU(), nn.Sequential(layer))


def one_weight_in_two_layers(a: int, *_: int) -> nn.Module:
    net = nn.Sequential(nn.LazyLinear(a), nn.LazyLinear(a))
    net[1].weight = net[0].weight
    return net


def a_weight_made_by_hand(a: int, b: int, _: int) -> nn.Module:
    net = nn.Sequential(nn.LazyLinear(a))
    net[0].weight.materialize((a, b))
    nn.init.ones_(net[0].weight)
    return net


def frozen(a: int, b: int, _: int) -> nn.Module:
    net = nn.Sequential(nn.LazyLinear(a), nn.LazyLinear(b))
    net[0].weight.requires_grad = False
    return net.eval().double()


BUILDS = {
    "whose first layer has its shape": lambda a, b, c: nn.Sequential(
        nn.Linear(a, b), nn.ReLU(), nn.LazyLinear(c), nn.LazyLinear(a)
    ),
    "of which one branch was called": lambda a, b, c: nn.ModuleDict(
        {
            "called": called(nn.Sequential(nn.LazyLinear(a)), torch.zeros(1, c)),
            "waiting": nn.Sequential(nn.Flatten(), nn.Sequential(nn.LazyConv2d(b, 3))),
        }
    ),
    "with lazy batch norm": lambda a, *_: nn.Sequential(
        nn.BatchNorm1d(a), nn.LazyBatchNorm1d(), nn.LazyBatchNorm1d(affine=False)
    ),
    "with a layer in two places": lambda a, *_: one_layer_twice(nn.LazyLinear(a)),
    "with a lazy class of its own": lambda a, b, _: nn.Sequential(
        nn.Linear(a, b), LazyGain()
    ),
}
MORE = {
    "where layers wait": BUILDS["whose first layer has its shape"],
    "where names are not in the order of the alphabet": lambda *widths: nn.ModuleDict(
        {name: nn.LazyLinear(w) for name, w in zip("zam", widths, strict=True)}
    ),
    "for twelve layers: '10.weight' comes after '2.weight'": lambda a, *_: (
        nn.Sequential(*(nn.LazyLinear(a, bias=i % 2 > 0) for i in range(12)))
    ),
    "where a placeholder is frozen": frozen,
    "where a lazy module of another class was called": lambda a, *_: nn.Sequential(
        called(LazyGain(), torch.zeros(1, a)), LazyGain()
    ),
    "where a weight has its shape, but not the bias": a_weight_made_by_hand,
    "where two layers share a weight": one_weight_in_two_layers,
    "for a single layer": lambda a, *_: nn.LazyConvTranspose1d(a, 2),
    "where the module of a placeholder is no lazy one": lambda *_: Plain(),
    "on the meta device": lambda a, *_: nn.Sequential(nn.LazyLinear(a)).to("meta"),
    "after the first call": lambda a, b, c: called(
        nn.Sequential(nn.LazyLinear(a), LazyGain()), torch.zeros(1, c)
    ),
    "where nothing is lazy": lambda a, b, _: nn.Linear(a, b),
    "for a network without layers": lambda *_: nn.Sequential(),
}


def pending_in(ex: Any, build: Build, widths: list[int]) -> list[str]:
    return ex.pending_parameters(build(*widths))


def pending_before_and_after(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[list[str], list[str]]:
    net = nn.Sequential(*map(nn.LazyLinear, widths))
    return ex.pending_parameters(net), ex.pending_parameters(called(net, x))


def pending_twice(ex: Any, build: Build, widths: list[int]) -> Seen:
    """Ask twice, and change the first answer in between."""
    net = build(*widths)
    first = ex.pending_parameters(net)
    kept = first[:]
    first.clear()
    return {"first": kept, "again": ex.pending_parameters(net), **look(net)}


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("what", "expected"),
    [
        (
            "whose first layer has its shape",
            ["2.weight", "2.bias", "3.weight", "3.bias"],
        ),
        ("of which one branch was called", ["waiting.1.0.weight", "waiting.1.0.bias"]),
        ("with lazy batch norm", ["1.weight", "1.bias"]),
        ("with a layer in two places", ["0.weight", "0.bias"]),
        ("with a lazy class of its own", ["1.gain"]),
    ],
    ids=["first_given", "branch_called", "buffers", "shared", "own_class"],
)
def test_pending_lists_placeholders_in_order(observe, rng, what, expected):
    names = observe(
        pending_in,
        BUILDS[what],
        rng.sample(DISTINCT, 3),
        call=say("pending_parameters of a network {what}", what=what),
        causes={"uninitialized parameter": "a placeholder has no shape to read"},
    )

    expect_equal(
        names,
        expected,
        "pending_parameters does not list the placeholders by name and in order.",
        slips={
            "the state dict has buffers, too, such as running_mean": (
                lambda names: "1.running_mean" in names
            ),
            "the layer is used twice, but its parameters are the same": (
                ["0.weight", "0.bias", "2.0.weight", "2.0.bias"]
            ),
            "other classes than LazyLinear are lazy, too: look at the parameter": (
                lambda names: names == [] and what == "with a lazy class of its own"
            ),
            "a parameter with no entries has a shape, (0,), and is no placeholder": (
                lambda names: "1.empty" in names and "1.scalar" not in names
            ),
            "what has its shape waits for nothing: look at each one's class": (
                lambda names: len(names) > len(expected)
            ),
            "the names are right, but not their order: net.named_parameters()": (
                lambda names: sorted(names) == sorted(expected)
            ),
            "a name holds the whole path of the module: net.named_parameters()": (
                lambda names: (
                    len(names) == len(expected)
                    and all(map(str.endswith, expected, names))
                )
            ),
            "modules inside of modules count, too: net.named_parameters()": (
                lambda names: names == [] and expected[0].count(".") > 1
            ),
        },
    )


@pytest.mark.weight(2)
def test_pending_looks_at_each_parameter_and_at_nothing_else(sweep, rng):
    widths = rng.sample(DISTINCT, 3)

    sweep.cases(
        pending_twice,
        {when: (build, widths) for when, build in MORE.items()},
        call="pending_parameters(net), twice",
        fault="pending_parameters does not give the same names twice, and leave net as "
        "it was.",
        slips={
            "the network was called, which gives shapes": (
                lambda seen: seen["2.weight"] is not None
            )
        },
    )


def test_pending_is_empty_after_the_first_call(observe, rng):
    inner, *widths = rng.sample(DISTINCT, 3)

    before, after = observe(
        pending_before_and_after,
        widths,
        torch.randn(2, inner),
        call="pending_parameters(net); net(x); pending_parameters(net)",
    )

    expect_equal(
        before,
        ["0.weight", "0.bias", "1.weight", "1.bias"],
        "pending_parameters misses placeholders.",
    )
    expect_equal(
        after, [], "After the first call, pending_parameters still lists parameters."
    )
