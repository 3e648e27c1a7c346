"""lost_modules finds what PyTorch cannot see, at any depth and on circles."""

from collections import OrderedDict, defaultdict, deque, namedtuple
from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import draw_name

pytestmark = pytest.mark.exercise("model_construction.lost_modules")


class Holder(nn.Module):
    """A module with the attributes that it is given."""

    def __init__(self, **attributes: Any):
        super().__init__()
        for name, value in attributes.items():
            setattr(self, name, value)


class Blocks(list):
    """A list with a name of its own."""


Pair = namedtuple("Pair", "left right")  # it travels by value


def layer() -> nn.Module:
    return nn.Tanh()


def find_lost(ex: Any, net: nn.Module) -> list[str]:
    return sorted(ex.lost_modules(net))


def look_twice(ex: Any, net: nn.Module) -> dict[str, Any]:
    """Return how many are found, and what else there is to see."""
    found = ex.lost_modules(net)
    return {
        "number": len(found),
        "is a set": isinstance(found, (set, frozenset)),
        "number found again": len(ex.lost_modules(net)),
        "net": str(known_of(net)),
    }


def known_of(net: nn.Module) -> list[Any]:
    """Return what Python and PyTorch know of each module: attributes, parts, mode."""
    return [(n, m.training, list(vars(m)), str(m)) for n, m in net.named_modules()]


def on_a_circle(name: str, *links: str) -> nn.Module:
    """Return a network with a list whose last entries lead back."""
    net, one, two, ring = Holder(), Holder(), Holder(), []
    ends = {"list": ring, "net": net, "module": one}
    two.peers = [ends[link] for link in links]
    one.table = {name: two}
    ring += [one, *(ends[link] for link in links if link != "module")]
    net.ring = ring
    return net


@pytest.mark.weight(2)
def test_lost_modules_finds_what_containers_hide(sweep):
    shared, inner = nn.Linear(2, 2), layer()
    deep: Any = layer()
    for _ in range(6):
        deep = [deep]
    nets = {
        "for a list": Holder(head=layer(), blocks=[nn.Linear(2, 2), layer()]),
        "for a tuple": Holder(blocks=(layer(), layer())),
        "for a dict": Holder(table={"key": layer(), "x_y": layer(), "0": layer()}),
        "for modules that are registered too": Holder(
            order=[shared, inner],  # before they are registered
            shared=shared,
            encoder=Holder(inner=inner),
            table={"key": (inner, shared)},
            lost=[layer(), nn.Sequential(shared), Holder(refs=[inner])],
        ),
        "for containers in containers": Holder(
            blocks=[(layer(), {"key": [layer()]}), {"b": {"a": (None, layer())}}],
            deep=deep,
        ),
        "for other values": Holder(
            d=[[], {}, ()],
            a=[None, 1, "ab", torch.ones(2), {3}, layer, nn.Linear, layer()],
            b=[{layer()}, deque([layer()])],
            c=frozenset([layer()]),
            sizes={"relu": (4, 3.5)},
            weight=[nn.Parameter(torch.ones(2))],
            words="relu",
        ),
        "for attributes with an underscore, or such as PyTorch begins": Holder(
            _blocks=[layer()], _modules_of_mine=[layer()], training_blocks=(layer(),)
        ),
        "for subclasses of list, tuple and dict": Holder(
            blocks=Blocks([layer(), layer()]),
            pair=Pair(layer(), [layer()]),
            ordered=OrderedDict(b=layer(), a=layer()),
            table=defaultdict(list, {"a": [layer()]}),
        ),
        "for keys of any kind": Holder(
            t={1: layer(), None: layer(), (2, 3): layer(), "a.b": layer(), "": layer()}
        ),
        "for modules of length 0": Holder(a=[nn.Sequential(), nn.ModuleList()]),
    }
    sweep.cases(
        find_lost,
        {when: (net,) for when, net in nets.items()},
        call="sorted(lost_modules(net))",
        slips={
            "a path joins attribute, index and key by dots": (
                lambda got: any(c in path for path in got for c in "[]'\"/")
            ),
        },
        because={
            "for a tuple": "a plain tuple hides modules too",
            "for a dict": "a plain dict hides modules too, under its keys",
            "for modules that are registered too": "a module in a list is not lost if "
            "net.modules() reaches it too",
            "for containers in containers": "containers in containers are searched, "
            "of any kind and down to any depth",
            "for attributes with an underscore, or such as PyTorch begins": (
                "an attribute's name says nothing of what it holds"
            ),
            "for subclasses of list, tuple and dict": "a subclass of list, tuple or "
            "dict is one too: isinstance",
            "for other values": "no other containers are searched",
            "for keys of any kind": "a key of any kind counts, as str(key)",
            "for modules of length 0": "an empty container of PyTorch's counts as "
            "false, and is a module",
        },
    )


