"""Ema averages parameters and buffers, swaps them in, and gives the network back."""

import tempfile
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import say
from parameters_helpers import (
    DISTINCT,
    Gaps,
    Scaled,
    kinds_of_nets,
    nested_net,
    sight_of,
    tied_net,
)

pytestmark = pytest.mark.exercise("parameters.Ema")

State = dict[str, Tensor]


class OwnError(Exception):
    """What a block may raise."""


class Counting(nn.Module):
    """A network with buffers of several dtypes, one of which is not saved."""

    def __init__(self, a: int, b: int):
        super().__init__()
        self.linear = nn.Linear(a, b)
        self.norm = nn.BatchNorm1d(b)
        self.register_buffer("mask", torch.zeros(b, dtype=torch.bool))
        self.register_buffer("scratch", torch.ones(b), persistent=False)

    def forward(self, x: Tensor) -> Tensor:
        return self.norm(self.linear(x)) * ~self.mask * self.scratch


def change(net: nn.Module, i: int = 1) -> None:
    """Give everything in the network's state dict another value, in place."""
    with torch.no_grad():
        for t in net.state_dict().values():
            if t.is_floating_point():
                t.mul_(0.5).add_(torch.linspace(i, i + 1, t.numel()).view(t.shape))
            else:
                t.add_(i) if t.dtype != torch.bool else t.logical_not_()


def averages(ema: Any) -> State:
    """Return the averages in the order of their names."""
    return {k: t.detach().clone() for k, t in sorted(dict(ema.state_dict()).items())}


def average(ex: Any, net: nn.Module, decay: float, updates: int = 1) -> Any:
    ema = ex.Ema(net, decay)
    for i in range(updates):
        change(net, i + 1)
        ema.update()
    return averages(ema)


def live_with_averages(ex: Any, net: nn.Module, decay: float = 0.75) -> Any:
    """Return the averages at all times, and what the network notices of them."""
    held = list(net.parameters())
    for p in held:
        p.grad = torch.ones_like(p)
    seen: dict[str, Any] = {"values before": sight_of(net)["values"]}
    ema = ex.Ema(net, decay)
    seen["at first"] = averages(ema)
    change(net)
    seen["without an update"] = averages(ema)
    ema.update()
    seen["after an update"] = averages(ema)
    change(net, 2)
    other = ex.Ema(net, 0.0)
    ema.update()
    seen["after two updates"] = averages(ema)
    seen["of another one"] = averages(other)
    idle = ema.swapped()
    with ema.swapped():
        seen["the network in the block"] = sight_of(net)
        seen["the same parameters"] = [p is q for p, q in zip(net.parameters(), held)]
        change(net, 3)
        seen["in the block"] = averages(ema)
    seen["the network after the block"] = sight_of(net)
    with idle:
        seen["the network in another block"] = sight_of(net)["values"]
        with ema.swapped():
            change(net, 4)
    seen["the network after two blocks"] = sight_of(net)
    seen["the parameters after it"] = [p is q for p, q in zip(net.parameters(), held)]
    seen["after all"] = averages(ema)
    seen["require gradients"] = [
        k for k, t in ema.state_dict().items() if t.requires_grad
    ]
    return seen


def swap(ex: Any, net: nn.Module, x: Tensor, training: bool = False) -> Any:
    """Return what the network computes in a block and behind it, twice."""
    ema = ex.Ema(net, 0.5)
    change(net)
    net.mask.logical_not_()
    net.train(training)
    ys = []
    for _ in range(2):
        with ema.swapped():
            ys.append(net(x))
        ys.append(net(x))
    return ys, averages(ema)


def raises_in_block(ex: Any, net: nn.Module, error: BaseException) -> Any:
    """Return whether the very exception reaches the caller, and the network."""
    ema = ex.Ema(net, 0.5)
    change(net)
    caught: BaseException | None = None
    try:
        with ema.swapped():
            change(net, 3)
            raise error
    except BaseException as problem:  # an exit from the block is one, too
        caught = problem
    first = sight_of(net)
    with ema.swapped():
        inside = sight_of(net)["values"]
    return caught is error, first, inside


def change_in_block(ex: Any, net: nn.Module, how: str) -> Any:
    ema = ex.Ema(net, 0.5)
    change(net)
    with ema.swapped(), torch.no_grad():
        if how == "fill":
            for t in [*net.parameters(), *net.buffers()]:
                t.fill_(1)
        elif how == "load":
            net.load_state_dict({k: t + t for k, t in net.state_dict().items()})
        else:
            for p in net.parameters():
                p.data = torch.ones_like(p)
    return averages(ema), sight_of(net)


