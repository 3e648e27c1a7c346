"""pending_parameters lists placeholders of any lazy class; they go on waiting."""

from typing import Any

import pytest
import torch
from torch import nn
from torch.nn.parameter import UninitializedParameter

from deferred_init_helpers import DISTINCT, Build, LazyGain, Seen, look

pytestmark = pytest.mark.exercise("deferred_init.pending_parameters")


class Plain(nn.Module):
    """A module that is no lazy one, but has placeholders, and a child that is None."""

    def __init__(self) -> None:
        super().__init__()
        self.register_module("later", None)
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


def loaded(width: int) -> nn.Module:
    """Return layers of which one has its shape from a state, without a call."""
    net = lazy(width, width)
    net[0].load_state_dict(nn.Linear(2, width).state_dict())
    return net


def pending_in(ex: Any, build: Build) -> list[str]:
    return ex.pending_parameters(build())


def pending_more_than_once(ex: Any, build: Build, width: int = 0) -> Seen:
    """Ask twice, change the first answer in between; and ask again after a call."""
    net = build()
    first = ex.pending_parameters(net)
    kept = first[:]
    first.clear()
    seen = {"first": kept, "again": ex.pending_parameters(net), **look(net)}
    if width:
        seen["after a call"] = ex.pending_parameters(called(net, width))
    return seen


CAUSES = {"uninitialized parameter": "a placeholder has no shape to read"}


@pytest.mark.weight(4)
def test_pending_looks_at_each_parameter(sweep, rng):
    a, b, c = rng.sample(DISTINCT, 3)
    expected = ["2.weight", "2.bias", "3.weight", "3.bias"]
    cases = {
        "for a network of which a branch was called": (
            one_branch_called,
            "modules inside of modules count, too: net.named_parameters()",
        ),
        "for a network with lazy batch norm": (
            lambda: nn.Sequential(nn.BatchNorm1d(a), nn.LazyBatchNorm1d()),
            "buffers, too, may be placeholders, such as running_mean: none is listed",
        ),
        "for a network with a lazy class of its own": (
            lambda: nn.Sequential(nn.Linear(a, b), LazyGain()),
            "other classes than LazyLinear are lazy, too: look at the parameter",
        ),
        "for a network with a weight in two layers": (
            lambda: one_weight_in_two_layers(a),
            "what two layers share is one parameter, listed once",
        ),
        "for a network with an empty parameter and one without axes": (
            lambda: nn.Sequential(
                *lazy(a), nn.ParameterList([torch.empty(0), torch.ones(())])
            ),
            "a parameter with no entries has a shape, (0,), as one without axes has ()",
        ),
        "for a network on the device meta": (
            lambda: nn.Sequential(nn.LazyLinear(a, device="meta")),
            "a placeholder counts, whatever its device",
        ),
        "for a network whose weight has its shape, but not the bias": (
            lambda: a_weight_made_by_hand(a),
            "each parameter waits or not, whatever its layer does",
        ),
        "for a network of which a layer has loaded a state": (
            lambda: loaded(a),
            "a layer gets its shape from a state, too, and goes on being lazy",
        ),
        "for a network that is a single layer": (
            lambda: nn.LazyConvTranspose1d(a, 2),
            "the network has parameters of its own, too: net.named_parameters()",
        ),
        "for a network with a placeholder in a module that is no lazy one": (
            Plain,
            "each parameter waits or not, whatever its module is",
        ),
        "for a network with a frozen placeholder": (
            lambda: nn.ParameterList([UninitializedParameter(requires_grad=False)]),
            "a placeholder counts, to be trained or not",
        ),
        "for a network whose names are not in the order of the alphabet": (
            lambda: nn.ModuleDict({name: nn.LazyLinear(b) for name in "zam"}),
            "the order is that of net.named_parameters()",
        ),
    }

    sweep.cases(
        pending_in,
        {
            "": (lambda: nn.Sequential(nn.Linear(a, b), nn.ReLU(), *lazy(c, a)),),
            **{when: (build,) for when, (build, _) in cases.items()},
        },
        call="pending_parameters(net)",
        fault="pending_parameters does not list the placeholders by name and in order.",
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
        because={when: why for when, (_, why) in cases.items()},
        causes=CAUSES,
    )


@pytest.mark.weight(2)
def test_pending_leaves_the_network_as_it_is(sweep, rng):
    a, b, c = rng.sample(DISTINCT, 3)

    sweep.cases(
        pending_more_than_once,
        {
            "": (lambda: nn.Sequential(nn.Linear(a, b), *lazy(c).eval()), a),
            "where all is in eval mode": (lambda: lazy(b, c).eval(), a),
            "after a call": (lambda: called(nn.Sequential(*lazy(a), LazyGain())),),
            "where nothing is lazy": (lambda: nn.Linear(a, b),),
            "for a network without layers": (nn.Sequential,),
        },
        call="pending_parameters(net), more than once",
        fault="pending_parameters does not look again, and leave net as it was.",
        slips={
            "the network was called, which gives shapes": (
                lambda seen: seen["1.weight"] is not None
            ),
            "what was found at the first time is remembered: look again": (
                lambda seen: seen["after a call"] == seen["first"]
            ),
        },
        causes=CAUSES,
    )
