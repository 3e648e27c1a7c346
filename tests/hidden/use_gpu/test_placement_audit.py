"""placement_audit finds every tensor that is not on the device, registered or not."""

from collections import OrderedDict, defaultdict, namedtuple
from collections.abc import Callable
from contextlib import suppress
from types import SimpleNamespace
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import draw_name, expect_equal, expect_true
from grader.sim import metered
from use_gpu_helpers import on_sim

pytestmark = pytest.mark.exercise("use_gpu.placement_audit")

Pair = namedtuple("Pair", "one two")
Put = Callable[[nn.Module, Tensor, Tensor], dict[str, Any]]
"""Gives attributes of a network, by path, that hold two tensors on the meta device."""


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


def hide(stray: Tensor, other: Tensor) -> nn.Module:
    """Return a module that holds tensors, below and in a plain attribute."""
    blocks = nn.Sequential(nn.Linear(1, 1), nn.Tanh())
    blocks[0].weight, blocks[1].scale = nn.Parameter(stray), [other]
    return blocks


def go_round(stray: Tensor, other: Tensor) -> list[Any]:
    """Return a list that holds itself."""
    loop: list[Any] = [stray, {"deep": other}]
    loop[1]["back"] = loop
    return loop


def go_back(other: Tensor) -> nn.Module:
    """Return a layer that has gradients."""
    head = nn.Linear(3, 1, device="meta")
    head(other).sum().backward()
    return head


def empty(scale: Tensor) -> nn.Module:
    """Return a module that is false in `if`, with a tensor."""
    blocks = nn.ModuleList()
    blocks.scale = scale
    return blocks


HERE = torch.zeros(1)
DEEPER = "lists, tuples and dicts in an attribute lead on, to any depth"
PUTS: dict[str, tuple[Put, str]] = {
    "for registered tensors": (lambda net, s, o: {}, ""),
    "for plain attributes": (
        lambda net, s, o: {"mask": s, "inner.0.cache": o},
        "what a plain attribute holds is in vars(module)",
    ),
    "for private attributes": (
        lambda net, s, o: {"_mask": s, "inner.0._own": o},
        "an attribute whose name begins with _ is one, too: only _parameters, _buffers "
        "and _modules are tables of nn.Module",
    ),
    "for lists and tuples": (
        lambda net, s, o: {"steps": [HERE, s], "pair": Pair(None, o)},
        DEEPER,
    ),
    "for dicts": (
        lambda net, s, o: {"table": {"a": HERE, 7: s}, "more": OrderedDict(b=o)},
        DEEPER,
    ),
    "for containers in containers": (
        lambda net, s, o: {
            "deep": [((), {"k": [s]})],
            "x": defaultdict(list, y=((o,),)),
        },
        DEEPER,
    ),
    "for modules in lists and dicts": (
        lambda net, s, o: {
            "blocks": [nn.ReLU(), {"deep": hide(s, o)}],
            "loose": nn.ParameterList([HERE, nn.Parameter(o.clone())]),
        },
        "modules hide in plain lists and dicts as well",
    ),
    "for empty modules, tensors and names": (
        lambda net, s, o: {"blocks": empty(s), "x": {0: o.sum(), "": s[:0]}},
        "what is empty or 0 is false in `if`: ask for its class",
    ),
    "for sets and other objects": (
        lambda net, s, o: {"box": SimpleNamespace(a=s), "bag": {s, o}},
        "modules, lists, tuples and dicts lead on, nothing else",
    ),
    "for references in a circle": (
        lambda net, s, o: {"inner.0.parent": [net], "loop": go_round(s, o)},
        "",
    ),
    "when there are gradients": (
        lambda net, s, o: {"head": go_back(o), "frozen": s.long()},
        "a gradient is no part of its module",
    ),
}


