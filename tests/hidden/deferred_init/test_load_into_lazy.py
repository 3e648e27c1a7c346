"""load_into_lazy loads all of a state, placeholders too, or nothing of it."""

from collections import OrderedDict
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn.parameter import is_lazy

from deferred_init_helpers import DISTINCT, Build, Seen, look, outcome, tensors_of
from grader.observe import say

pytestmark = pytest.mark.exercise("deferred_init.load_into_lazy")

State = dict[str, Tensor]


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
    """Return the ordinary network for images (2, 5, 5)."""
    net = waiting_net(channels, hidden, out)
    net.eval()(torch.zeros(1, 2, 5, 5))
    return net


def half_called(channels: int, hidden: int, out: int) -> nn.Module:
    net = waiting_net(channels, hidden, out)
    net[0](torch.zeros(1, 2, 5, 5))
    return net


def doubled(*sizes: int) -> nn.Module:
    return waiting_net(*sizes).double()


def partly_frozen(*sizes: int) -> nn.Module:
    net = ordinary_net(*sizes)
    net[3].weight.requires_grad_(requires_grad=False)
    return net


def one_layer_twice(d: int, *_: int) -> nn.Module:
    layer = nn.LazyLinear(d)
    return nn.Sequential(layer, nn.ReLU(), nn.Sequential(layer))


def with_a_passing_buffer(d: int, *_: int) -> nn.Module:
    net = nn.Sequential(nn.LazyLinear(d), nn.BatchNorm1d(d, affine=False))
    net.register_buffer("mask", torch.ones(d), persistent=False)
    return net


def single_layer(d: int, *_: int) -> nn.Module:
    return nn.LazyLinear(d, bias=False)


def nothing_at_all(*_: int) -> nn.Module:
    return nn.Sequential(nn.ReLU())


def fits(state: State) -> State:
    return state


def as_ordered_dict(state: State) -> State:
    return OrderedDict(reversed(state.items()))


def in_float64(state: State) -> State:
    return {n: t.double() if t.is_floating_point() else t for n, t in state.items()}


def as_parameters(state: State) -> State:
    return {n: nn.Parameter(t) if t.dim() else t for n, t in state.items()}


def not_contiguous(state: State) -> State:
    return {n: t.mT.contiguous().mT if t.dim() == 2 else t for n, t in state.items()}


def drop(*names: str) -> Callable[[State], State]:
    return lambda state: {n: t for n, t in state.items() if n not in names}


def rename(state: State) -> State:
    return {f"module.{name}": tensor for name, tensor in state.items()}


def reshape(name: str, *shape: int) -> Callable[[State], State]:
    """Return what gives one tensor another shape, or a longer first axis without."""

    def change(state: State) -> State:
        tensor = state[name]
        longer = torch.cat([tensor, tensor[:1]]) if tensor.dim() else tensor
        return {**state, name: torch.ones(shape) if shape else longer}

    return change


def add(name: str) -> Callable[[State], State]:
    return lambda state: {**state, name: torch.ones(2)}


def no_state(_: State) -> State:
    return {}


def loaded(
    ex: Any,
    build: Build,
    sizes: list[int],
    change: Callable[[State], State],
    xs: list[Tensor],
    wrong: Callable[[State], State] | None = None,
) -> Seen:
    """Return what is raised, and all that there is to see at each step.

    The state is that of the network after a call, with values that its names tell.
    Beside it, a wrong one is loaded before.
    """
    other = build(*sizes).eval()
    for x in xs:
        other(x)
    state = {
        name: (torch.arange(t.numel()) + i).reshape(t.shape).to(t.dtype) / 8
        for i, (name, t) in enumerate(other.state_dict().items())
    }
    net = build(*sizes)
    before = tensors_of(net)
    raised = None
    if wrong is not None:
        raised = outcome(RuntimeError, ex.load_into_lazy, net, wrong(dict(state)))
    refused = look(net)
    state = change(state)
    kept = {name: t.detach().clone() for name, t in state.items()}
    ex.load_into_lazy(net, state)
    waiting = [name for name, t in tensors_of(net).items() if is_lazy(t)]
    changed = [n for n, t in state.items() if not torch.equal(t, kept[n])]
    for tensor in state.values():
        tensor.detach().zero_()
    seen = look(net)
    results = [net.eval()(x) for x in xs]
    values = {n: t.detach().clone() for n, t in tensors_of(net).items()}
    return {
        "raised": raised,
        **{f"before: {name}": value for name, value in refused.items()},
        "placeholders left": waiting,
        "changed in the state": changed,
        "the same parameters": [p is before[n] for n, p in net.named_parameters()],
        **seen,
        **{f"after a call: {name}": value for name, value in values.items()},
        "results": results,
    }


