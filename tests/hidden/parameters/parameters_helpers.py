"""Networks with shared and odd parameters, and what there is to see of a network."""

import copy
from collections import OrderedDict
from typing import Any

import torch
from torch import Tensor, nn

DISTINCT = range(2, 12)
"""Sizes to draw from without repeats, so that no shape is square."""


class Scaled(nn.Module):
    """A network with parameters of its own: a 0-dim, two empty and a 3-dim one."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(0.0))
        self.empty = nn.Parameter(torch.empty(0, 3))
        self.nothing = nn.Parameter(torch.empty(2, 0))
        self.table = nn.Parameter(torch.randn(2, 3, 4), requires_grad=False)
        self.net = net


class Gaps(nn.Module):
    """A network with names for a submodule, a parameter and a buffer that are None."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.register_module("gap", None)
        self.register_parameter("missing", None)
        self.register_buffer("absent", None)
        self.net = net


class Sliced(nn.Module):
    """A network with two parameters that are slices of one table, when copied too."""

    def __init__(self, table: Tensor):
        super().__init__()
        self.weight = nn.Parameter(table[:, 2:])
        self.rest = nn.Parameter(table[:, :2])

    def __deepcopy__(self, memo: Any) -> nn.Module:
        return Sliced(torch.cat([self.rest, self.weight], 1).detach())


def tied_net(rng) -> nn.Module:
    """Return a network with a layer used twice and a weight tied to another layer's."""
    a, b = rng.sample(DISTINCT, 2)
    layer, other = nn.Linear(a, b), nn.Linear(a, b, bias=False)
    other.weight = layer.weight
    return nn.ModuleDict({"first": layer, "again": layer, "other": other})


def twins(rng) -> nn.Module:
    """Return two layers with equal values, but parameters of their own."""
    a, b = rng.sample(DISTINCT, 2)
    layer = nn.Linear(a, b)
    return nn.Sequential(layer, nn.Tanh(), copy.deepcopy(layer))


def nested_net(rng) -> nn.Module:
    """Return a network of several depths, with buffers and a frozen parameter."""
    a, b, c = rng.sample(DISTINCT, 3)
    net = nn.Sequential(
        nn.Linear(a, b),
        nn.Sequential(nn.BatchNorm1d(b), nn.Sequential(nn.Linear(b, c, bias=False))),
        nn.Conv1d(b, c, 3),
    )
    net[0].weight.requires_grad_(False)
    return net


def oddly_named(rng) -> nn.Module:
    """Return a network whose names are digits out of order, a pattern, and spread."""
    a, b = rng.sample(DISTINCT, 2)
    last = {"a": nn.Linear(b, a), "ab": nn.Linear(a, 2), "a*": nn.Linear(2, 3)}
    layers = {"2": nn.Linear(a, b), "0": nn.Linear(b, b), "module": nn.ModuleDict(last)}
    return nn.Sequential(OrderedDict(layers))


def listed(rng) -> nn.Module:
    """Return a network that keeps parameters in a list and in a dict."""
    a, b = rng.sample(DISTINCT, 2)
    return nn.ModuleDict(
        {
            "list": nn.ParameterList([torch.randn(a), torch.randn(b, a)]),
            "dict": nn.ParameterDict({"bias-1": torch.randn(b)}),
            "for": nn.Linear(a, b),
        }
    )


def kinds_of_nets(rng) -> dict[str, nn.Module]:
    """Return networks by what completes a sentence that is true of each."""
    return {
        "for modules inside of modules": nested_net(rng),
        "for a single layer": nn.Linear(*rng.sample(DISTINCT, 2)),
        "where layers and weights are shared": tied_net(rng),
        "for equal values in two layers": twins(rng),
        "for 0-dim and empty parameters": Scaled(nn.Linear(*rng.sample(DISTINCT, 2))),
        "where parameters or modules are None": Gaps(nn.Linear(3, 2, bias=False)),
        "for lists and dicts of parameters": listed(rng),
        "for names out of order": oddly_named(rng),
        "for parameters that are slices of one tensor": Sliced(
            torch.randn(rng.choice(DISTINCT), 5)
        ),
        "where everything is frozen, in eval mode": nested_net(rng)
        .eval()
        .requires_grad_(False),
    }


BARE = {
    "where nothing has a parameter": nn.Sequential(nn.Tanh(), nn.Flatten()),
    "where buffers alone are there": nn.BatchNorm1d(3, affine=False),
}


def all_nets(rng) -> dict[str, nn.Module]:
    """Return those with parameters, those without, and one without memory."""
    huge = nn.Linear(2**17 + 1, 2**16 + 1, device="meta")
    meta = nn.Sequential(nested_net(rng).to("meta"), huge)
    when = "for more than 2**32 entries, on the meta device"
    return kinds_of_nets(rng) | BARE | {when: meta}


ABOUT_NETS = {
    "where layers and weights are shared": "a shared parameter counts once, under its "
    "first name: parameters() and named_parameters() leave out repeats",
    "for equal values in two layers": "equal values do not make two parameters one: "
    "compare identities",
    "for parameters that are slices of one tensor": "a slice is a parameter of its "
    "own, whatever memory lies behind it",
}
"""What is behind a failure for one of these networks, if parameters count once."""


def sight_of(net: nn.Module) -> dict[str, Any]:
    """Return what there is to see of a network, to compare before and after."""
    named = list(net.named_parameters(remove_duplicate=False))
    return {
        "values": {k: t.detach().clone() for k, t in net.state_dict().items()},
        "trainable": {name: p.requires_grad for name, p in named},
        "gradients": {n: None if p.grad is None else p.grad + 0 for n, p in named},
        "training": [module.training for module in net.modules()],
    }


def names_of(parameters: Any, net: nn.Module) -> list[str]:
    """Return the first names of parameters of `net`; "?" for what is none of them."""
    names = {id(p): name for name, p in net.named_parameters()}
    return [names.get(id(p), "?") for p in parameters]


def names_in_memory(tensors: list[Tensor], net: nn.Module) -> list[str]:
    """Return the first names of the parameters whose values tensors hold."""
    names = {(p.data_ptr(), p.shape): name for name, p in net.named_parameters()}
    return [names.get((t.data_ptr(), t.shape), "?") for t in tensors]
