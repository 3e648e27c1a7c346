"""load_into_lazy loads all of a state, placeholders too, or nothing of it."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from deferred_init_helpers import (
    DISTINCT,
    Build,
    LazyGain,
    Seen,
    look,
    outcome,
    tensors_of,
    used_twice,
)

pytestmark = pytest.mark.exercise("deferred_init.load_into_lazy")

State = dict[str, Tensor]
Change = Callable[[State], State]


def waiting_net(channels: int, hidden: int, out: int) -> nn.Module:
    net = nn.Sequential(
        nn.LazyConv2d(channels, 3),
        nn.BatchNorm2d(channels),
        nn.Sequential(nn.Flatten(), nn.LazyLinear(hidden), nn.ReLU()),
        nn.Linear(hidden, out),
    )
    net[1].weight.grad = torch.ones(channels)
    net[2].eval()
    return net


def ordinary_net(channels: int, hidden: int, out: int) -> nn.Module:
    net = waiting_net(channels, hidden, out).eval()
    net(torch.zeros(1, 2, 3, 3))
    return net


def half_called(channels: int, hidden: int, out: int) -> nn.Module:
    net = waiting_net(channels, hidden, out)
    net[0](torch.zeros(1, 2, 3, 3))
    net[2][1].weight.requires_grad = net[3].weight.requires_grad = False
    return net


def with_a_passing_buffer(d: int) -> nn.Module:
    net = nn.Sequential(nn.LazyLinear(d), nn.BatchNorm1d(d, affine=False))
    net.register_buffer("mask", torch.ones(d), persistent=False)
    return net


def each(change: Callable[[Tensor], Tensor]) -> Change:
    return lambda state: {name: change(tensor) for name, tensor in state.items()}


def drop(name: str) -> Change:
    return lambda state: {n: t for n, t in state.items() if n != name}


def put(name: str, *shape: int) -> Change:
    return lambda state: {**state, name: torch.ones(shape)}


TWICE = "where the second name of a layer is missing"
PASSING = "where there is a name of a buffer that is not saved"
STATES = {
    "for a state in float64": each(lambda t: t.double() if t.dim() else t),
    "for names in another order": lambda s: OrderedDict(reversed(s.items())),
    "for a state of parameters": each(lambda t: nn.Parameter(t) if t.dim() else t),
    "for NaN and infinite values": each(lambda t: t / 0 if t.dim() else t),
    "for transposed tensors": each(
        lambda t: t.mT.contiguous().mT if t.dim() == 2 else t
    ),
}
NAMES = {
    "where the last name is missing": drop("3.bias"),
    "where the bias of a lazy layer is missing": drop("2.1.bias"),
    "where a buffer is missing": drop("1.running_var"),
    "where there is a name too many": put("4.weight", 2),
    "where the name of a module is one too many": put("1", 2),
    "where there are no names at all": lambda _: {},
}
SHAPES = {
    "where a bias is too long": put("3.bias", max(DISTINCT) + 1),
    "where a buffer is too long": put("1.running_mean", max(DISTINCT) + 1),
    "where a bias has one entry": put("3.bias", 1),
    "where a weight is transposed": lambda s: {**s, "3.weight": s["3.weight"].mT},
    "where a weight has too many axes": put("1.weight", 1, 1, 1),
}


def state_of(build: Build, x: Tensor) -> State:
    """Return the state of the network after a call, with values that its names tell."""
    net = build().eval()
    net(x)
    return {
        name: (torch.arange(t.numel()) + i).reshape(t.shape).to(t.dtype) / 8
        for i, (name, t) in enumerate(net.state_dict().items())
    }


def loaded(ex: Any, build: Build, x: Tensor, change: Change = dict) -> Seen:
    """Return all that there is to see after loading, and after a call."""
    state = change(state_of(build, x))
    net = build()
    before = tensors_of(net)
    kept = {name: t.detach().clone() for name, t in state.items()}
    ex.load_into_lazy(net, state)
    waiting = [name for name, t in tensors_of(net).items() if is_lazy(t)]
    stay = [n in state and torch.equal(state[n], old) for n, old in kept.items()]
    for tensor in state.values():
        tensor.detach().zero_()
    seen = look(net)
    results = net.eval()(x)
    values = {n: t.detach().clone() for n, t in tensors_of(net).items()}
    return {
        "placeholders left": waiting,
        "the same parameters": [p is before[n] for n, p in net.named_parameters()],
        **seen,
        "the state keeps its entries": stay,
        **{f"after a call: {name}": value for name, value in values.items()},
        "results": results,
    }


def refused(ex: Any, build: Build, state: State) -> Seen:
    """Return what is raised, and all that there is to see of the network then."""
    net = build()
    return {"raised": outcome(RuntimeError, ex.load_into_lazy, net, state), **look(net)}


@pytest.mark.weight(4)
def test_load_fills_placeholders_and_all_others(sweep, rng):
    d, *_ = sizes = rng.sample(DISTINCT, 3)
    x, row = torch.randn(3, 2, 3, 3), torch.randn(3, d)

    sweep.cases(
        loaded,
        {
            "": (lambda: waiting_net(*sizes), x),
            "where nothing is lazy": (lambda: ordinary_net(*sizes), x),
            "for a single layer": (lambda: nn.LazyLinear(d, bias=False), row),
            "where a layer has two names": (lambda: used_twice(nn.LazyLinear(d)), row),
            "where a buffer is not saved": (lambda: with_a_passing_buffer(d), row),
            "for a lazy class of its own": (
                lambda: nn.Sequential(LazyGain(), nn.LazyLinear(d)),
                row,
            ),
            "where one was called, two are frozen": (lambda: half_called(*sizes), x),
            "in float64": (lambda: waiting_net(*sizes).double(), x.double()),
            **{k: (lambda: waiting_net(*sizes), x, s) for k, s in STATES.items()},
            "for a network without a state": (nn.Identity, row),
        },
        call="load_into_lazy(net, state), then state to zero, then net(x)",
        fault="load_into_lazy does not load all values of the state.",
        slips={
            "load into the network that you were given, not into a copy": (
                lambda seen: "2.1.weight" in seen["placeholders left"]
            ),
            "assign=True and setattr put new parameters there: fill those there are": (
                lambda seen: False in seen["the same parameters"]
            ),
            "assign=True puts the tensors of the state themselves into the network": (
                lambda seen: not seen["3.weight"].any()
            ),
            "the state is the caller's: it keeps its entries": (
                lambda seen: False in seen["the state keeps its entries"]
            ),
            "a buffer is part of the state, too": (
                lambda seen: not seen["1.running_mean"].any()
            ),
            "a placeholder that is filled must get its values, too, as a copy": (
                lambda seen: seen["3.bias"][0] != seen["2.1.bias"][0] + 0.25
            ),
        },
    )


@pytest.mark.weight(3)
@pytest.mark.parametrize("build", [waiting_net, ordinary_net])
def test_load_loads_nothing_of_a_state_that_does_not_fit(sweep, rng, build):
    d, *_ = sizes = rng.sample(DISTINCT, 3)
    row = torch.randn(3, d)
    names = "names are to be the same on both sides, before anything is loaded"
    shapes = "all shapes are to be the same, before anything is loaded"
    right = state_of(lambda: waiting_net(*sizes), torch.randn(3, 2, 3, 3))
    twice = state_of(lambda: used_twice(nn.LazyLinear(d)), row)
    passing = state_of(lambda: with_a_passing_buffer(d), row)
    wrong = {when: change(right) for when, change in (NAMES | SHAPES).items()}

    sweep.cases(
        refused,
        {
            **{when: (lambda: build(*sizes), state) for when, state in wrong.items()},
            "where all fits": (lambda: build(*sizes), right),
            TWICE: (lambda: used_twice(nn.LazyLinear(d)), drop("2.0.bias")(twice)),
            PASSING: (lambda: with_a_passing_buffer(d), put("mask", d)(passing)),
        },
        call="load_into_lazy(net, state) with a state that does not fit",
        fault="load_into_lazy does not refuse the whole of a state that does not fit.",
        slips={
            "strict=False, or a check of some names only, lets the rest pass": (
                lambda seen: seen["raised"] == "no exception"
            ),
            "a RuntimeError is promised, and no other exception": (
                lambda seen: seen["raised"] != "RuntimeError"
            ),
            "load_state_dict loads what it can before it raises: check first": (
                lambda seen: seen["raised"] == "RuntimeError"
            ),
        },
        because={
            TWICE: "each of its names is to be in the state",
            PASSING: "a buffer that is not saved has no name in net.state_dict()",
            **dict.fromkeys(NAMES, names),
            **dict.fromkeys(SHAPES, shapes),
        },
    )