@pytest.mark.weight(2)
@pytest.mark.parametrize("build", [waiting_net, ordinary_net])
def test_load_fills_placeholders_and_all_others(sweep, rng, build):
    sizes = rng.sample(DISTINCT, 3)
    images = [torch.randn(3, 2, 5, 5)]

    sweep.cases(
        loaded,
        {"": (build, sizes, fits, images)},
        call=say(
            "load_into_lazy({what}, state), then state to zero, then net(x)",
            what=build.__name__.replace("_", " "),
        ),
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
            "a buffer is part of the state, too": (
                lambda seen: not seen["1.running_mean"].any()
            ),
            "a placeholder that is filled must get its values, too": (
                lambda seen: seen["3.bias"][0] != seen["2.1.bias"][0] + 0.25
            ),
        },
    )


@pytest.mark.weight(2)
def test_load_takes_every_network_and_state(sweep, rng):
    sizes = rng.sample(DISTINCT, 3)
    images, rows = [torch.randn(3, 2, 5, 5)], [torch.randn(3, sizes[0])]
    wide = [x.double() for x in images]

    sweep.cases(
        loaded,
        {
            "": (single_layer, sizes, fits, rows),
            "where a layer has two names": (one_layer_twice, sizes, fits, rows),
            "where a buffer is not saved": (with_a_passing_buffer, sizes, fits, rows),
            "where one layer was called": (half_called, sizes, fits, images),
            "where a parameter is frozen": (partly_frozen, sizes, fits, images),
            "for a network in float64": (doubled, sizes, fits, wide),
            "for a state in float64": (waiting_net, sizes, in_float64, images),
            "for names in another order": (waiting_net, sizes, as_ordered_dict, images),
            "for a state of parameters": (waiting_net, sizes, as_parameters, images),
            "for transposed tensors": (waiting_net, sizes, not_contiguous, images),
            "for a network without a state": (nothing_at_all, sizes, fits, rows),
        },
        call="load_into_lazy(net, state), then state to zero, then net(x)",
        fault="load_into_lazy does not load into a single layer.",
    )


@pytest.mark.weight(3)
@pytest.mark.parametrize("build", [waiting_net, ordinary_net])
@pytest.mark.parametrize(
    ("wrong", "what"),
    [
        (drop("3.bias"), "its last name missing"),
        (drop("2.1.bias"), "the bias of a lazy layer missing"),
        (drop("0.weight"), "the weight of the first lazy layer missing"),
        (drop("1.running_var"), "a buffer missing"),
        (add("4.weight"), "a name too many"),
        (add("1"), "the name of a module as a name too many"),
        (rename, "'module.' in front of all names"),
        (no_state, "no names at all"),
        (reshape("3.bias"), "a bias of a wrong shape"),
        (reshape("1.running_mean"), "a buffer of a wrong shape"),
        (reshape("3.bias", 1), "a bias of one entry"),
        (reshape("3.weight", 1, 1), "a weight of one entry"),
        (reshape("1.weight", 1, 1, 1), "a weight with too many axes"),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else "",
)
def test_load_loads_nothing_of_a_state_that_does_not_fit(
    sweep, rng, build, wrong, what
):
    sizes = rng.sample(DISTINCT, 3)

    sweep.cases(
        loaded,
        {"": (build, sizes, fits, [torch.randn(3, 2, 5, 5)], wrong)},
        call=say("load_into_lazy(net, state), {what}; then with all of it", what=what),
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
    )
