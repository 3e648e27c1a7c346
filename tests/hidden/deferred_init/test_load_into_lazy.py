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
    net[3].weight.requires_grad_(requires_grad=False)
    return net


def one_layer_twice(d: int, *_: int) -> nn.Module:
    layer = nn.LazyLinear(d)
    return nn.Sequential(layer, nn.ReLU(), nn.Sequential(layer))


def with_a_passing_buffer(d: int, *_: int) -> nn.Module:
    net = nn.Sequential(nn.LazyLinear(d), nn.BatchNorm1d(d, affine=False))
    net.register_buffer("mask", torch.ones(d), persistent=False)
    return net


def each(change: Callable[[Tensor], Tensor]) -> Callable[[State], State]:
    return lambda state: {name: change(tensor) for name, tensor in state.items()}


def drop(name: str) -> Callable[[State], State]:
    return lambda state: {n: t for n, t in state.items() if n != name}


def put(name: str, *shape: int) -> Callable[[State], State]:
    return lambda state: {**state, name: torch.ones(shape)}


def longer(name: str) -> Callable[[State], State]:
    return lambda s: {**s, name: torch.cat([s[name], s[name][:1]])}


KEEP = each(lambda tensor: tensor)
STATES = {
    "for a state in float64": each(lambda t: t.double() if t.dim() else t),
    "for names in another order": lambda s: OrderedDict(reversed(s.items())),
    "for a state of parameters": each(lambda t: nn.Parameter(t) if t.dim() else t),
    "for transposed tensors": each(
        lambda t: t.mT.contiguous().mT if t.dim() == 2 else t
    ),
}


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
        {"": (build, sizes, KEEP, images)},
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

    sweep.cases(
        loaded,
        {
            "": (lambda d, *_: nn.LazyLinear(d, bias=False), sizes, KEEP, rows),
            "where a layer has two names": (one_layer_twice, sizes, KEEP, rows),
            "where a buffer is not saved": (with_a_passing_buffer, sizes, KEEP, rows),
            "where one layer was called, and one is frozen": (
                half_called,
                sizes,
                KEEP,
                images,
            ),
            "for a network in float64": (
                lambda *sizes: waiting_net(*sizes).double(),
                sizes,
                KEEP,
                [x.double() for x in images],
            ),
            **{k: (waiting_net, sizes, s, images) for k, s in STATES.items()},
            "for a network without a state": (nn.Identity, [], KEEP, rows),
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
        (put("4.weight", 2), "a name too many"),
        (put("1", 2), "the name of a module as a name too many"),
        (
            lambda state: {f"module.{name}": t for name, t in state.items()},
            "'module.' in front of all names",
        ),
        (lambda _: {}, "no names at all"),
        (longer("3.bias"), "a bias of a wrong shape"),
        (longer("1.running_mean"), "a buffer of a wrong shape"),
        (put("3.bias", 1), "a bias of one entry"),
        (put("3.weight", 1, 1), "a weight of one entry"),
        (put("1.weight", 1, 1, 1), "a weight with too many axes"),
    ],
    ids=lambda value: value.replace(" ", "_") if isinstance(value, str) else "",
)
def test_load_loads_nothing_of_a_state_that_does_not_fit(
    sweep, rng, build, wrong, what
):
    sizes = rng.sample(DISTINCT, 3)

    sweep.cases(
        loaded,
        {"": (build, sizes, KEEP, [torch.randn(3, 2, 5, 5)], wrong)},
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