def save_and_load(
    ex: Any, net: nn.Module, other: nn.Module, wrap: Callable[[State], Any], updates: int
) -> Any:
    """Return the averages that go on from a file, and what becomes of the dict."""
    ema = ex.Ema(net, 0.75)
    for i in range(updates):
        change(net, i + 1)
        ema.update()
    with tempfile.TemporaryDirectory() as folder:
        torch.save(ema.state_dict(), f"{folder}/ema.pt")
        loaded = torch.load(f"{folder}/ema.pt", weights_only=True)
    restored = ex.Ema(other, 0.75)
    own = sight_of(other)
    restored.load_state_dict(wrap(loaded))
    first = averages(restored)
    unnoticed = sight_of(other)["values"]
    change(other, 5)
    restored.update()
    kept = all(torch.equal(loaded[k], t) for k, t in first.items())
    for t in loaded.values():
        t.zero_()
    return {
        "loaded": first,
        "the dict is as before": kept,
        "updated": averages(restored),
        "saved": averages(ema),
        "the network of it": [torch.equal(t, own["values"][k]) for k, t in unnoticed.items()],
    }


def train_with(ex: Any, net: nn.Module, x: Tensor) -> Any:
    ema = ex.Ema(net, 0.5)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    for _ in range(3):
        optimizer.zero_grad()
        loss = (net(x) - 1).square().mean()
        ema.update()
        loss.backward()
        optimizer.step()
        ema.update()
    needy = [k for k, t in ema.state_dict().items() if t.requires_grad]
    return needy, sight_of(net), averages(ema)


def blend(old: State, new: State, weight: float) -> State:
    """Return (1 - weight) of the old values and `weight` of the new; integers anew."""
    return {
        name: torch.lerp(t, new[name], weight) if t.is_floating_point() else new[name]
        for name, t in old.items()
    }


def gives(state: State, *names: str) -> Callable[[Any], bool]:
    """Return evidence: that floating averages are those of a state."""

    def fits(seen: State) -> bool:
        return all(
            torch.allclose(seen[name], t)
            for name, t in state.items()
            if t.is_floating_point() and (not names or name in names)
        )

    return fits


@pytest.mark.weight(2)
@pytest.mark.parametrize("updates", [1, 3])
def test_ema_averages_parameters_and_buffers(sweep, rng, updates):
    net = Counting(*rng.sample(DISTINCT, 2))
    decay = round(rng.uniform(0.6, 0.9), 2)
    start = sight_of(net)["values"]
    right = swapped_decay = first_copied = start
    from_zero = {name: torch.zeros_like(t) for name, t in start.items()}
    copy = Counting(*net.linear.weight.shape[::-1])
    copy.load_state_dict(start)
    for i in range(updates):
        change(copy, i + 1)
        state = sight_of(copy)["values"]
        right = blend(right, state, 1 - decay)
        swapped_decay = blend(swapped_decay, state, decay)
        from_zero = blend(from_zero, state, 1 - decay)
        first_copied = blend(first_copied, state, 1 - decay) if i else state
    weights = "linear.weight", "linear.bias", "norm.weight", "norm.bias"

    sweep.cases(
        average,
        {
            "": (net, decay, updates),
            "for a decay of 0: the averages are the values": (net, 0.0, updates),
            "for a decay of 1: the averages stay": (net, 1.0, updates),
            "without an update": (net, decay, 0),
        },
        call=say(
            "Ema(net, {decay}); {updates} x update(), each with other values in net",
            decay=decay,
            updates=updates,
        ),
        fault="Ema does not average everything in the state dict as it says.",
        slips={
            "the names are those of net.state_dict(): shared parameters have several, "
            "and what is not persistent has none": lambda seen: set(seen) != set(start),
            "floating buffers are averaged too, and integer ones copied": (
                gives(right, *weights)
            ),
            "the old average has the weight decay, the new value 1 - decay": (
                gives(swapped_decay)
            ),
            "the averages begin with the network's values, not with 0": gives(from_zero),
            "the first update averages too": gives(first_copied),
            "the averages are the network's own tensors: clone() them": gives(state),
            "update() changes nothing": gives(start),
        },
    )


