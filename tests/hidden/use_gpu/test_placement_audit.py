"""placement_audit finds every tensor that is not on the device, registered or not."""

from collections import OrderedDict, defaultdict, namedtuple
from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_equal, expect_true, say
from use_gpu_helpers import metered, on_sim

pytestmark = pytest.mark.exercise("use_gpu.placement_audit")


Pair = namedtuple("Pair", "one two")


class Holder(nn.Module):
    """A module that holds things in every way there is."""

    def __init__(self, away: str):
        super().__init__()
        self.inner = nn.Sequential(nn.Linear(2, 3), nn.Linear(3, 2, device=away))
        self.register_buffer("saved", torch.zeros(2, device=away))
        self.register_buffer("unsaved", torch.zeros(2, device=away), persistent=False)
        self.scale = nn.Parameter(torch.zeros(1))
        self.nothing = None
        self.text = "a text"


def net_with(away: str, kinds: list[str]) -> nn.Module:
    """Return a network with tensors on `away` in unregistered places of these kinds."""

    def stray() -> Tensor:
        return torch.zeros(2, device=away)

    net = Holder(away)
    if "plain" in kinds:
        net.mask = stray()
        net.inner[0].cache = stray()
    if "list" in kinds:
        net.steps = [torch.zeros(1), stray(), (stray(), {"key": [stray()]})]
    if "dict" in kinds:
        net.table = {"a": stray(), "b": torch.zeros(1), 7: stray()}
    if "modules" in kinds:
        net.blocks = [nn.Linear(1, 1), nn.Linear(1, 1, device=away)]
        net.inner[1].hidden = {"head": nn.Linear(1, 1, bias=False, device=away)}
    return net


ALWAYS = {"inner.1.weight", "inner.1.bias", "saved", "unsaved"}
ADDED = {
    "plain": {"mask", "inner.0.cache"},
    "list": {"steps.1", "steps.2.0", "steps.2.1.key.0"},
    "dict": {"table.a", "table.7"},
    "modules": {"blocks.1.weight", "blocks.1.bias", "inner.1.hidden.head.weight"},
}
AUDIT_SLIPS = {
    "plain": "what a plain attribute holds is in vars(module)",
    "list": "lists, tuples and dicts in an attribute lead on, to any depth",
    "dict": "lists, tuples and dicts in an attribute lead on, to any depth",
    "modules": "modules hide in plain lists and dicts as well",
}


def audit(ex: Any, away: str, kinds: list[str], device: Any) -> list[str]:
    with metered(away):
        strays = ex.placement_audit(net_with(away, kinds), device)
    return [str(path) for path in strays] if is_set(strays) else ["no set"]


def is_set(value: Any) -> bool:
    return isinstance(value, (set, frozenset))


def audit_other_device(ex: Any, kinds: list[str], device: str) -> list[str]:
    """Audit for the device that `net_with` calls away."""
    return audit(ex, "sim:0", kinds, torch.device(device))


def audit_moved(ex: Any, kinds: list[str]) -> list[str]:
    """Audit a network for the device that it has been moved to."""
    with metered("sim:0"):
        return list(ex.placement_audit(net_with("cpu", kinds).to("sim"), "sim"))


