"""placement_audit finds every tensor that is not on the device, registered or not."""

from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import draw_name, expect_equal, expect_true
from use_gpu_helpers import metered, on_sim

pytestmark = pytest.mark.exercise("use_gpu.placement_audit")

Pair = namedtuple("Pair", "one two")
Put = Callable[[nn.Module, Tensor, Tensor], None]
"""Puts two tensors, which are on the meta device, somewhere into a network."""


class Holder(nn.Module):
    """A network with registered tensors on the CPU and elsewhere."""

    def __init__(self, away: str):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2, device=away))
        self.register_buffer("saved", torch.zeros(2, device=away))
        self.register_buffer("unsaved", torch.zeros(2, device=away), persistent=False)
        self.nothing, self.text = None, "a text"


REGISTERED = ["inner.1.bias", "inner.1.weight", "saved", "unsaved"]
STAY = "inner.0.bias", "inner.0.weight"


def nowhere(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    pass


def in_attributes(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.mask, net.inner[0].cache = stray, other


def in_private(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net._mask, net.inner[0]._own = stray, other


def in_lists(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.steps, net.pair = [torch.zeros(1), stray], Pair(None, other)


def in_dicts(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.table, net.more = {"a": torch.zeros(1), 7: stray}, OrderedDict(b=other)


def in_containers(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.deep = [((), {"key": [stray]})], defaultdict(list, x=((other,),))


def in_modules(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.blocks = [nn.ReLU(), {"deep": nn.Sequential(nn.Linear(1, 1), nn.Tanh())}]
    net.blocks[1]["deep"][0].weight = nn.Parameter(stray)
    net.blocks[1]["deep"][1].scale = [other]
    net.loose = nn.ParameterList([torch.zeros(1), nn.Parameter(other.clone())])


def in_circles(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.inner[0].parent, net.loop = [net], [stray, {"deep": other}]
    net.loop[1]["back"] = net.loop


def with_gradients(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.head, net.frozen = nn.Linear(3, 1, device="meta"), stray.long()
    net.head(other).sum().backward()


DEEPER = "lists, tuples and dicts in an attribute lead on, to any depth"
PUTS: dict[str, tuple[Put, str]] = {
    "for registered tensors": (nowhere, ""),
    "for plain attributes": (
        in_attributes,
        "what a plain attribute holds is in vars(module)",
    ),
    "for private attributes": (
        in_private,
        "an attribute whose name begins with _ is one, too: only _parameters, _buffers "
        "and _modules are tables of nn.Module",
    ),
    "for lists and tuples": (in_lists, DEEPER),
    "for dicts": (in_dicts, DEEPER),
    "for containers in containers": (in_containers, DEEPER),
    "for modules in lists and dicts": (
        in_modules,
        "modules hide in plain lists and dicts as well",
    ),
    "for references in a circle": (in_circles, ""),
    "when there are gradients": (with_gradients, "a gradient is no part of its module"),
}


def audit(ex: Any, put: Put, device: str) -> list[Any]:
    """Return the strays, what has become of the network, and the strays once more."""
    net = Holder("meta")
    put(net, torch.zeros(2, device="meta"), torch.zeros(3, device="meta"))
    before = held_by(net)
    strays = ex.placement_audit(net, device)
    became = "as it was" if held_by(net) == before else "changed"
    if not isinstance(strays, (set, frozenset)):
        return [f"a {type(strays).__name__}, no set", became, []]
    again = sorted(map(str, ex.placement_audit(net, device)))
    return [sorted(map(str, strays)), became, again]


def held_by(net: nn.Module) -> list[Any]:
    """Return the modes, attributes and tensors of a network."""
    tensors = [*net.parameters(), *net.buffers()]
    modules = [(m.training, *map(id, vars(m).values())) for m in net.modules()]
    return [modules, [(id(t), t.device, t.grad is None) for t in tensors]]


def audit_shared(ex: Any, names: list[str]) -> list[str]:
    """Return the strays of a network that holds a tensor thrice, and others once."""
    net, (one, two, also, *others) = nn.Module(), names
    layers = nn.Linear(1, 1, bias=False, device="meta"), nn.Linear(1, 1, bias=False)
    layers[1].weight = layers[0].weight
    net.add_module(one, layers[0])
    net.add_module(two, layers[1])
    setattr(net, also, (layers[0].weight.data_ptr, [layers[0].weight]))
    for name in others:
        setattr(net, name, torch.zeros(1, device="meta"))
    return list(ex.placement_audit(net, "cpu"))


def audit_on_sim(ex: Any, name: str, left: int) -> tuple[list[list[str]], int]:
    """Return the strays of a network that was moved, and the copies that they cost."""
    with metered("sim:0") as meter:
        net = Holder("cpu")
        stay = [torch.zeros(1) for _ in range(left)]
        setattr(net, name, [*stay, torch.zeros(1, device="sim:0")])
        net.to("sim")
        meter.reset()
        places = "sim", "sim:0", torch.device("cpu")
        strays = [sorted(ex.placement_audit(net, place)) for place in places]
        with suppress(RuntimeError):  # from who makes a tensor where there is no device
            strays.append(sorted(ex.placement_audit(net, "sim:1")))
        return strays, meter.arrivals + meter.departures


@pytest.mark.weight(2)
def test_audit_finds_tensors_wherever_they_are_held(sweep, rng):
    name = draw_name(rng)
    sweep.cases(
        audit,
        {
            **{when: (put, "cpu") for when, (put, _) in PUTS.items()},
            "for another device": (in_private, "meta"),
            "for an attribute of another name": (
                lambda net, stray, _: setattr(net, name, stray),
                "cpu",
            ),
        },
        call="placement_audit(net, 'cpu'), parts of net are on 'meta'",
        fault="placement_audit does not give the paths of all tensors elsewhere.",
        slips={
            "parameters are not all: buffers, persistent or not, are tensors too": (
                lambda got: got[:2] == [REGISTERED[:2], "as it was"]
            ),
            "buffers that are not persistent are missing from state_dict()": (
                lambda got: got[:2] == [REGISTERED[:3], "as it was"]
            ),
            "a set of paths is asked for": lambda got: "no set" in got[0],
            "_buffers and _modules are tables of a module: no path holds their names": (
                lambda got: "_buffers.saved" in got[0]
            ),
            "the network stays as it is": lambda got: got[1] == "changed",
            "data_ptr() is 0 for all tensors without memory: id() tells them apart": (
                lambda got: len(got[0]) == 1
            ),
        },
        causes={
            r"RecursionError|maximum recursion": (
                "remember the id of what has been visited, and do not visit it again"
            )
        },
        because={
            **{when: cause for when, (_, cause) in PUTS.items() if cause},
            "for another device": "the device given counts, not the CPU",
        },
    )


def test_audit_lists_a_shared_tensor_once(observe, rng):
    names = [draw_name(rng) for _ in range(rng.randrange(4, 50))]
    one, two, also, *others = names
    call = "placement_audit of a net with a tied weight"
    paths = observe(audit_shared, names, call=call)

    known = {f"{one}.weight", f"{two}.weight", f"{also}.1.0"}
    paths = [path for path in paths if path not in others]
    expect_true(
        len(paths) == 1 and set(paths) <= known,
        "placement_audit does not list a shared tensor once.",
        expected=f"'{one}.weight' or another of its paths",
        got=str(sorted(paths)),
        cause="remember the id of every tensor that has been visited",
    )


@on_sim
def test_audit_finds_what_a_move_leaves_behind(observe, rng):
    name, number = draw_name(rng), rng.randrange(1, 10)
    (by_type, by_index, by_cpu, *by_other), copies = observe(
        audit_on_sim, name, number, call="net.to('sim'); placement_audit(net, 'sim')"
    )

    fault = "placement_audit does not find what net.to(device) leaves behind."
    left = [f"{name}.{i}" for i in range(number)]
    moved = sorted([*STAY, *REGISTERED, f"{name}.{number}"])
    every = sorted([*left, *moved])
    by_name = "without an index a device stands for all of its type: sim:0 is on sim"
    expect_equal(by_index, left, fault)
    expect_equal(by_type, left, fault, slips={by_name: every})
    expect_equal(by_cpu, moved, fault)
    fault = "placement_audit takes sim:0 for sim:1."
    if by_other:
        expect_equal(by_other[0], every, fault, cause="with an index it is one device")
    expect_equal(copies, 0, "placement_audit copies tensors between devices.")
