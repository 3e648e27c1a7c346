"""build_on_meta gives what a normal build gives, on the target device alone."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from deferred_init_helpers import (
    DISTINCT,
    Build,
    OwnError,
    Seen,
    flags_of,
    tensors_of,
)
from grader.observe import expect_equal, expect_true, say

pytestmark = pytest.mark.exercise("deferred_init.build_on_meta")


class Positions(nn.Module):
    """A module with a parameter and buffers of its own, one of them not saved."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.scale = nn.Parameter(torch.empty(d))
        self.register_buffer("table", torch.empty(d))
        self.register_buffer("mask", torch.empty(d, dtype=torch.bool), persistent=False)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        """Set the values, with a tensor that is made on the default device."""
        with torch.no_grad():
            self.scale.fill_(0.5)
            self.table.copy_(torch.arange(len(self.table)) + 1.0)
            self.mask.fill_(value=True)


class Table(nn.Module):
    """A module with a buffer alone."""

    def __init__(self, d: int) -> None:
        super().__init__()
        self.register_buffer("table", torch.empty(d))
        self.register_buffer("nothing", None)
        self.reset_parameters()

    def reset_parameters(self) -> None:
        self.table.fill_(7.0)


class Offset(nn.Module):
    """A module that sets its values in its constructor only."""

    def __init__(self, d: int, kind: str) -> None:
        super().__init__()
        if kind == "a parameter":
            self.offset = nn.Parameter(torch.ones(d))
        else:
            self.register_buffer("offset", torch.ones(d), persistent=kind == "a buffer")
        self.layer = nn.Linear(d, d)


def net_to_build(d: int, hidden: int) -> nn.Module:
    block = nn.Sequential(nn.Linear(d, hidden), nn.BatchNorm1d(hidden))
    return nn.Sequential(Positions(d), block)


def half_frozen(d: int, hidden: int) -> nn.Module:
    net = net_to_build(d, hidden).double()
    net[1][0].weight.requires_grad_(requires_grad=False)
    net[1].eval()
    return net


def other_layers(d: int, hidden: int) -> nn.Module:
    """Return modules without tensors, without bias, with a buffer alone."""
    norm = nn.BatchNorm1d(d, affine=False)
    linear, embedding = nn.Linear(d, hidden, bias=False), nn.Embedding(d, hidden)
    named = nn.ModuleDict({"a": nn.ModuleList([norm, linear]), "b": embedding})
    return nn.Sequential(nn.ReLU(), Table(d), named, nn.GroupNorm(1, d).half())


def without_reset(d: int, kind: str, deep: bool) -> nn.Module:
    offset = Offset(d, kind)
    return nn.Sequential(nn.Linear(d, d), nn.ModuleList([offset])) if deep else offset


def that_raises() -> nn.Module:
    raise OwnError("no network")


def build(
    ex: Any,
    make: Build,
    args: list[Any],
    device: Any = None,
    default: str | None = None,
) -> tuple[nn.Module | None, Seen]:
    """Call build_on_meta; say on what make_net and later code run by default."""
    seen: Seen = {"make_net ran on meta": [], "raised": "no exception"}
    made: list[nn.Module] = []
    net = None

    def make_net() -> nn.Module:
        seen["make_net ran on meta"].append(torch.empty(0).is_meta)
        made.append(make(*args))
        return made[0]

    torch.set_default_device(default)
    try:
        net = ex.build_on_meta(make_net, *(() if device is None else (device,)))
    except NotImplementedError:  # not started
        raise
    except (TypeError, OwnError) as error:
        kind = type(error).__name__
        seen["raised"] = kind, [n for n in ("Offset", "Multi") if n in str(error)]
    finally:
        seen["default device"] = str(torch.empty(0).device)
        torch.set_default_device(None)
    seen["the network of make_net"] = net is not None and net is made[0]
    return net, seen


def built(
    ex: Any, make: Build, args: list[Any], device: Any = None, default: Any = None
) -> Seen:
    """Return what there is to see of a network; of random values, the bounds."""
    dirt = [torch.full((n,), torch.nan) for n in range(1, 150) for _ in range(3)]
    del dirt  # what torch.empty finds there next
    net, seen = build(ex, make, args, device, default)
    if net is None:
        return seen
    random = [m for m in net.modules() if isinstance(m, (nn.Linear, nn.Embedding))]
    chance = {id(p) for module in random for p in module.parameters()}
    for name, t in tensors_of(net).items():
        seen[f"{name} is"] = str(t.dtype), str(t.device), t.requires_grad, t.is_leaf
        hidden = t.is_meta or id(t) in chance
        seen[name] = tuple(t.shape) if hidden else t.detach().clone()
    return {**seen, "saved": list(net.state_dict()), "training": flags_of(net)}


