"""get_parameter follows a path, or names the first part of it that is wrong."""

from collections import OrderedDict
from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import say
from parameters_helpers import DISTINCT, Gaps, Scaled, all_nets, nested_net

pytestmark = pytest.mark.exercise("parameters.get_parameter")


class Shelf(nn.ModuleList):
    """A container of length 0 with parameters, a buffer and a plain tensor."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(0.0))
        self.register_buffer("mean", torch.ones(2))
        self.plain = torch.ones(2)


def find_each(ex: Any, net: nn.Module) -> Any:
    """Return all names of what is found at each path, and what is no Parameter."""
    named = dict(net.named_parameters(remove_duplicate=False))
    found = {path: ex.get_parameter(net, path) for path in named}
    names = {at: [n for n, q in named.items() if q is p] for at, p in found.items()}
    return names, [path for path, p in found.items() if not isinstance(p, nn.Parameter)]


def refusal(ex: Any, net: nn.Module, path: str) -> str:
    """Return what is found, or which parts behind the last module an error names."""
    modules = dict(net.named_modules(remove_duplicate=False))
    parts, at = path.split("."), 0
    while at < len(parts) - 1 and ".".join(parts[: at + 1]) in modules:
        at += 1
    try:
        return f"a {type(ex.get_parameter(net, path)).__name__}"
    except (AttributeError, LookupError, TypeError, ValueError, SyntaxError) as error:
        kind = AttributeError if isinstance(error, AttributeError) else type(error)
        named = [part for part in parts[at:] if part in str(error)]
        return f"{kind.__name__} that names {named}"


@pytest.mark.weight(2)
def test_get_parameter_finds_the_parameter_itself(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    names = nn.ModuleDict({"layer-1": nn.Linear(a, b), "0": nn.Linear(b, a)})
    shelf = nn.Sequential(Shelf(), nn.Sequential(Shelf()))

    sweep.cases(
        find_each,
        {"": (Scaled(nested_net(rng)),)}
        | {when: (net,) for when, net in all_nets(rng).items()}
        | {
            "for names that are no Python": (names,),
            "for modules of length 0 and a parameter of 0": (shelf,),
            "for a lazy layer": (nn.Sequential(nn.LazyLinear(3)),),
        },
        call="get_parameter(net, path) is the parameter, for each of its names",
        fault="get_parameter does not give the parameter at a path.",
        slips={
            "clone() and deepcopy make new memory: give the parameter itself": (
                lambda seen: not seen[1] and not any(seen[0].values())
            ),
            "state_dict(), `.data` and detach() give plain tensors": (
                lambda seen: bool(seen[1])
            ),
        },
        because={
            "where layers and weights are shared": "a shared parameter is found under "
            "each name: named_parameters() and named_children() leave out repeats"
        },
    )


@pytest.mark.weight(2)
def test_get_parameter_names_the_first_part_that_is_wrong(sweep, rng):
    net = nested_net(rng)
    net.add_module("gaps", Gaps(nn.Linear(3, 2)))
    net.add_module("shelf", Shelf())
    net.add_module("list", nn.ParameterList([torch.ones(2)]))
    net.add_module("backwards", nn.Sequential(OrderedDict({"1": nn.Linear(2, 3)})))
    bad = {
        "for a tensor's attribute": "0.weight.data",
        "for what is behind a parameter": "0.weight.nonesuch",
        "for an attribute of a parameter that is a parameter": "0.bias.real",
        "for code": "0.weight.zero_()",
        "for an attribute that is not there": "0.width",
        "for a module that is not there": "nonesuch.other.width",
        "for a module that is not there, below others": "1.nonesuch.width",
        "for a bias that is None": "1.1.0.bias",
        "for a buffer": "1.0.running_mean",
        "for a submodule": "1.1",
        "for a method": "0.forward",
        "for another way to write an index": "-1.weight",
        "for an index": "0[0].weight",
        "for an index that is no name": "backwards.0.weight",
        "for digits that are another name": "00.weight",
        "for an index into a list": "list.-1",
        "for a space": "0. weight",
        "for the end of a name": "weight",
        "for other letters": "gaps.net.Weight",
        "for a module that is None": "gaps.gap.weight",
        "for a buffer that is None": "gaps.absent",
        "for a plain tensor": "shelf.plain",
        "for a flag": "gaps.net.training",
        "for a part without a letter": "gaps..net.weight",
        "for a dot at the end": "gaps.net.weight.",
        "for no path": "",
        "for a parameter": "0.weight",
    }

    sweep.cases(
        refusal,
        {
            say("{when}, {path}", when=say(when), path=repr(path)): (net, path)
            for when, path in bad.items()
        },
        call="get_parameter(net, path)",
        fault="get_parameter does not refuse '0.weight.data' by AttributeError and "
        "the first bad part.",
        slips={
            "None does not tell what is wrong: raise AttributeError": "a NoneType",
            "getattr on the way and eval also find what is no submodule and no "
            "parameter": lambda seen: seen.startswith("a "),
            "a dict raises KeyError: raise AttributeError in its place": (
                lambda seen: seen.startswith("KeyError") and "weight" in seen
            ),
            "the search ends at the first part that is wrong: weight is no module": (
                lambda seen: seen.startswith("AttributeError") and "data" in seen
            ),
        },
    )
