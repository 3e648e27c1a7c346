"""Networks with shared and odd parameters, and how two states are compared."""

import copy

import torch
from torch import Tensor, nn

from grader.observe import expect_equal

DISTINCT = range(
    2, 12
)  # sizes to draw from without repeats, so that no shape is square


class Scaled(nn.Module):
    """A network with parameters of its own: a 0-dim, an empty and a 3-dim one."""

    def __init__(self, net: nn.Module):
        super().__init__()
        self.scale = nn.Parameter(torch.tensor(2.0))
        self.empty = nn.Parameter(torch.empty(0, 3))
        self.table = nn.Parameter(torch.randn(2, 3, 4), requires_grad=False)
        self.net = net


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


def expect_state_of(state: dict[str, Tensor], net: nn.Module) -> None:
    """Expect the names and shapes of `net`, so that the values can be looked at."""
    expect_equal(
        {name: tuple(t.shape) for name, t in state.items()},
        {name: tuple(t.shape) for name, t in net.state_dict().items()},
        "The network does not keep its parameters' names and shapes.",
    )


def entries(parameters: list[Tensor]) -> int:
    return sum(p.numel() for p in parameters)