@pytest.mark.weight(2)
def test_lost_modules_searches_every_module_registered_or_lost(sweep):
    deep: Any = layer()
    for _ in range(40):
        deep = Holder(inner=[{"a": deep}])
    leaf, emptied = layer(), [Holder(blocks=[layer()]) for _ in range(2)]
    leaf.extra = (layer(),)
    for holder in emptied:
        holder.register_module("inner", None)
    stages = [nn.Sequential(Holder(paths=(layer(),))) for _ in range(2)]
    nets = {
        "for a list in a submodule": Holder(encoder=Holder(blocks=[layer()])),
        "for containers in submodules": Holder(
            own=[layer()],
            encoder=Holder(inner=Holder(blocks=[layer(), layer()])),
            stages=nn.ModuleList(stages),
            named=nn.ModuleDict({"a": Holder(table={"key": layer()}), "b": leaf}),
        ),
        "for a list in a lost module": Holder(blocks=[Holder(table={"key": layer()})]),
        "for submodules of a lost module": Holder(
            a=[nn.Sequential(layer(), layer()), Holder(head=layer())]
        ),
        "for a list in a submodule of a lost module": Holder(
            blocks=[layer(), Holder(inner=Holder(more=[Holder(last=(layer(),))]))]
        ),
        "for forty levels": deep,
        "for submodules that are None": Holder(a=emptied[0], b=[emptied[1]]),
    }
    sweep.cases(
        find_lost,
        {when: (net,) for when, net in nets.items()},
        call="sorted(lost_modules(net))",
        slips={
            "only the attributes of net itself are searched": [],
            "the path begins with the name of the module, as in named_modules()": (
                ["blocks.0"]
            ),
        },
        because={
            "for containers in submodules": "all of net.modules() are searched",
            "for a list in a lost module": "a lost module hides modules in containers "
            "of its own, whose paths begin with its path",
            "for submodules of a lost module": "registered submodules of a lost module "
            "come back with it",
            "for a list in a submodule of a lost module": "registered submodules of a "
            "lost module have containers too",
            "for submodules that are None": "None is no submodule: named_modules() "
            "passes it by",
        },
    )


def test_lost_modules_lists_each_module_once_and_changes_nothing(sweep, rng):
    twice = layer()
    nets = {
        "for a list": Holder(head=layer(), first=[layer()]),
        "for a module in two places": Holder(
            first=[twice], second={"key": (twice, twice)}, head=layer()
        ),
    }
    for net in nets.values():
        setattr(net, draw_name(rng), [layer() for _ in range(rng.randrange(1, 99))])
    known = str(known_of(nets["for a list"]))
    sweep.cases(
        look_twice,
        {when: (net,) for when, net in nets.items()},
        call="lost_modules(net), twice; net",
        slips={
            "the paths come as a set": lambda seen: not seen["is a set"],
            "net stays as it is": lambda seen: seen["net"] != known,
            "a second call finds the same": lambda seen: (
                seen["number"] != seen["number found again"]
            ),
        },
        because={
            "for a module in two places": "remember each module that is met, by its id",
        },
    )


def test_lost_modules_ends_on_circles(sweep, rng):
    name = draw_name(rng)
    nets = {
        "without a circle": on_a_circle(name),
        "for a list that holds itself": on_a_circle(name, "list"),
        "for a list that holds the network": on_a_circle(name, "net"),
        "for lost modules that refer to each other": on_a_circle(name, "module"),
        "for circles of all kinds": on_a_circle(name, "net", "list", "module"),
    }
    sweep.cases(
        find_lost,
        {when: (net,) for when, net in nets.items()},
        call="sorted(lost_modules(net))",
        because=dict.fromkeys(
            list(nets)[1:],
            "a circle leads back to what is met already: remember containers and "
            "modules by their id",
        ),
    )
