"""lost_modules finds what PyTorch cannot see, at any depth and on circles."""

from collections import OrderedDict, defaultdict, namedtuple
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
    return nn.Linear(2, 2)


def find_lost(ex: Any, net: nn.Module) -> list[str]:
    return sorted(ex.lost_modules(net))


def look_twice(ex: Any, net: nn.Module, more: int) -> dict[str, Any]:
    """Return how many are found beside others, and what else there is to see."""
    before = known_of(net)
    found = ex.lost_modules(net)
    others = {f"other {i}" for i in range(more)}
    return {
        "number": len(others.union(found)),
        "known": known_of(net),
        "is a set": isinstance(found, (set, frozenset)),
        "number again": len(others.union(again := ex.lost_modules(net))),
        "is found again": sorted(again) == sorted(found),
        "net is kept": known_of(net) == before,
    }


def known_of(net: nn.Module) -> list[Any]:
    """Return what Python and PyTorch know of each module: attributes, parts, mode."""
    return [(n, m.training, list(vars(m)), str(m)) for n, m in net.named_modules()]


def on_a_circle(name: str, more: int, *links: str) -> nn.Module:
    """Return a network with a list of modules, whose last entries lead back."""
    net, one, two, ring = Holder(), Holder(), Holder(), []
    ends = {"list": ring, "net": net, "module": one}
    two.peers = [ends[link] for link in links]
    one.table = {"two": two}
    ring += [
        one,
        *(layer() for _ in range(more)),
        *(ends[link] for link in links if link != "module"),
    ]
    setattr(net, name, ring)
    return net


@pytest.mark.weight(2)
def test_lost_modules_finds_what_containers_hide(sweep, rng):
    shared, inner = layer(), layer()
    deep: Any = layer()
    for _ in range(6):
        deep = [deep]
    nets = {
        "for a list": Holder(head=layer(), blocks=[layer(), layer()]),
        "for a tuple": Holder(blocks=(layer(), layer())),
        "for a dict": Holder(table={"key": layer(), "x_y": layer(), "0": layer()}),
        "for two containers": Holder(a=[layer()], b=[layer()], head=layer()),
        "for a network without containers": nn.Sequential(
            layer(), nn.ModuleList([inner])
        ),
        "for modules that are registered too": Holder(
            order=[shared, inner],  # before they are registered
            shared=shared,
            encoder=Holder(inner=inner),
            table={"key": (inner, shared)},
            lost=[layer()],
        ),
        "for a list in a list": Holder(blocks=[layer(), [layer(), [layer()]]]),
        "for containers in containers": Holder(
            blocks=[(layer(), {"key": [layer()]}), {"b": {"a": (None, layer())}}],
            deep=deep,
        ),
        "for empty containers": Holder(a=[], b=(), c={}, d=[[], {}, ()]),
        "for other values": Holder(
            a=[None, 1, "ab", torch.ones(2), {3}, layer, nn.Linear, layer()],
            sizes={"relu": (4, 3.5)},
            weight=[nn.Parameter(torch.ones(2))],
            words="relu",
        ),
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
        "for a hundred modules": Holder(
            **{draw_name(rng): [nn.Identity() for _ in range(100)]}
        ),
    }
    subclass = "a subclass of list, tuple or dict is one too: isinstance"
    name = "an attribute's name says nothing of what it holds"
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
            "for two containers": "all attributes are searched",
            "for a network without containers": "what nn.Module itself holds, in "
            "_modules, is registered",
            "for modules that are registered too": "a module in a list is not lost if "
            "net.modules() reaches it too",
            "for a list in a list": "containers in containers are searched, down to "
            "any depth",
            "for containers in containers": "containers in containers are searched, "
            "of any kind and down to any depth",
            "for an attribute with an underscore": name,
            "for an attribute whose name begins as one of PyTorch's": name,
            "for a subclass of list": subclass,
            "for a namedtuple": subclass,
            "for an OrderedDict": subclass,
            "for a defaultdict": subclass,
            "for keys that are no texts": "a key of any kind counts, as str(key)",
        },
    )


@pytest.mark.weight(2)
def test_lost_modules_searches_every_module_registered_or_lost(sweep, rng):
    deep: Any = Holder(**{draw_name(rng): [layer()]})
    for _ in range(40):
        deep = Holder(inner=[{"a": deep}])
    leaf = layer()
    leaf.extra = (layer(),)
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
        "for a list below a lost ModuleDict": Holder(
            a=[nn.ModuleDict({"b": Holder(c=[layer()])})]
        ),
        "for forty levels": deep,
    }
    below = "registered submodules of a lost module have containers too"
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
            "for a list in a submodule of a lost module": below,
            "for a list below a lost ModuleDict": below,
        },
    )


def test_lost_modules_lists_each_module_once_and_changes_nothing(sweep, rng):
    twice = layer()
    nets = {
        "for a list": Holder(
            head=layer(), first=[layer() for _ in range(rng.randrange(3, 100))]
        ),
        "for a module in two places": Holder(
            first=[twice], second={"key": (twice, twice)}, head=layer()
        ),
        "for modules in eval mode": Holder(a=[layer().eval()], b=layer().eval()).eval(),
    }
    for module in [module for net in nets.values() for module in net.modules()]:
        for _ in range(rng.randrange(1, 50)):
            setattr(module, draw_name(rng), None)
    sweep.cases(
        look_twice,
        {when: (net, rng.randrange(100)) for when, net in nets.items()},
        call="lost_modules(net), twice; net",
        slips={
            "the paths come as a set": lambda seen: not seen["is a set"],
            "net stays as it is": lambda seen: not seen["net is kept"],
            "a second call finds the same": lambda seen: not seen["is found again"],
        },
        because={
            "for a module in two places": "remember each module that is met, by its id",
        },
    )


def test_lost_modules_ends_on_circles(sweep, rng):
    name, n = draw_name(rng), rng.randrange(2, 50)
    nets = {
        "without a circle": on_a_circle(name, n),
        "for a list that holds itself": on_a_circle(name, n, "list"),
        "for a list that holds the network": on_a_circle(name, n, "net"),
        "for lost modules that refer to each other": on_a_circle(name, n, "module"),
        "for circles of all kinds": on_a_circle(name, n, "net", "list", "module"),
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
