"""pending_parameters lists placeholders of any lazy class; they go on waiting."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.modules.lazy import LazyModuleMixin
from torch.nn.parameter import UninitializedParameter, is_lazy

from deferred_init_helpers import DISTINCT, Build, Seen, look
from grader.observe import draw_name, expect_equal

pytestmark = pytest.mark.exercise("deferred_init.pending_parameters")


class LazyGain(LazyModuleMixin, nn.Module):
    """A lazy module that torch does not know."""

    def __init__(self) -> None:
        super().__init__()
        self.gain = UninitializedParameter()

    def initialize_parameters(self, x: Tensor) -> None:
        if is_lazy(self.gain):
            self.gain.materialize((x.shape[-1],))
            nn.init.ones_(self.gain)

    def forward(self, x: Tensor) -> Tensor:
        return x * self.gain


class Plain(nn.Module):
    """A module that is no lazy one, but has a placeholder."""

    def __init__(self) -> None:
        super().__init__()
        self.rest = nn.ParameterList([UninitializedParameter(), torch.ones(2)])
        self.own = UninitializedParameter()


def lazy(*widths: int) -> nn.Sequential:
    return nn.Sequential(*map(nn.LazyLinear, widths))


def called(net: nn.Module, width: int = 3) -> nn.Module:
    net(torch.ones(1, width))
    return net


def one_branch_called() -> nn.Module:
    rest = nn.Sequential(nn.Flatten(), nn.Sequential(nn.LazyConv2d(2, 3)))
    return nn.ModuleDict({"called": called(lazy(4)), "waiting": rest})


def one_weight_in_two_layers(width: int) -> nn.Module:
    net = lazy(width, width)
    net[1].weight = net[0].weight
    return net


def a_weight_made_by_hand(width: int) -> nn.Module:
    net = lazy(width)
    net[0].weight.materialize((width, 3))
    nn.init.ones_(net[0].weight)
    return net


def frozen(*widths: int) -> nn.Module:
    net = lazy(*widths)
    net[0].weight.requires_grad = False
    return net.eval().double()


def one_layer_twice(layer: nn.Module) -> nn.Module:
    return nn.Sequential(layer, nn.ReLU(), nn.Sequential(layer))


def pending_in(ex: Any, build: Build) -> list[str]:
    return ex.pending_parameters(build())


def pending_twice(ex: Any, build: Build) -> Seen:
    """Ask twice, and change the first answer in between."""
    net = build()
    first = ex.pending_parameters(net)
    kept = first[:]
    first.clear()
    return {"first": kept, "again": ex.pending_parameters(net), **look(net)}


CAUSES = {"uninitialized parameter": "a placeholder has no shape to read"}


def test_pending_lists_the_lazy_layers_of_a_network(observe, rng):
    a, b, c = rng.sample(DISTINCT, 3)
    front = [nn.Linear(a, b), *(nn.ReLU() for _ in range(rng.randrange(1, 50)))]

    names = observe(
        pending_in,
        lambda: nn.Sequential(*front, *lazy(c, a)),
        call="pending_parameters(Sequential(Linear, ReLU, …, LazyLinear, LazyLinear))",
        causes=CAUSES,
    )

    places = len(front), len(front) + 1
    expected = [f"{i}.{name}" for i in places for name in ("weight", "bias")]
    expect_equal(
        names,
        expected,
        "pending_parameters does not list the placeholders by name and in order.",
        slips={
            "what has its shape waits for nothing: look at each one's class": (
                lambda names: set(names) > set(expected)
            ),
            "the names are right, but not their order: net.named_parameters()": (
                lambda names: sorted(names) == sorted(expected)
            ),
            "a name holds the whole path of the module: net.named_parameters()": (
                ["weight", "bias", "weight", "bias"]
            ),
        },
    )


@pytest.mark.weight(3)
def test_pending_looks_at_each_parameter(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    own, many = draw_name(rng), [a] * rng.randrange(2, 50)
    cases = {
        "of which a branch was called": (
            one_branch_called,
            "modules inside of modules count, too: net.named_parameters()",
        ),
        "with lazy batch norm": (
            lambda: nn.Sequential(nn.BatchNorm1d(a), nn.LazyBatchNorm1d()),
            "buffers, too, may be placeholders, such as running_mean: none is listed",
        ),
        "with a lazy class of its own": (
            lambda: nn.Sequential(nn.Linear(a, b), LazyGain()),
            "other classes than LazyLinear are lazy, too: look at the parameter",
        ),
        "with a layer in two places": (
            lambda: one_layer_twice(nn.LazyLinear(a)),
            "the layer is used twice, but its parameters are the same",
        ),
        "with a weight in two layers": (
            lambda: one_weight_in_two_layers(a),
            "what two layers share is one parameter, listed once",
        ),
        "with an empty parameter": (
            lambda: nn.Sequential(*lazy(*many), nn.ParameterList([torch.empty(0)])),
            "a parameter with no entries has a shape, (0,), and is no placeholder",
        ),
        "whose weight has its shape, but not the bias": (
            lambda: a_weight_made_by_hand(a),
            "each parameter waits or not, whatever its layer does",
        ),
        "that is a single layer": (
            lambda: nn.LazyConvTranspose1d(a, 2),
            "the network has parameters of its own, too: net.named_parameters()",
        ),
        "with a placeholder in a module that is no lazy one": (
            Plain,
            "each parameter waits or not, whatever its module is",
        ),
        "that was called in part, of a lazy class of its own": (
            lambda: nn.Sequential(called(LazyGain()), LazyGain()),
            "what has its shape waits for nothing: look at each one's class",
        ),
        "with a frozen placeholder": (
            lambda: frozen(a, b),
            "a placeholder counts, to be trained or not",
        ),
        "whose names are not in the order of the alphabet": (
            lambda: nn.ModuleDict({name: nn.LazyLinear(b) for name in "zam"}),
            "the order is that of net.named_parameters()",
        ),
        "whose layer has another name": (
            lambda: nn.ModuleDict({own: nn.LazyLinear(b)}),
            "a name holds the whole path of the module: net.named_parameters()",
        ),
        "of twelve layers": (
            lambda: nn.Sequential(
                *(nn.LazyLinear(a, bias=i % 2 > 0) for i in range(12))
            ),
            "'10.weight' comes after '2.weight': the order is that of "
            "net.named_parameters()",
        ),
    }

    sweep.cases(
        pending_in,
        {f"for a network {kind}": (build,) for kind, (build, _) in cases.items()},
        call="pending_parameters(net)",
        because={f"for a network {kind}": why for kind, (_, why) in cases.items()},
        causes=CAUSES,
    )


@pytest.mark.weight(2)
def test_pending_leaves_the_network_as_it_is(sweep, rng):
    a, b, c = rng.sample(DISTINCT, 3)

    sweep.cases(
        pending_twice,
        {
            "": (lambda: nn.Sequential(nn.Linear(a, b), *lazy(c)),),
            "on the meta device": (lambda: lazy(a, b).to("meta"),),
            "after the first call": (
                lambda: called(nn.Sequential(*lazy(a), LazyGain())),
            ),
            "where nothing is lazy": (lambda: nn.Linear(a, b),),
            "for a network without layers": (nn.Sequential,),
        },
        call="pending_parameters(net), twice",
        fault="pending_parameters does not give the same names twice, and leave net as "
        "it was.",
        slips={
            "the network was called, which gives shapes": (
                lambda seen: seen["1.weight"] is not None
            )
        },
        causes=CAUSES,
    )
