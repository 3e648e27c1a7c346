"""lost_modules finds what PyTorch cannot see, at any depth and on circles."""

from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import expect_equal, expect_true, say

pytestmark = pytest.mark.exercise("model_construction.lost_modules")


class Holder(nn.Module):
    """A module with the attributes that it is given."""

    def __init__(self, **attributes: Any):
        super().__init__()
        for name, value in attributes.items():
            setattr(self, name, value)


def find_lost(ex: Any, net: nn.Module) -> list[str]:
    return list(ex.lost_modules(net))


def look_again(ex: Any, net: nn.Module) -> tuple[bool, list[str], list[str], list[str]]:
    first = ex.lost_modules(net)
    again = list(ex.lost_modules(net))
    is_set = isinstance(first, (set, frozenset))
    return is_set, list(first), again, list(net.state_dict())


def layer() -> nn.Module:
    return nn.Linear(2, 2)


def expect_lost(
    got: list[str], expected: list[str], fault: str, slips: dict[str, Any]
) -> None:
    expect_equal(
        sorted(got),
        sorted(expected),
        fault,
        slips={
            **slips,
            "a path joins attribute, index and key by dots": (
                lambda got: any(c in path for path in got for c in "[]'\"/")
            ),
        },
    )


@pytest.mark.parametrize("kind", ["list", "tuple", "dict"])
def test_lost_modules_finds_them_in_a_container(observe, rng, kind):
    n = rng.randrange(2, 5)
    name = rng.choice(["blocks", "table", "stages"])
    keys = rng.sample(["key", "query", "value", "0", "x_y"], n)
    modules = [layer() for _ in range(n)]
    container: Any = {
        "list": modules,
        "tuple": tuple(modules),
        "dict": dict(zip(keys, modules, strict=True)),
    }[kind]
    net = Holder(head=layer(), size=3, **{name: container})

    got = observe(
        find_lost,
        net,
        call=say("lost_modules(net) with a {kind} of {n} Linear", kind=kind, n=n),
    )

    parts = keys if kind == "dict" else range(n)
    expect_lost(
        got,
        [f"{name}.{part}" for part in parts],
        say("lost_modules does not find the modules in a {kind}.", kind=kind),
        {f"a plain {kind} hides modules too": []},
    )


@pytest.mark.weight(2)
def test_lost_modules_finds_them_at_any_depth(observe, rng):
    depth = rng.randrange(3, 7)
    deep: Any = layer()
    for _ in range(depth):
        deep = [deep]
    net = Holder(
        blocks=[layer(), [layer(), (layer(), {"key": [layer()]})]],
        table={"key": [None, layer()], 7: {"a": {"b": layer()}}},
        deep=deep,
    )

    got = observe(
        find_lost, net, call="lost_modules(net) with containers in containers"
    )

    outer = ["blocks.0"]
    expect_lost(
        got,
        [
            *outer,
            "blocks.1.0",
            "blocks.1.1.0",
            "blocks.1.1.1.key.0",
            "table.key.1",
            "table.7.a.b",
            "deep" + depth * ".0",
        ],
        "lost_modules does not find the modules in containers within containers.",
        {"only the outermost containers are searched": outer},
    )


def test_lost_modules_searches_every_registered_module(observe, rng):
    i = rng.randrange(1, 4)
    stages = [nn.Sequential(Holder(paths=(layer(),))) for _ in range(i)]
    net = Holder(
        own=[layer()],
        encoder=Holder(inner=Holder(blocks=[layer(), layer()])),
        stages=nn.ModuleList(stages),
        named=nn.ModuleDict({"a": Holder(table={"key": layer()})}),
    )

    got = observe(
        find_lost, net, call="lost_modules(net) with containers in its submodules"
    )

    own = ["own.0"]
    expect_lost(
        got,
        [
            *own,
            "encoder.inner.blocks.0",
            "encoder.inner.blocks.1",
            *(f"stages.{k}.0.paths.0" for k in range(i)),
            "named.a.table.key",
        ],
        "lost_modules does not search every registered module.",
        {
            "only the attributes of net itself are searched": own,
            "the path begins with the name of the module, as in named_modules()": (
                lambda got: "blocks.0" in got or "paths.0" in got
            ),
        },
    )