def in_private(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net._mask, net.inner[0]._own = stray, [other]


def in_tuples(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.pair, net.none = Pair(None, stray), ((), [], {}, ((other,),))


def in_subclasses(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.table = OrderedDict(b=[stray], a=defaultdict(list, {(1, 2): [other]}))


def in_containers(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.many = nn.ModuleDict({"list": nn.ModuleList([nn.ReLU(), held(stray)])})
    net.loose = nn.ParameterList([torch.zeros(1), nn.Parameter(other)])


def in_lists_of_modules(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.blocks = [{"deep": (nn.Sequential(nn.Linear(1, 1), held(stray)),)}]
    net.blocks[0]["deep"][0][0].also = [held(other)]


def in_frozen(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.requires_grad_(False).eval()
    net.own, net.whole = nn.Parameter(stray, requires_grad=False), other.long()


def with_gradients(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.head = nn.Linear(2, 1, device=stray.device)
    net.head(other).sum().backward()


def in_circles(net: nn.Module, stray: Tensor, other: Tensor) -> None:
    net.inner[0].parent = [net]
    net.loop = [stray]
    net.loop.append(net.loop)


def held(tensor: Tensor) -> nn.Module:
    """Return a module that holds a tensor in a plain attribute."""
    module = nn.Module()
    module.held = tensor
    return module


PUTS = {
    "for private attributes": in_private,
    "for named tuples, and tuples in tuples": in_tuples,
    "for ordered dicts and dicts with defaults": in_subclasses,
    "for nn.ModuleDict, nn.ModuleList and nn.ParameterList": in_containers,
    "for modules in dicts in lists": in_lists_of_modules,
    "for what is frozen": in_frozen,
    "when there are gradients": with_gradients,
}
PRIVATE = (
    "an attribute whose name begins with _ is an attribute, too: only _parameters, "
    "_buffers and _modules are tables of nn.Module"
)


def audit_put(ex: Any, put: Any, device: str) -> tuple[list[str], bool]:
    """Return the strays, and whether the network is as it was."""
    net = Holder("meta")
    if put is not None:
        put(net, torch.zeros(2, device="meta"), torch.zeros(2, device="meta"))
    before = describe(net)
    strays = sorted(map(str, ex.placement_audit(net, device)))
    return strays, describe(net) == before


def describe(net: nn.Module) -> list[Any]:
    """Return the attributes, tensors and modes of all modules of a network."""
    return [
        (list(vars(m)), m.training, [(id(t), str(t.device)) for t in tensors_of(m)])
        for m in net.modules()
    ]


def tensors_of(module: nn.Module) -> list[Tensor]:
    own = (*module._parameters.values(), *module._buffers.values())
    return [t for t in (*own, *vars(module).values()) if isinstance(t, Tensor)]


def audit_shared(ex: Any) -> list[str]:
    net = nn.Module()
    net.one = nn.Linear(1, 1, bias=False, device="meta")
    net.two = nn.Linear(1, 1, bias=False)
    net.two.weight = net.one.weight
    net.also = net.one.weight.data_ptr, [net.one.weight]
    return list(ex.placement_audit(net, "cpu"))


def audit_for_copies(ex: Any) -> tuple[int, int]:
    """Return the number of strays, and the copies between devices."""
    with metered("sim:0") as meter:
        net = net_with("sim:0", list(ADDED))
        meter.reset()
        strays = ex.placement_audit(net, "cpu")
        return len(strays), meter.arrivals + meter.departures


def expect_paths(paths: list[str], expected: set[str], slips: dict[str, Any]) -> None:
    causes = {
        "parameters are not all: buffers, persistent or not, are tensors too": (
            lambda paths: not {"saved", "unsaved"} <= set(paths)
        ),
        "tensors that are on the device are none of the strays": (
            lambda paths: not set(paths) <= expected
        ),
    }
    expect_equal(
        sorted(paths),
        sorted(expected),
        "placement_audit does not give the paths of all tensors that are elsewhere.",
        slips={**slips, **causes} if "saved" in paths else {**causes, **slips},
    )


@on_sim
def test_audit_finds_registered_tensors(observe):
    paths = observe(audit, "sim:0", [], "cpu", call="placement_audit(net, 'cpu')")

    expect_true(
        paths != ["no set"],
        "placement_audit does not return a set.",
        expected="a set of paths",
        got="something else",
    )
    unsaved = "buffers that are not persistent are missing from state_dict()"
    expect_paths(paths, ALWAYS, {unsaved: sorted(ALWAYS - {"unsaved"})})


@pytest.mark.weight(2)
@on_sim
@pytest.mark.parametrize("kind", ADDED)
def test_audit_finds_unregistered_tensors(observe, kind):
    paths = observe(
        audit,
        "sim:0",
        [kind],
        "cpu",
        call=say("placement_audit(net, 'cpu'), {kind}", kind=kind),
    )

    added = ADDED[kind]
    expect_paths(
        paths,
        ALWAYS | added,
        {AUDIT_SLIPS[kind]: lambda paths: not added <= set(paths)},
    )


@on_sim
@pytest.mark.parametrize("device", ["sim:0", "sim"])
def test_audit_lists_what_is_not_on_the_device_asked_for(observe, rng, device):
    kinds = rng.sample(list(ADDED), 2)

    paths = observe(
        audit_other_device,
        kinds,
        device,
        call=say("placement_audit(net, {device})", device=repr(device)),
    )

    expected = {"inner.0.weight", "inner.0.bias", "scale"}
    expected |= {"steps.0"} if "list" in kinds else set()
    expected |= {"table.b"} if "dict" in kinds else set()
    expected |= {"blocks.0.weight", "blocks.0.bias"} if "modules" in kinds else set()
    expect_equal(
        sorted(paths),
        sorted(expected),
        "placement_audit does not look for tensors that are not on the device given.",
        slips={
            "without an index a device stands for all of its type: sim:0 is on sim": (
                lambda paths: device == "sim" and {"saved", "scale"} <= set(paths)
            ),
            "the device given counts, not the CPU": lambda paths: "saved" in paths,
        },
    )


@on_sim
def test_audit_finds_what_a_move_leaves_behind(observe, rng):
    kinds = rng.sample(list(ADDED), 3)

    paths = observe(
        audit_moved, kinds, call="net.to('sim'); placement_audit(net, 'sim')"
    )

    at_home = {
        "plain": set(),
        "list": {"steps.0"},
        "dict": {"table.b"},
        "modules": {"blocks.0.weight", "blocks.0.bias"},
    }
    left = set().union(*(ADDED[kind] | at_home[kind] for kind in kinds))
    expect_equal(
        sorted(paths),
        sorted(left),
        "placement_audit does not find what net.to(device) leaves behind.",
        slips={AUDIT_SLIPS[kinds[0]]: lambda paths: not ADDED[kinds[0]] <= set(paths)},
    )


@pytest.mark.weight(2)
def test_audit_finds_tensors_wherever_they_are_held(sweep):
    sweep.cases(
        audit_put,
        {
            "for registered tensors": (None, "cpu"),
            **{when: (put, "cpu") for when, put in PUTS.items()},
            "for the device that most are on": (in_private, "meta"),
        },
        call="placement_audit(net, 'cpu'), parts of net are on 'meta'",
        because={"for private attributes": PRIVATE},
    )


def test_audit_survives_circles(sweep):
    sweep.cases(
        audit_put,
        {"for references in a circle": (in_circles, "cpu")},
        call="placement_audit of a network that holds itself",
        causes={
            r"RecursionError|maximum recursion": (
                "remember the id of what has been visited, and do not visit it again"
            )
        },
    )


def test_audit_lists_a_shared_tensor_once(observe):
    paths = observe(audit_shared, call="placement_audit of a net with a tied weight")

    known = {"one.weight", "two.weight", "also.1.0"}
    expect_true(
        len(paths) == 1 and set(paths) <= known,
        "placement_audit does not list a shared tensor once.",
        expected="'one.weight' or another of its paths",
        got=str(sorted(paths)),
        cause="remember the id of every tensor that has been visited",
    )


@on_sim
def test_audit_copies_nothing(observe):
    count, copies = observe(audit_for_copies, call="placement_audit(net, 'cpu')")

    expect_equal(copies, 0, "placement_audit copies tensors between devices.")
    found = len(ALWAYS) + sum(map(len, ADDED.values()))
    expect_equal(count, found, "placement_audit does not find all that is elsewhere.")
