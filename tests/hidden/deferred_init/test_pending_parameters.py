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


def shape_given_to_the_first_only(a: int, b: int, c: int) -> nn.Module:
    layers = nn.Linear(a, b), nn.ReLU(), nn.LazyLinear(c), nn.LazyLinear(a)
    return nn.Sequential(*layers)


def one_branch_called(a: int, b: int, c: int) -> nn.Module:
    called = nn.Sequential(nn.LazyLinear(a), nn.LazyLinear(b))
    called(torch.zeros(1, c))
    waiting = nn.Sequential(nn.Flatten(), nn.Sequential(nn.LazyConv2d(b, 3)))
    return nn.ModuleDict({"called": called, "waiting": waiting})


def nothing_lazy(a: int, b: int, _: int) -> nn.Module:
    return nn.Sequential(nn.Linear(a, b), nn.LayerNorm(b))


def batch_norm_with_buffers(a: int, *_: int) -> nn.Module:
    norms = nn.LazyBatchNorm1d(), nn.LazyBatchNorm1d(affine=False)
    return nn.Sequential(nn.BatchNorm1d(a), *norms)


def one_layer_used_twice(a: int, *_: int) -> nn.Module:
    layer = nn.LazyLinear(a)
    return nn.Sequential(layer, nn.ReLU(), nn.Sequential(layer))


def one_weight_in_two_layers(a: int, *_: int) -> nn.Module:
    net = nn.Sequential(nn.LazyLinear(a), nn.LazyLinear(a))
    net[1].weight = net[0].weight
    return net


def lazy_class_of_its_own(a: int, b: int, _: int) -> nn.Module:
    return nn.Sequential(nn.Linear(a, b), LazyGain())


def lazy_class_that_was_called(a: int, *_: int) -> nn.Module:
    net = nn.Sequential(LazyGain(), LazyGain())
    net[0](torch.zeros(1, a))
    return net


def a_weight_made_by_hand(a: int, b: int, _: int) -> nn.Module:
    net = nn.Sequential(nn.LazyLinear(a))
    net[0].weight.materialize((a, b))
    nn.init.ones_(net[0].weight)
    return net


def names_out_of_order(a: int, b: int, c: int) -> nn.Module:
    names = "z", "a", "m"
    return nn.ModuleDict({n: nn.LazyLinear(w) for n, w in zip(names, (a, b, c))})


def twelve_layers(a: int, *_: int) -> nn.Module:
    return nn.Sequential(*(nn.LazyLinear(a, bias=i % 2 > 0) for i in range(12)))


def frozen(a: int, b: int, _: int) -> nn.Module:
    net = nn.Sequential(nn.LazyLinear(a), nn.LazyLinear(b))
    net[0].weight.requires_grad = False
    return net.eval().double()


def single_layer(a: int, *_: int) -> nn.Module:
    return nn.LazyConvTranspose1d(a, 2)


def no_lazy_module(*_: int) -> nn.Module:
    return nn.Sequential(nn.Linear(2, 2), Plain())


def on_meta(a: int, b: int, _: int) -> nn.Module:
    return nn.Sequential(nn.Linear(a, b), nn.LazyLinear(b)).to("meta")


def nothing_at_all(*_: int) -> nn.Module:
    return nn.Sequential()


def pending_in(ex: Any, build: Build, widths: list[int]) -> list[str]:
    return ex.pending_parameters(build(*widths))


def pending_twice(ex: Any, build: Build, widths: list[int]) -> Seen:
    """Ask twice, and change the first answer in between."""
    net = build(*widths)
    first = ex.pending_parameters(net)
    kept = first[:]
    first.clear()
    return {"first": kept, "again": ex.pending_parameters(net), **look(net)}


