"""Ema averages parameters and buffers, swaps them in, and gives the network back."""

import operator
import tempfile
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import say
from parameters_helpers import BARE, DISTINCT, kinds_of_nets, sight_of, tied_net

pytestmark = pytest.mark.exercise("parameters.Ema")

COUNT = "norm.num_batches_tracked"
UNSAVED = "for a buffer that is not persistent"
SHARED = "where layers and weights are shared"
BECAUSE = {
    UNSAVED: "net.state_dict() leaves it out; net.buffers() has it",
    SHARED: "net.state_dict() has a shared tensor under each of its names; each name "
    "has an average of its own, and an update moves it once",
}


class Counting(nn.Module):
    """A network with buffers of several dtypes."""

    def __init__(self, a: int, b: int, persistent: bool = True):
        super().__init__()
        self.linear = nn.Linear(a, b)
        self.norm = nn.BatchNorm1d(b)
        self.register_buffer("mask", torch.zeros(b, dtype=torch.bool))
        self.register_buffer("scratch", torch.ones(b), persistent)


def change(net: nn.Module, by: int = 1) -> None:
    """Give all values of the network others, from the second time in new memory."""
    for module in net.modules() if by > 1 else ():
        for p in module.parameters(recurse=False):
            p.data = p.data.clone()
        for name, buffer in list(module.named_buffers(recurse=False)):
            setattr(module, name, buffer.clone())
    for t in net.state_dict().values():
        if t.is_floating_point():
            t.mul_(0.5).add_(torch.linspace(by, by + 1, t.numel()).view(t.shape))
        else:
            t.add_(by) if t.dtype != torch.bool else t.logical_not_()


def now(owner: Any) -> dict[str, Tensor]:
    """Return copies of what is in a state dict, in the order of the names."""
    return {n: t.detach().clone() for n, t in sorted(dict(owner.state_dict()).items())}


def average(ex: Any, net: nn.Module, decay: float) -> Any:
    """Return the averages at all times, and what the network notices of them."""
    for p in net.parameters():
        p.grad = torch.ones_like(p)
    seen: dict[str, Any] = {"before": now(net)}
    ema = ex.Ema(net, decay)
    ex.Ema(nn.Linear(2, 1), 0.5)
    seen["at first"] = now(ema)
    change(net)
    seen |= {"changed": now(net), "without an update": now(ema)}
    ema.update()
    seen |= {"after one": now(ema), "network": now(net)}
    seen["learning"] = [n for n, t in ema.state_dict().items() if t.requires_grad]
    change(net, 2)
    ema.update()
    return seen | {"after two": now(ema), "all else": sight_of(net)}


def swap(ex: Any, net: nn.Module, use: Callable[[nn.Module], None]) -> Any:
    """Return the values in two blocks and behind them, and what leaves a block."""
    held = list(net.parameters())
    for p in held:
        p.grad = torch.ones_like(p)
    seen: dict[str, Any] = {"before": now(net), "same parameters": []}
    ema = ex.Ema(net, 0.5)
    change(net)
    seen["changed"] = now(net)
    for time in "first", "second":
        raised = "nothing"
        try:
            with torch.set_grad_enabled(time == "first"), ema.swapped():
                seen[f"in the {time}"] = now(net)
                seen[f"else in the {time}"] = torch.is_grad_enabled(), sight_of(net)
                seen["same parameters"] += map(operator.is_, net.parameters(), held)
                use(net)
        except (KeyError, StopIteration, KeyboardInterrupt) as error:
            raised = type(error).__name__
        seen |= {f"behind the {time}": now(net), f"out of the {time}": raised}
        change(net, 4)
        ema.update()
    return seen | {"averages": now(ema), "all else": sight_of(net)}


def save_and_load(ex: Any, net: nn.Module, other: nn.Module, turned: bool) -> Any:
    """Return the averages that go on from a file, and the network beside them."""
    ema = ex.Ema(net, 0.75)
    change(net)
    ema.update()
    with tempfile.TemporaryDirectory() as folder:
        torch.save(ema.state_dict(), f"{folder}/ema.pt")
        loaded = torch.load(f"{folder}/ema.pt", weights_only=True)
    seen = {"before": now(other), "changed": now(ema)}
    restored = ex.Ema(other, 0.75)
    restored.update()
    restored.load_state_dict(dict(reversed(loaded.items())) if turned else loaded)
    for t in loaded.values():
        t.zero_()
    seen |= {"loaded": now(restored), "network": now(other)}
    with restored.swapped():
        seen["in a block"] = now(other)
    change(other)
    restored.update()
    return seen | {"updated": now(restored)}


def idle(net: nn.Module) -> None:
    """Leave the network alone."""


def fill(net: nn.Module) -> None:
    with torch.no_grad():
        for t in (*net.parameters(), *net.buffers()):
            t.fill_(1)


