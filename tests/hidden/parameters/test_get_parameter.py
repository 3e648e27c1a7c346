"""get_parameter follows a path, or names the first part of it that is wrong."""

from typing import Any

import pytest
import torch
from torch import nn

from grader.observe import expect_error, expect_true, say
from parameters_helpers import (
    DISTINCT,
    Gaps,
    Scaled,
    kinds_of_nets,
    nested_net,
    tied_net,
)

pytestmark = pytest.mark.exercise("parameters.get_parameter")


class Shelf(nn.ModuleList):
    """A container of length 0 with parameters, a buffer and a plain tensor."""

    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(0.0))
        self.register_buffer("mean", torch.ones(2))
        self.plain = torch.ones(2)


def find(ex: Any, net: nn.Module, path: str) -> Any:
    return ex.get_parameter(net, path)


def find_each(ex: Any, net: nn.Module, paths: list[str] | None = None) -> Any:
    """Return all names of what is found at each path, and what is no Parameter."""
    named = dict(net.named_parameters(remove_duplicate=False))
    found = {path: ex.get_parameter(net, path) for path in paths or named}
    names = {
        path: [name for name, q in named.items() if q is p] for path, p in found.items()
    }
    return names, [path for path, p in found.items() if not isinstance(p, nn.Parameter)]


@pytest.mark.weight(2)
def test_get_parameter_finds_the_parameter_itself(sweep, rng):
    net = Scaled(nested_net(rng))

    sweep.cases(
        find_each,
        {"for modules inside of modules": (net,)},
        call=say(
            "get_parameter(net, path) is the parameter, for {names}",
            names=", ".join(name for name, _ in net.named_parameters()),
        ),
        fault="get_parameter does not give the parameter at a path.",
        slips={
            "clone() and deepcopy make new memory: give the parameter itself": (
                lambda seen: not seen[1] and not any(seen[0].values())
            ),
            "state_dict(), `.data` and detach() give plain tensors": (
                lambda seen: bool(seen[1])
            ),
        },
    )


@pytest.mark.weight(2)
@pytest.mark.parametrize(
    ("path", "bad", "what"),
    [
        ("0.width", "width", "an attribute that is not there"),
        ("0.weight.data", "weight", "a tensor's attribute"),
        ("0.weight.nonesuch", "weight", "what is behind a parameter"),
        ("0.weight.zero_()", "weight", "code"),
        ("nonesuch.other.width", "nonesuch", "a module that is not there"),
        ("1.nonesuch.width", "nonesuch", "a module that is not there"),
        ("1.1.0.bias", "bias", "a bias that is None"),
        ("1.0.running_mean", "running_mean", "a buffer"),
        ("0.forward", "forward", "a method"),
    ],
)
def test_get_parameter_names_the_first_part_that_is_wrong(
    observe, rng, path, bad, what
):
    raised = observe.error(
        find,
        nested_net(rng),
        path,
        call=say('get_parameter(net, "{path}"), {what}', path=path, what=what),
    )

    expect_error(
        raised,
        AttributeError,
        say(
            "The path of {what} is not refused by AttributeError and the first bad "
            "part.",
            what=what,
        ),
        mentions=bad,
        cause="getattr on the way and eval also find what is no submodule and no "
        "parameter"
        if path.startswith("0.weight.")
        else say("{what} is no parameter: check with isinstance", what=what),
    )
    behind = path.partition(bad)[2].strip(".").split(".")
    expect_true(
        not any(part and part in raised.message for part in behind),
        "The message names more than the first bad part.",
        expected=say("{bad} and nothing behind it", bad=repr(bad)),
        got=raised.message,
        cause="the search ends at the first part that is not there",
    )


def test_get_parameter_takes_all_kinds_of_networks(sweep, rng):
    a, b = rng.sample(DISTINCT, 2)
    names = nn.ModuleDict({"layer-1": nn.Linear(a, b), "0": nn.Linear(b, a)})
    shelf = nn.Sequential(Shelf(), nn.Sequential(Shelf()))

    sweep.cases(
        find_each,
        {
            "where a parameter has several names: it is found under each": (
                tied_net(rng),
            )
        }
        | {when: (net,) for when, net in kinds_of_nets(rng).items()}
        | {
            "for names that are no Python": (names,),
            "for modules of length 0 and a parameter of 0": (shelf,),
            "for a lazy layer": (nn.Sequential(nn.LazyLinear(3)),),
        },
        call="get_parameter(net, path) for each name of each parameter",
        fault="A shared parameter is not found under each of its names.",
    )


@pytest.mark.parametrize("raised_by", ["0", "1"])
def test_get_parameter_refuses_what_is_no_parameter(sweep, rng, raised_by):
    net = nn.ModuleDict({"0": nested_net(rng), "1": Gaps(nn.Linear(3, 2))})
    net["shelf"] = Shelf()
    bad = {
        "0": {
            "for a buffer": "0.1.0.running_mean",
            "for a submodule": "0.1",
            "for an integer buffer": "0.1.0.num_batches_tracked",
            "for a bias that is None": "0.1.1.0.bias",
            "for a method": "0.0.forward",
            "for a tensor's attribute": "0.0.weight.data",
            "for an attribute of a tensor that is a parameter itself": "0.0.bias.T",
            "for code": "0.0.weight.zero_()",
            "for another way to write an index": "0.-1.weight",
            "for an index": "0[0].weight",
            "for a space": "0.0. weight",
        },
        "1": {
            "for a part that is not there": "2.weight",
            "for the end of a name": "weight",
            "for other letters": "1.net.Weight",
            "for a module that is None": "1.gap.weight",
            "for a parameter that is None": "1.missing",
            "for a buffer that is None": "1.absent",
            "for a plain tensor": "shelf.plain",
            "for a number": "1.net.in_features",
            "for a flag": "1.net.training",
            "for a part without a letter": "1..net.weight",
            "for a dot at the end": "1.net.weight.",
            "for no path": "",
        },
    }[raised_by]

    sweep.cases(
        find_each,
        {"for a parameter": (net, ["0.0.weight", "1.net.bias", "shelf.scale"])}
        | {
            say(
                "{when}, {path}: AttributeError", when=when, path=repr(path)
            ).render(): (
                net,
                [path],
            )
            for when, path in bad.items()
        },
        call="get_parameter(net, path)",
        raises=(AttributeError,),
    )