def weights_of_linear(ex: Any, d: int, hidden: int) -> list[Tensor]:
    net, _ = build(ex, net_to_build, [d, hidden])
    return [p.cpu() for p in net[1][0].parameters()] if net is not None else []


SLIPS = {
    "call make_net() inside `with torch.device('meta'):`": (
        lambda seen: seen["make_net ran on meta"] == [False]
    ),
    "a second call makes another network": (
        lambda seen: len(seen["make_net ran on meta"]) > 1
    ),
    "torch.set_default_device stays; `with torch.device('meta'):` ends": (
        lambda seen: seen["default device"] == "meta"
    ),
    "buffers are left behind, and one that is not saved is in no state dict: "
    "to_empty() "
    "reaches all": (
        lambda seen: seen["0.mask is"][1] == "meta" and seen["0.scale is"][1] != "meta"
    ),
    "buffers have initial values, too: reset_parameters() sets them": (
        lambda seen: (
            torch.equal(seen["0.scale"], torch.full_like(seen["0.scale"], 0.5))
            and not seen["1.1.running_var"].eq(1).all()
        )
    ),
    "each module knows its own initial values: reset_parameters()": (
        lambda seen: not (seen["0.scale"] * seen["1.1.weight"].mean()).eq(0.5).all()
    ),
}
CAUSES = {
    "to_empty": "from meta there is nothing to copy: to_empty()",
    "meta": "reset_parameters() makes tensors, too, on the default device: call it "
    "when "
    "that is meta no more",
}


@pytest.mark.weight(3)
def test_build_on_meta_gives_what_a_normal_build_gives(sweep, rng):
    sizes = rng.sample(range(4, 12), 2)

    sweep.cases(
        built,
        {
            "": (net_to_build, sizes),
            "for other layers": (other_layers, sizes),
            "for a single layer": (nn.LayerNorm, sizes[:1]),
            "for a network without tensors": (nn.ReLU, []),
            "for torch.device('cpu')": (net_to_build, sizes, torch.device("cpu")),
            "for the device meta: that is what the argument device says": (
                net_to_build,
                sizes,
                "meta",
            ),
            "where the default device was set before": (
                nn.BatchNorm1d,
                sizes[:1],
                "cpu",
                "meta",
            ),
        },
        call="build_on_meta(make_net), and all that there is to see of its result",
        fault="build_on_meta does not give what a normal build gives.",
        slips=SLIPS,
        causes=CAUSES,
    )


def test_build_on_meta_keeps_dtypes_and_flags(sweep, rng):
    sizes = rng.sample(range(4, 12), 2)

    sweep.cases(
        built,
        {"": (half_frozen, sizes)},
        call="build_on_meta(make_net), net half frozen, in double",
        fault="build_on_meta changes dtypes, requires_grad or training flags.",
        slips={
            "requires_grad stays as make_net sets it": (
                lambda seen: seen["1.0.weight is"][2]
            )
        },
        causes=CAUSES,
    )


def test_build_on_meta_gives_random_values_to_linear_layers(observe, rng):
    d, hidden = sizes = rng.sample(range(4, 12), 2)

    values = observe(weights_of_linear, *sizes, call="build_on_meta(make_net)")

    expect_equal(
        [tuple(value.shape) for value in values],
        [(hidden, d), (hidden,)],
        "The Linear layer does not have a weight and a bias.",
    )
    for value in values:
        expect_true(
            bool((value.abs() <= d**-0.5).all()) and value.unique().numel() > 1,
            "A Linear layer does not have its initial values.",
            expected=say("random numbers from -1/√{d} to 1/√{d}", d=d),
            got="others",
            cause="each module knows its own initial values: reset_parameters()",
        )


@pytest.mark.parametrize("kind", ["a buffer", "a parameter", "a buffer not saved"])
def test_build_on_meta_refuses_what_cannot_be_initialized(sweep, rng, kind):
    d = rng.choice(DISTINCT)

    sweep.cases(
        built,
        {
            "": (without_reset, [d, kind, True]),
            "where the module is the whole network": (without_reset, [d, kind, False]),
            "on the device meta": (without_reset, [d, kind, True], "meta"),
            "for a module of torch": (nn.MultiheadAttention, [4, 2]),
            "where make_net raises": (that_raises, []),
            "where nothing is wrong": (nn.LayerNorm, [d]),
        },
        call=say(
            "build_on_meta(make_net), where the class Offset has {kind} but no "
            "reset_parameters",
            kind=kind,
        ),
        fault="build_on_meta does not refuse a module that cannot set its values.",
        slips={
            "a module without reset_parameters() holds leftover memory, be it in a "
            "parameter or in a buffer": lambda seen: seen["raised"] == "no exception",
            "the message is to name the class": (
                lambda seen: seen["raised"] == ("TypeError", [])
            ),
        },
    )