def pending_before_and_after(
    ex: Any, widths: list[int], x: Tensor
) -> tuple[list[str], list[bool], list[str]]:
    net = nn.Sequential(*map(nn.LazyLinear, widths))
    first = ex.pending_parameters(net)
    waiting = [is_lazy(p) for p in net.parameters()]
    net(x)
    return first, waiting, ex.pending_parameters(net)


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("build", "expected", "slips"),
    [
        (
            shape_given_to_the_first_only,
            ["2.weight", "2.bias", "3.weight", "3.bias"],
            {},
        ),
        (one_branch_called, ["waiting.1.0.weight", "waiting.1.0.bias"], {}),
        (
            batch_norm_with_buffers,
            ["1.weight", "1.bias"],
            {
                "the state dict has buffers, too, such as running_mean": (
                    lambda names: "1.running_mean" in names
                )
            },
        ),
        (
            one_layer_used_twice,
            ["0.weight", "0.bias"],
            {
                "the layer is used twice, but its parameters are the same": (
                    ["0.weight", "0.bias", "2.0.weight", "2.0.bias"]
                )
            },
        ),
        (
            lazy_class_of_its_own,
            ["1.gain"],
            {
                "other classes than LazyLinear are lazy, too: look at the parameter": (
                    []
                ),
                "a parameter with no entries has a shape, (0,), and is no placeholder": (
                    lambda names: "1.empty" in names and "1.scalar" not in names
                ),
            },
        ),
    ],
    ids=["first_given", "branch_called", "buffers", "shared", "own_class"],
)
def test_pending_lists_placeholders_in_order(observe, rng, build, expected, slips):
    names = observe(
        pending_in,
        build,
        rng.sample(DISTINCT, 3),
        call=say(
            "pending_parameters of a network, {what}",
            what=build.__name__.replace("_", " "),
        ),
        causes={"uninitialized parameter": "a placeholder has no shape to read"},
    )

    expect_equal(
        names,
        expected,
        "pending_parameters does not list the placeholders by name and in order.",
        slips={
            **slips,
            "a parameter that has its shape waits for nothing: look at each one's class": (
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
                lambda names: build is one_branch_called and set(names) < set(expected)
            ),
        },
    )


def test_pending_looks_at_each_parameter_and_at_nothing_else(sweep, rng):
    widths = rng.sample(DISTINCT, 3)
    cases = {
        "where layers wait": shape_given_to_the_first_only,
        "where names are not in the order of the alphabet": names_out_of_order,
        "for twelve layers: '10.weight' comes after '2.weight'": twelve_layers,
        "where a placeholder is frozen": frozen,
        "where a lazy module of another class was called": lazy_class_that_was_called,
        "where the weight of a lazy layer has its shape, but not the bias": (
            a_weight_made_by_hand
        ),
        "where two layers share a weight": one_weight_in_two_layers,
        "for a single layer": single_layer,
        "where the module of a placeholder is no lazy one": no_lazy_module,
        "on the meta device": on_meta,
        "where nothing is lazy": nothing_lazy,
        "for a network without layers": nothing_at_all,
        "where one branch was called": one_branch_called,
    }

    sweep.cases(
        pending_twice,
        {when: (build, widths) for when, build in cases.items()},
        call="pending_parameters(net), twice",
        fault="pending_parameters does not give the same names twice, with net as it "
        "was.",
    )


def test_pending_leaves_the_network_waiting(observe, rng):
    inner, *widths = rng.sample(DISTINCT, 3)

    first, waiting, after = observe(
        pending_before_and_after,
        widths,
        torch.randn(2, inner),
        call="pending_parameters(net); net(x); pending_parameters(net)",
    )

    expected = ["0.weight", "0.bias", "1.weight", "1.bias"]
    expect_equal(first, expected, "pending_parameters misses placeholders.")
    expect_equal(
        waiting,
        [True] * 4,
        "pending_parameters changes the network.",
        cause="the network was called, which gives shapes",
    )
    expect_equal(
        after, [], "After the first call, pending_parameters still lists parameters."
    )