@pytest.mark.weight(2)
def test_ema_lives_beside_networks_of_all_kinds(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    nets = kinds_of_nets(rng)
    del nets["on the meta device"]

    def slip(at: str, like: str) -> Callable[[Any], bool]:
        """Return evidence: that two sights are one, which are not."""
        return lambda seen: all(
            torch.equal(t, seen[like].get("values", seen[like])[k])
            for k, t in seen[at].get("values", seen[at]).items()
        )

    sweep.cases(
        live_with_averages,
        {
            "for buffers of several dtypes": (Counting(a, b),),
            "where a weight has two names: both are in the state dict": (tied_net(rng),),
            "for float64": (nested_net(rng).double(),),
            "for bfloat16": (nn.Linear(a, b).bfloat16(),),
            "for odd shapes": (Scaled(Gaps(Counting(a, b))),),
            "for a decay of 0": (Counting(a, b), 0.0),
        }
        | {when: (net,) for when, net in nets.items()},
        call="ema = Ema(net, 0.75); other values in net; update(), twice; swapped(), "
        "one in another",
        fault="The averages and the network are not kept apart.",
        slips={
            "average under torch.no_grad(), from detached values": (
                lambda seen: bool(seen["require gradients"])
            ),
            "state_dict() and detach() share the network's memory: clone()": (
                lambda seen: not slip("without an update", "at first")(seen)
            ),
            "copy the values into the parameters that are there": (
                lambda seen: (
                    not all(seen["the same parameters"])
                    or not all(seen["the parameters after it"])
                )
            ),
            "copy the averages into the network, in place of lending them": (
                lambda seen: not slip("in the block", "after two updates")(seen)
            ),
            "keep a copy of the network's own values, not the tensors themselves": (
                slip("the network after the block", "in the block")
            ),
        },
    )


@pytest.mark.weight(2)
def test_ema_swaps_the_averages_in_and_out(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    net = Counting(a, b)
    x = torch.randn(4, a)
    plain, own = Counting(a, b).eval(), Counting(a, b).eval()
    plain.load_state_dict(net.state_dict())
    own.load_state_dict(net.state_dict())
    change(own)
    own.mask.logical_not_()

    def as_if(net: nn.Module, i: int) -> Callable[[Any], bool]:
        return lambda seen: torch.allclose(seen[0][i], net(x), 1e-4, 1e-5)

    sweep.cases(
        swap,
        {"": (net, x), "in training mode": (net, x, True)},
        call="with ema.swapped(): net(x); then net(x); and both again",
        fault="The network does not compute with the averages in the block, or not "
        "with its own values behind it.",
        slips={
            "the block runs with the network's own values": as_if(own, 0),
            "the averages stay in the network: put its own values back": as_if(plain, 1),
            "buffers are part of the averages too": lambda seen: not as_if(plain, 0)(seen),
        },
    )


def test_ema_restores_the_network_when_the_block_raises(sweep, rng):
    net = Counting(*rng.sample(DISTINCT, 2))
    start = sight_of(net)["values"]

    sweep.cases(
        raises_in_block,
        {
            "": (net, KeyError("from the block")),
            "for an exception of its own class": (net, OwnError()),
            "for StopIteration": (net, StopIteration()),
            "for KeyboardInterrupt": (net, KeyboardInterrupt()),
            "for an exit": (net, SystemExit(1)),
            "for shared layers": (tied_net(rng), ValueError()),
        },
        call="with ema.swapped(): raise KeyError",
        fault="When the block raises, net is not restored, or the exception is lost.",
        slips={
            "a return in `finally`, or a bare `except`, swallows the exception": (
                lambda seen: not seen[0]
            ),
            "put the own values back in `finally`": (
                lambda seen: not torch.equal(
                    seen[1]["values"]["linear.weight"], start["linear.weight"]
                )
            ),
        },
    )


def test_ema_keeps_the_block_apart(sweep, rng):
    net = Counting(*rng.sample(DISTINCT, 2))

    sweep.cases(
        change_in_block,
        {
            "": (net, "fill"),
            "for other values that are loaded": (net, "load"),
            "for other tensors as `.data`": (net, "data"),
            "for shared layers": (tied_net(rng), "fill"),
        },
        call="with ema.swapped(): fill everything in net with 1",
        fault="What the block does to net is not undone, or reaches the averages.",
        slips={
            "copy the averages into the network, in place of lending them": (
                lambda seen: bool((seen[0]["linear.weight"] == 1).all())
            ),
            "keep a copy of the network's own values, not the tensors themselves": (
                lambda seen: bool((seen[1]["values"]["linear.weight"] == 1).all())
            ),
        },
    )


def test_ema_survives_a_state_dict_round_trip(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    net, other = Counting(a, b), Counting(a, b)
    change(other, 7)
    first, nested = sight_of(other)["values"], nested_net(rng)

    sweep.cases(
        save_and_load,
        {
            "": (net, other, dict, 1),
            "before any update": (net, other, dict, 0),
            "for a mapping that is no dict": (net, other, MappingProxyType, 2),
            "for another order": (
                net,
                other,
                lambda d: dict(sorted(d.items(), reverse=True)),
                1,
            ),
            "for modules inside of modules": (nested, nested, dict, 1),
        },
        call="update(); state_dict() saved and loaded into the Ema of another net; "
        "update()",
        fault="After a round trip the averages do not go on from the saved ones.",
        slips={
            "load_state_dict does not change the averages": (
                lambda seen: all(torch.equal(t, first[k]) for k, t in seen["loaded"].items())
            ),
            "copy the values: keep no tensors of the caller's": (
                lambda seen: not seen["the dict is as before"]
                or not any(seen["updated"]["linear.weight"].flatten())
            ),
        },
    )


def test_ema_does_not_take_part_in_training(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)

    sweep.cases(
        train_with,
        {"": (Counting(a, b), torch.randn(8, a))},
        call="three steps of SGD, update() before and after each backward()",
        fault="The averages take part in training, or the network is trained otherwise.",
        slips={
            "average under torch.no_grad(), from detached values": (
                lambda seen: bool(seen[0])
            )
        },
    )