@pytest.mark.weight(2)
def test_lost_modules_leaves_out_what_is_registered(observe, rng):
    shared, inner = layer(), layer()
    net = Holder(
        order=[shared, inner],  # before they are registered
        shared=shared,
        encoder=Holder(inner=inner),
        table={"key": (inner, shared)},
        chain=nn.Sequential(layer(), nn.ModuleList([layer()])),
        named=nn.ModuleDict({"a": layer()}),
        words=["relu", ("tanh", 3.5)],
        sizes={"relu": (4, rng.randrange(9)), "weights": torch.ones(2)},
        norm=nn.BatchNorm1d(3),
    )

    got = observe(find_lost, net, call="lost_modules(net) with registered modules only")

    expect_lost(
        got,
        [],
        "lost_modules lists modules that are registered.",
        {
            "a module in a list is not lost if net.modules() reaches it too": (
                lambda got: any(path.startswith(("order.", "table.")) for path in got)
            ),
            "what nn.Module itself holds, in _modules, is registered": (
                lambda got: any("_modules" in path for path in got)
            ),
        },
    )


def test_lost_modules_searches_lost_modules_too(observe, rng):
    n = rng.randrange(1, 4)
    lost = Holder(
        head=nn.Sequential(layer(), layer()),
        table={"key": layer()},
        inner=Holder(more=[Holder(last=(layer(),))]),
    )
    net = Holder(blocks=[*(layer() for _ in range(n)), lost])

    got = observe(
        find_lost, net, call="lost_modules(net) with containers in a lost module"
    )

    outer = [f"blocks.{i}" for i in range(n + 1)]
    expect_lost(
        got,
        [
            *outer,
            f"blocks.{n}.table.key",
            f"blocks.{n}.inner.more.0",
            f"blocks.{n}.inner.more.0.last.0",
        ],
        "lost_modules does not search the lost modules themselves.",
        {
            "a lost module hides modules in containers of its own": outer,
            "registered submodules of a lost module come back with it": (
                lambda got: any(".head" in path for path in got)
            ),
            "registered submodules of a lost module have containers too": (
                [*outer, f"blocks.{n}.table.key"]
            ),
        },
    )


def test_lost_modules_ends_on_circles(observe):
    net, one, two = Holder(), Holder(), Holder()
    ring: list[Any] = [one]
    ring.append(ring)
    one.peers = {"two": two, "ring": ring}
    two.peers = [one, net]
    net.ring = ring

    got = observe(
        find_lost, net, call="lost_modules(net) with containers that hold each other"
    )

    expect_lost(
        got,
        ["ring.0", "ring.0.peers.two"],
        "lost_modules does not list each module of a circle once.",
        {
            "net itself is registered": lambda got: len(got) == 3,
            "one module has several paths, and only one of them counts": (
                lambda got: len(got) > 3
            ),
        },
    )


def test_lost_modules_lists_each_module_once_and_changes_nothing(observe):
    twice = layer()
    net = Holder(head=layer(), first=[twice], second={"key": (twice,)})

    is_set, got, again, names = observe(
        look_again, net, call="lost_modules(net), twice; net.state_dict()"
    )

    expect_true(
        is_set,
        "lost_modules does not return a set.",
        expected="a set of texts",
        got="something else",
    )
    expect_true(
        got in (["first.0"], ["second.key.0"]),
        "lost_modules does not list a module in two containers once.",
        expected="{'first.0'} or {'second.key.0'}",
        got=str(got),
        cause="remember each module that is met, by its id" if len(got) > 1 else None,
    )
    expect_equal(
        names, ["head.weight", "head.bias"], "lost_modules changes the network."
    )
    expect_equal(again, got, "lost_modules finds something else the second time.")
