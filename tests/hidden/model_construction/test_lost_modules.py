"""lost_modules finds what PyTorch cannot see, at any depth and on circles."""

from collections import OrderedDict, defaultdict, namedtuple
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


class Blocks(list):
    """A list with a name of its own."""


Pair = namedtuple("Pair", "left right")


def layer() -> nn.Module:
    return nn.Linear(2, 2)


def find_lost(ex: Any, net: nn.Module) -> list[str]:
    return sorted(ex.lost_modules(net))


def look_again(ex: Any, net: nn.Module) -> tuple[bool, list[str], list[str], bool]:
    """Return whether it is a set, what is lost, twice, and if the net is as before."""
    before = known_of(net)
    first = ex.lost_modules(net)
    is_set = isinstance(first, (set, frozenset))
    again = sorted(ex.lost_modules(net))
    return is_set, list(first), again, known_of(net) == before


def find_and_look(ex: Any, net: nn.Module) -> tuple[list[str], bool]:
    _, _, lost, is_kept = look_again(ex, net)
    return lost, is_kept


def known_of(net: nn.Module) -> list[Any]:
    """Return what Python and PyTorch know of each module: attributes, parts, mode."""
    return [(n, m.training, list(vars(m)), str(m)) for n, m in net.named_modules()]


def expect_lost(
    observe: Any, net: nn.Module, what: str, expected: list[str], slips: dict[str, Any]
) -> None:
    got = observe(find_lost, net, call=say("lost_modules(net), {what}", what=what))

    expect_equal(
        got,
        sorted(expected),
        say("lost_modules does not find just what is lost, {what}.", what=what),
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
    keys = rng.sample(["key", "query", "value", "0", "x_y"], n)
    modules = [layer() for _ in range(n)]
    pairs = dict(zip(keys, modules, strict=True))
    container = {"list": modules, "tuple": tuple(modules), "dict": pairs}[kind]

    expect_lost(
        observe,
        Holder(head=layer(), size=3, table=container),
        f"with a {kind} of modules",
        [f"table.{part}" for part in (keys if kind == "dict" else range(n))],
        {f"a plain {kind} hides modules too": []},
    )


@pytest.mark.weight(2)
def test_lost_modules_finds_them_at_any_depth(observe, rng):
    depth = rng.randrange(3, 7)
    deep: Any = layer()
    for _ in range(depth):
        deep = [deep]
    outer = ["blocks.0"]
    expected = [
        *outer,
        "blocks.1.0",
        "blocks.1.1.0",
        "blocks.1.1.1.key.0",
        "table.key.1",
        "table.7.a.b",
        "deep" + depth * ".0",
    ]

    expect_lost(
        observe,
        Holder(
            blocks=[layer(), [layer(), (layer(), {"key": [layer()]})]],
            table={"key": [None, layer()], 7: {"a": {"b": layer()}}},
            deep=deep,
        ),
        "with containers in containers",
        expected,
        {
            "only the outermost containers are searched": outer,
            "containers are searched down to any depth": (
                lambda got: set(got) < set(expected)
            ),
        },
    )


def test_lost_modules_searches_every_registered_module(observe, rng):
    i = rng.randrange(1, 4)
    stages = [nn.Sequential(Holder(paths=(layer(),))) for _ in range(i)]

    expect_lost(
        observe,
        Holder(
            own=[layer()],
            encoder=Holder(inner=Holder(blocks=[layer(), layer()])),
            stages=nn.ModuleList(stages),
            named=nn.ModuleDict({"a": Holder(table={"key": layer()})}),
        ),
        "with containers in its submodules",
        [
            "own.0",
            "encoder.inner.blocks.0",
            "encoder.inner.blocks.1",
            *(f"stages.{k}.0.paths.0" for k in range(i)),
            "named.a.table.key",
        ],
        {
            "only the attributes of net itself are searched": ["own.0"],
            "the path begins with the name of the module, as in named_modules()": (
                lambda got: "blocks.0" in got or "paths.0" in got
            ),
        },
    )


@pytest.mark.weight(2)
def test_lost_modules_leaves_out_what_is_registered(observe, rng):
    shared, inner = layer(), layer()

    expect_lost(
        observe,
        Holder(
            order=[shared, inner],  # before they are registered
            shared=shared,
            encoder=Holder(inner=inner),
            table={"key": (inner, shared)},
            chain=nn.Sequential(layer(), nn.ModuleList([layer()])),
            named=nn.ModuleDict({"a": layer()}),
            words=["relu", ("tanh", 3.5)],
            sizes={"relu": (4, rng.randrange(9)), "weights": torch.ones(2)},
            norm=nn.BatchNorm1d(3),
            lost=[layer()],
        ),
        "with registered modules, and one that is not",
        ["lost.0"],
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
    outer = [f"blocks.{i}" for i in range(n + 1)]

    expect_lost(
        observe,
        Holder(blocks=[*(layer() for _ in range(n)), lost]),
        "with containers in a lost module",
        [
            *outer,
            f"blocks.{n}.table.key",
            f"blocks.{n}.inner.more.0",
            f"blocks.{n}.inner.more.0.last.0",
        ],
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

    expect_lost(
        observe,
        net,
        "with containers that hold each other",
        ["ring.0", "ring.0.peers.two"],
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

    is_set, got, again, is_kept = observe(
        look_again, net, call="lost_modules(net), twice; net"
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
    expect_equal(is_kept, True, "lost_modules changes the network.")
    expect_equal(again, got, "lost_modules finds something else the second time.")


@pytest.mark.weight(2)
def test_lost_modules_keeps_its_promise_for_all_networks(sweep):
    deep: Any = layer()
    for _ in range(40):
        deep = Holder(inner=[{"a": deep}])
    leaf = layer()
    leaf.extra = (layer(),)
    norm = nn.BatchNorm1d(2)
    norm.kept = {"before": nn.BatchNorm1d(2).eval()}
    nets = {
        "for a list": Holder(blocks=[layer()]),
        "for a network without attributes": Holder(),
        "for a network without containers": nn.Sequential(layer(), nn.Tanh()),
        "for empty containers": Holder(a=[], b=(), c={}, d=[[], {}, ()]),
        "for an attribute with an underscore": Holder(_blocks=[layer()]),
        "for an attribute whose name begins as one of PyTorch's": Holder(
            _modules_of_mine=[layer()], training_blocks=(layer(),)
        ),
        "for a subclass of list": Holder(blocks=Blocks([layer(), layer()])),
        "for a namedtuple": Holder(pair=Pair(layer(), [layer()])),
        "for an OrderedDict": Holder(table=OrderedDict(b=layer(), a=layer())),
        "for a defaultdict": Holder(table=defaultdict(list, {"a": [layer()]})),
        "for keys that are no texts": Holder(
            t={1: layer(), None: layer(), (2, 3): layer()}
        ),
        "for keys with dots": Holder(table={"a.b": layer(), "": layer()}),
        "for a hundred modules": Holder(blocks=[nn.Identity() for _ in range(100)]),
        "for containers in a leaf": leaf,
        "for containers in a module of PyTorch": nn.Sequential(norm, layer()),
        "for a ModuleList in a list": Holder(a=[nn.ModuleList([layer(), layer()])]),
        "for containers below a lost ModuleDict": Holder(
            a=[nn.ModuleDict({"b": Holder(c=[layer()])})]
        ),
        "for forty levels": deep,
        "for values that are no modules": Holder(
            a=[None, 1, "ab", torch.ones(2), {3}, layer, nn.Linear, layer()]
        ),
        "for parameters and buffers in a list": Holder(
            a=[nn.Parameter(torch.ones(2)), torch.ones(2), layer()]
        ),
        "for modules in eval mode": Holder(a=[layer().eval()], b=layer().eval()).eval(),
    }
    sweep.cases(
        find_and_look,
        {when: (net,) for when, net in nets.items()},
        call="lost_modules(net); net",
    )
