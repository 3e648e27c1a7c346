"""Layers and modules: build networks out of modules, and modules out of code.

Read along: https://d2l.ai/chapter_builders-guide/model-construction.html
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from grader import NotStarted


class MLP(nn.Module):
    def __init__(self, in_features, hidden, out_features):
        super().__init__()
        self.hidden = nn.Linear(in_features, hidden)
        self.out = nn.Linear(hidden, out_features)

    def forward(self, x):
        return self.out(self.hidden(x))


class MySequential(nn.Module):
    def __init__(self, *args):
        super().__init__()
        self.layers = list(args)

    def forward(self, x):
        for m in self.layers:
            x = m(x)
        return x


class FixedHiddenMLP(nn.Module):
    def __init__(self, features):
        super().__init__()
        self.weight = torch.rand(features, features)
        self.linear = nn.Linear(features, features)

    def forward(self, x):
        if not x.isfinite().all():
            raise ValueError
        x = torch.relu(self.linear(x) @ self.weight + 1)
        x = self.linear(x)
        while x.abs().sum() > 1:
            x = x / 2
        return x.sum()


class ParallelBlock(nn.Module):
    def __init__(self, net1, net2):
        super().__init__()
        self.net1, self.net2 = net1, net2

    def forward(self, x):
        return torch.cat((self.net1(x), self.net2(x)))


def chain(make_block, n):
    return nn.Sequential(*[make_block()] * n)