def raises(kind: type[BaseException]) -> Callable[[nn.Module], None]:
    def use(net: nn.Module) -> None:
        change(net)
        raise kind("from the block")

    return use


def lies(
    what: str, by: float, part: str = "", start: str = "before"
) -> Callable[[Any], bool]:
    """Return evidence: values are `by` on the way from the start to the changed."""
    return lambda seen: all(
        torch.allclose(seen[what][name], torch.lerp(t, seen["changed"][name], by))
        for name, t in seen[start].items()
        if part in name and t.is_floating_point()
    )


def is_zero(what: str) -> Callable[[Any], bool]:
    return lambda seen: not any(map(torch.any, seen[what].values()))


@pytest.mark.weight(2)
def test_ema_averages_everything_in_the_state_dict(sweep, rng):
    decay = round(rng.uniform(0.6, 0.9), 2)

    sweep.cases(
        average,
        {
            "": (Counting(*rng.sample(DISTINCT, 2)), decay),
            "for a decay of 0: the averages are the values": (Counting(2, 3), 0.0),
            "for a decay of 1: the averages stay": (Counting(2, 3), 1.0),
        }
        | {UNSAVED: (Counting(2, 3, persistent=False), decay)}
        | {SHARED: (tied_net(rng), decay)},
        call=say("ema = Ema(net, {d}); twice: change net, ema.update()", d=decay),
        fault="Ema does not average everything in the state dict as it says.",
        slips={
            "the names are those of net.state_dict()": (
                lambda s: list(s["at first"]) != list(s["before"])
            ),
            "the averages begin with the network's values, not with 0": (
                is_zero("at first")
            ),
            "state_dict() and detach() share the network's memory: clone()": (
                lies("without an update", 1)
            ),
            "average under torch.no_grad(), from detached values": (
                lambda s: bool(s["learning"])
            ),
            "update() leaves the network alone": (lambda s: not lies("network", 1)(s)),
            "update() changes no average": lies("after one", 0),
            "the first update averages too": lies("after one", 1),
            "the old average has the weight decay, the new value 1 - decay": (
                lies("after one", decay)
            ),
            "floating buffers are averaged too, not copied": (
                lies("after one", 1, "running")
            ),
            "each update looks up the values, which may lie in other tensors then": (
                lies("after two", 1 - decay, "running", "after one")
            ),
            "buffers that are not floating are copied, not averaged": (
                lambda s: s["after one"][COUNT] != s["changed"][COUNT]
            ),
        },
        because=BECAUSE,
    )


@pytest.mark.weight(2)
def test_ema_swaps_the_averages_in_and_out(sweep, rng):
    net = Counting(*rng.sample(DISTINCT, 2))
    nets = kinds_of_nets(rng) | BARE | {UNSAVED: Counting(2, 3, persistent=False)}
    nets["for float64"] = Counting(2, 3).double()
    lent = "copy the averages into the network and out again, in place of lending them"
    back = (
        "put the own values back in `finally`; a return in `finally`, or a bare "
        "`except`, swallows the exception"
    )
    leaving = {
        say("when the block raises {error}", error=kind.__name__): kind
        for kind in (KeyError, StopIteration, KeyboardInterrupt)
    }

    sweep.cases(
        swap,
        {"": (net, idle), "when the block fills everything": (net, fill)}
        | {when: (net, raises(kind)) for when, kind in leaving.items()}
        | {when: (net, fill) for when, net in nets.items()},
        call="with ema.swapped(): look at net; then look again; and both once more",
        fault="Ema does not swap the averages in for the block and out behind it.",
        slips={
            "copy the values into the Parameter objects that are there": (
                lambda s: not all(s["same parameters"])
            ),
            "the block is not under torch.no_grad(), unless its caller is": (
                lambda s: not s["else in the first"][0]
            ),
            "the block runs with the network's own values": lies("in the first", 1),
            "buffers are part of the averages too": lies("in the first", 1, "running"),
            "the averages stay in the network: keep a copy of its own values before, "
            "and put them back": lies("behind the first", 0),
        },
        because=BECAUSE
        | {"when the block fills everything": lent}
        | dict.fromkeys(leaving, back),
    )


def test_ema_survives_a_state_dict_round_trip(sweep, rng):
    net, other = (Counting(*sizes) for sizes in [rng.sample(DISTINCT, 2)] * 2)
    tied = tied_net(rng)
    change(other, 7)

    sweep.cases(
        save_and_load,
        {
            "": (net, other, False),
            "for another order of names": (net, other, True),
            SHARED: (tied, tied, False),
        },
        because=BECAUSE,
        call="update(); state_dict() saved and loaded into the Ema of another net; "
        "update()",
        fault="After a round trip the averages do not go on from the saved ones.",
        slips={
            "load_state_dict does not change the averages": lies("loaded", 0),
            "copy the values: keep no tensors of the caller's": is_zero("loaded"),
        },
    )
