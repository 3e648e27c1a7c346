# my answers
from collections.abc import Callable
import torch
from torch import Tensor, nn


class MLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.b = nn.Linear(hidden, out_features)
        self.a = nn.Linear(in_features, hidden)

    def forward(self, x):
        h = self.a(x).clamp(min=0)
        return self.b.forward(h)


class MySequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        self._names = [str(i) for i in range(len(args))]
        for name, m in zip(self._names, args):
            setattr(self, name, m)

    def forward(self, x):
        for name in self._names:
            x = getattr(self, name)(x)
        return x


class FixedHiddenMLP(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.linear = nn.Linear(features, features)
        constant = torch.empty(features, features).uniform_(-1, 1)
        self.register_buffer("weight", constant)

    def forward(self, x):
        if (x != x).any() or (x.abs() == float("inf")).any():
            raise ValueError("bad input")
        h = self.linear(x)
        h = torch.einsum("ni,ij->nj", h, self.weight).add(1).clamp_min(0)
        h = self.linear(h)
        size, factor = h.detach().abs().sum().item(), 1.0
        while size * factor > 1:
            factor /= 2
        return (h * factor).sum()


class ParallelBlock(nn.Module):
    def __init__(self, net1, net2):
        super().__init__()
        self.net1, self.net2 = net1, net2

    def forward(self, x):
        a, b = self.net1(x), self.net2(x)
        y = x.new_empty(*a.shape[:-1], a.shape[-1] + b.shape[-1])
        y[..., : a.shape[-1]] = a
        y[..., a.shape[-1] :] = b
        return y


class _Chain(nn.Module):
    def __init__(self, blocks):
        super().__init__()
        self.blocks = nn.ModuleList(blocks)

    def forward(self, x):
        for block in self.blocks:
            x = block(x)
        return x


def chain(make_block, n):
    blocks = []
    for _ in range(n):
        blocks.append(make_block())
    return _Chain(blocks)
