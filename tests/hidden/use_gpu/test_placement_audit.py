"""placement_audit finds every tensor that is not on the device, registered or not."""

from typing import Any

import pytest
import torch
from torch import Tensor, nn

from grader.observe import expect_equal, expect_true, say
from use_gpu_helpers import metered, on_sim

pytestmark = pytest.mark.exercise("use_gpu.placement_audit")


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


def audit_circle(ex: Any) -> list[str]:
    with metered("sim:0"):
        net = nn.Sequential(nn.Linear(1, 1))
        net[0].parent = [net]  # an attribute that leads back
        net.loop = [torch.zeros(1, device="sim:0")]
        net.loop.append(net.loop)
        return list(ex.placement_audit(net, "cpu"))


def audit_shared(ex: Any) -> list[str]:
    with metered("sim:0"):
        net = nn.Module()
        net.one = nn.Linear(1, 1, bias=False, device="sim:0")
        net.two = nn.Linear(1, 1, bias=False)
        net.two.weight = net.one.weight
        net.also = net.one.weight.data_ptr, [net.one.weight]
        return list(ex.placement_audit(net, "cpu"))


def audit_and_look_back(ex: Any) -> tuple[bool, int]:
    """Return whether the network is as it was, and the copies between devices."""
    with metered("sim:0") as meter:
        net = net_with("sim:0", list(ADDED))
        before = sorted(vars(net)), [str(p.device) for p in net.parameters()]
        meter.reset()
        ex.placement_audit(net, "cpu")
        copies = meter.arrivals + meter.departures
        after = sorted(vars(net)), [str(p.device) for p in net.parameters()]
    return before == after, copies


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


@on_sim
def test_audit_survives_circles(observe):
    paths = observe(
        audit_circle,
        call="placement_audit of a network that holds itself",
        causes={
            r"RecursionError": (
                "remember the id of what has been visited, and do not visit it again"
            )
        },
    )

    expect_equal(
        paths, ["loop.0"], "placement_audit does not survive references in a circle."
    )


@on_sim
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
def test_audit_changes_nothing(observe):
    same, copies = observe(audit_and_look_back, call="placement_audit(net, 'cpu'); net")

    expect_true(
        same,
        "placement_audit changes the network.",
        expected="attributes and devices as before",
        got="others",
    )
    expect_equal(copies, 0, "placement_audit copies tensors between devices.")
