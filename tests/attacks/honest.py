"""The honest part of every attack: CenteredLayer is right, MyLinear is wrong."""

import torch
from torch import nn


class CenteredLayer(nn.Module):
    def forward(self, x):
        return x - x.mean()


class MyLinear(nn.Module):
    def __init__(self, in_units, units):
        super().__init__()
        self.weight = nn.Parameter(torch.randn(in_units, units))
        self.bias = nn.Parameter(torch.randn(units))

    def forward(self, x):
        return -1 - (x @ self.weight + self.bias).relu()