def audit(ex: Any, put: Put, device: str | torch.device, own: str) -> list[Any]:
    """Return the strays, what has become of the network, and the strays again."""
    net = Holder("meta")
    net.register_buffer(own, torch.zeros(1, device="meta"), persistent=False)
    stray, other = (torch.zeros(n, device="meta") for n in (2, 3))
    for path, value in put(net, stray, other).items():
        *parents, name = path.split(".")
        setattr(net.get_submodule(".".join(parents)), name, value)
    before = held_by(net)
    strays, again = (ex.placement_audit(net, device) for _ in range(2))
    became = "as it was" if held_by(net) == before else "changed"
    if not isinstance(strays, (set, frozenset)):
        return [f"a {type(strays).__name__}, no set", [], became]
    return [sorted(map(str, strays)), sorted(map(str, again)), became]


def held_by(net: nn.Module) -> list[Any]:
    """Return the modes, attributes and tensors of a network."""
    tensors = [*net.parameters(), *net.buffers()]
    modules = [(m.training, *map(id, vars(m).values())) for m in net.modules()]
    return [modules, [(id(t), t.device, t.grad is None) for t in tensors]]


def audit_shared(ex: Any, names: list[str]) -> list[str]:
    """Return the strays of a network that holds a tensor often, and others once."""
    net, (one, two, three, also, *others) = nn.Module(), names
    layers = nn.Linear(1, 1, bias=False, device="meta"), nn.Linear(1, 1, bias=False)
    layers[1].weight = layers[0].weight
    for name, layer in zip((one, two, three), (*layers, layers[0]), strict=True):
        net.add_module(name, layer)
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
    own = draw_name(rng)
    sweep.cases(
        audit,
        {
            **{when: (put, "cpu", own) for when, (put, _) in PUTS.items()},
            "for another device": (
                PUTS["for private attributes"][0],
                torch.device("meta"),
                own,
            ),
        },
        call="placement_audit(net, 'cpu'), parts of net are on 'meta'",
        fault="placement_audit does not give the paths of all tensors elsewhere.",
        slips={
            "parameters are not all: buffers, persistent or not, are tensors too": (
                lambda got: got[0] == REGISTERED[:2]
            ),
            "buffers that are not persistent are missing from state_dict()": (
                lambda got: got[0] == REGISTERED[:3]
            ),
            "a set of paths is asked for": lambda got: "no set" in got[0],
            "_buffers and _modules are tables of a module: no path holds their names": (
                lambda got: "_buffers.saved" in got[0]
            ),
            "the network stays as it is": lambda got: got[2] == "changed",
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
    one, two, three, also, *others = names = [draw_name(rng) for _ in range(9)]
    call = "placement_audit of a net with a tied weight"
    paths = observe(audit_shared, names, call=call)

    known = {f"{one}.weight", f"{two}.weight", f"{three}.weight", f"{also}.1.0"}
    paths = [path for path in paths if path not in others]
    expect_true(
        len(paths) == 1 and set(paths) <= known,
        "placement_audit does not list a shared tensor once.",
        expected="one of its paths alone",
        got=str(sorted(paths)),
        cause="remember the id of every tensor that has been visited",
    )


@on_sim
def test_audit_finds_what_a_move_leaves_behind(observe, rng):
    name, number = draw_name(rng), rng.randrange(1, 9)
    (by_type, by_index, by_cpu, *by_other), copies = observe(
        audit_on_sim, name, number, call="net.to('sim'); placement_audit(net, 'sim')"
    )

    fault = "placement_audit does not find what net.to(device) leaves behind."
    moved = sorted([*STAY, *REGISTERED, f"{name}.{number}"])
    left = [f"{name}.{i}" for i in range(number)]
    every = sorted([*left, *moved])
    by_name = "without an index a device stands for all of its type: sim:0 is on sim"
    expect_equal(by_index, left, fault)
    expect_equal(by_type, left, fault, slips={by_name: every})
    expect_equal(by_cpu, moved, fault)
    fault = "placement_audit takes sim:0 for sim:1."
    if by_other:
        expect_equal(by_other[0], every, fault, cause="with an index it is one device")
    expect_equal(copies, 0, "placement_audit copies tensors between devices.")
